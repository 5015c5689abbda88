/** The configuration of this directory, compiled as those would that serve it, and not opened. */

import type { Flags } from '../config/sources/layers.ts'
import { buildGeneration } from '../gateway/loading/build.ts'
import type { Generation } from '../gateway/generation.ts'
import { readConfig } from '../gateway/loading/load-for.ts'
import { unservedProcesses } from '../workers/unserved.ts'
import { processContext } from './process-context.ts'

/** What one process may do and several may not is told where several shall serve. @throws ConfigError with every problem */
export async function compiled(flags: Flags): Promise<Generation> {
  const context = await processContext(flags)
  const read = await readConfig(context)
  const { workers } = read.config.values.server
  return await buildGeneration(workers === 1 ? context : { ...context, processes: unservedProcesses() }, { read })
}
