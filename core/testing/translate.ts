/** A dry run for tests: what a provider would be sent, and what would be lost on the way. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { processContext } from '../cli/process-context.ts'
import { buildGeneration } from '../gateway/loading/build.ts'
import { dryRun, type DryRun } from '../gateway/dry-run.ts'

export interface TranslateOptions {
  /** What tapline.yaml would say; its providers among it. */
  readonly config: object
  /** The provider instance, or `instance/model`. */
  readonly to: string
  /** The dialect of the request; the first that takes it by default. */
  readonly from?: string
  /** The caller's body: as bytes or text, or a value that is spelled as JSON. */
  readonly request: Buffer | string | object
}

/** @throws ConfigError, GatewayError for a request that is refused */
export async function translate({ config, to, from, request }: TranslateOptions): Promise<DryRun> {
  const folder = await mkdtemp(join(tmpdir(), 'tapline-translate-'))
  try {
    const file = join(folder, 'tapline.yaml')
    await writeFile(file, JSON.stringify(config))
    const generation = await buildGeneration({ ...(await processContext({ config: file })), cwd: folder, env: {} })
    const body = Buffer.isBuffer(request) ? request : Buffer.from(typeof request === 'string' ? request : JSON.stringify(request))
    try {
      return await dryRun(generation, { to, request: body, ...(from === undefined ? {} : { from }) })
    } finally {
      await generation.discard()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
