/** Makes generations that are open, with the provider instances that were added beside their configuration. */

import { ConfigError } from '../../config/problems/problems.ts'
import { memberOf } from '../../config/providers/added.ts'
import type { AddedProvider } from '../../services/added-providers.ts'
import { buildGeneration } from './build.ts'
import type { Generation } from '../generation.ts'
import type { ProcessContext } from '../process-context.ts'
import type { ReadConfig } from './load-for.ts'

/**
 * Compiles a configuration and connects its plugins. What they say was added is known only then: where it is something else than the
 * configuration before had, all that depends on providers is made once more.
 * @throws ConfigError; nothing is left behind
 */
export async function openGeneration(context: ProcessContext, before: Generation | undefined, read: ReadConfig | undefined): Promise<Generation> {
  const first = await openWith(context, before, read, before?.added ?? [])
  const added = first.otherAdded
  if (added === undefined) return first
  try {
    return await openWith(context, first, first.read, added, before === undefined)
  } finally {
    await first.discard()
  }
}

/**
 * The same, with these instances and no others. One that is at fault for what a plugin refuses is left out.
 * @param anyhow where the configuration can be opened without them and not with them, and nobody says which is at fault, all are left out
 */
export async function openWith(
  context: ProcessContext,
  before: Generation | undefined,
  read: ReadConfig | undefined,
  added: readonly AddedProvider[],
  anyhow = false,
): Promise<Generation> {
  const barred = new Map<string, string>()
  for (;;) {
    try {
      return await open(await buildGeneration(context, { previous: before, read, additions: { all: added, barred } }))
    } catch (cause) {
      const others = added.filter(({ name }) => !barred.has(name))
      const faults = others.flatMap(({ name }) => faultOf(name, cause))
      if (faults.length === 0 && !(anyhow && others.length > 0)) throw cause
      const why = cause instanceof Error ? cause.message : String(cause)
      for (const [name, message] of faults.length > 0 ? faults : others.map(({ name }) => [name, why] as const)) barred.set(name, message)
    }
  }
}

async function open(generation: Generation): Promise<Generation> {
  try {
    await generation.open()
    return generation
  } catch (cause) {
    await generation.discard()
    throw cause
  }
}

/** What is wrong with an added instance, by what a plugin found wrong in its block. */
function faultOf(name: string, cause: unknown): readonly (readonly [name: string, message: string])[] {
  const fault = cause instanceof ConfigError ? cause.problems.find(({ pointer }) => memberOf(pointer, name) !== undefined) : undefined
  return fault === undefined ? [] : [[name, `${memberOf(fault.pointer, name)}: ${fault.message}`]]
}
