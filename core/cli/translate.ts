/** `tapline translate --to <provider> < request.json`: prints what the provider would be sent, and what would be lost. */

import { buffer } from 'node:stream/consumers'
import type { Flags } from '../config/sources/layers.ts'
import { buildGeneration } from '../gateway/loading/build.ts'
import { dryRun, type DryRun } from '../gateway/dry-run.ts'
import { processContext } from './process-context.ts'

export interface TranslateFlags {
  readonly to: string
  readonly from?: string
  readonly json?: true
}

/** The request goes to standard output as it would leave, what would be lost to standard error. @throws ConfigError, GatewayError, Error */
export async function translate(flags: Flags, { to, from, json }: TranslateFlags): Promise<void> {
  const request = await buffer(process.stdin)
  const generation = await buildGeneration(await processContext(flags))
  try {
    const run = await dryRun(generation, { to, request, ...(from === undefined ? {} : { from }) })
    if (json === true) console.log(JSON.stringify(run, undefined, 2))
    else print(run)
  } finally {
    await generation.discard()
  }
}

function print({ method, url, headers, body, further, losses }: DryRun): void {
  for (const text of [body, ...further]) console.log(`${[`${method} ${url}`, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\n')}\n\n${text}`)
  for (const { field, action, isSilent } of losses) console.error(`${isSilent ? 'not carried, and not reported' : 'dropped'}: ${field} (${action})`)
}
