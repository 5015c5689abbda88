/** `tapline check`, `config show`, `config schema`: looks at the configuration without running it. */

import type { Problem } from '../config/problems/place.ts'
import { ConfigError, formatProblem } from '../config/problems/problems.ts'
import type { Flags } from '../config/sources/layers.ts'
import type { Generation } from '../gateway/generation.ts'
import { loadFor } from '../gateway/loading/load-for.ts'
import { compiled } from './compiled.ts'
import { processContext } from './process-context.ts'

/** Compiles everything. What is left out for a fault of the configuration is a failure here, though a gateway would start. @throws ConfigError, unless the problems go out as JSON */
export async function check(flags: Flags, asJson: boolean): Promise<void> {
  try {
    const generation = await compiled(flags)
    const warnings = [...generation.config.warnings, ...generation.warnings]
    const { leftOut } = generation.config
    const errors = [...leftOut, ...unmade(generation)]
    await generation.discard()
    if (leftOut.length > 0) process.exitCode = 78
    if (asJson) return console.log(JSON.stringify(errors, null, 2))
    for (const error of errors) console.warn(`error: ${formatProblem(error)}`)
    for (const warning of warnings) console.warn(`warning: ${warning}`)
    console.log(
      `${generation.config.file ?? 'no configuration file'}: ${leftOut.length > 0 ? 'not right' : 'ok'}, ${generation.plans.size} pipelines, providers: ${[...generation.providers.keys()].join(', ')}`,
    )
  } catch (cause) {
    if (!(cause instanceof ConfigError) || !asJson) throw cause
    console.log(JSON.stringify(cause.problems, null, 2))
    process.exitCode = 78
  }
}

/** Providers that are well written and cannot be set up all the same. */
function unmade({ unmade, config }: Generation): readonly Problem[] {
  return [...unmade].map(([name, why]) => {
    const pointer = `/providers/${name}`
    return config.hide({ ...config.place(pointer), pointer, message: `the provider ${name} is left out: it cannot be set up: ${why}` })
  })
}

/** Prints every setting, its value, and where it came from. */
export async function show(flags: Flags): Promise<void> {
  const config = await loadFor(await processContext(flags))
  for (const { pointer, value, source } of config.show()) console.log(`${pointer.slice(1).replaceAll('/', '.')} = ${JSON.stringify(value)}  (${source})`)
}

export async function printSchema(flags: Flags): Promise<void> {
  const config = await loadFor(await processContext(flags))
  console.log(JSON.stringify(config.schema, null, 2))
}
