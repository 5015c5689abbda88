/** `tapline check`, `config show`, `config schema`: looks at the configuration without running it. */

import pino from 'pino'
import { ConfigError } from '../config/problems.ts'
import { buildGeneration } from '../gateway/build.ts'
import { loadFor } from '../gateway/load-for.ts'
import { groundFor, type CommonFlags } from './ground.ts'

const quiet = pino({ enabled: false })

/** Compiles everything. @throws ConfigError, unless the problems go out as JSON */
export async function check(flags: CommonFlags, asJson: boolean): Promise<void> {
  const ground = await groundFor(flags, quiet)
  try {
    const generation = await buildGeneration(ground)
    const warnings = [...generation.config.warnings, ...generation.warnings]
    const { errors } = generation.config
    await generation.discard()
    if (asJson) return console.log('[]')
    for (const error of errors) console.warn(`error: ${error}`)
    for (const warning of warnings) console.warn(`warning: ${warning}`)
    console.log(`${generation.config.file ?? 'no configuration file'}: ok, ${generation.plans.size} pipelines, providers: ${[...generation.providers.keys()].join(', ')}`)
  } catch (cause) {
    if (!(cause instanceof ConfigError) || !asJson) throw cause
    console.log(JSON.stringify(cause.problems, null, 2))
    process.exitCode = 78
  }
}

/** Prints every setting, its value, and where it came from. */
export async function show(flags: CommonFlags): Promise<void> {
  const config = await loadFor(await groundFor(flags, quiet))
  for (const { pointer, value, source } of config.show()) console.log(`${pointer.slice(1).replaceAll('/', '.')} = ${JSON.stringify(value)}  (${source})`)
}

export async function printSchema(flags: CommonFlags): Promise<void> {
  const config = await loadFor(await groundFor(flags, quiet))
  console.log(JSON.stringify(config.schema, null, 2))
}
