/** A provider instance in the making: its type, and its block as written. */

import type { ProviderDefinition } from '../../plugin/provider.ts'
import { providerSchema } from '../schema/core-schema.ts'
import { isTree, join } from '../pointer.ts'
import type { Tree } from '../pointer.ts'
import type { Provenance } from '../provenance.ts'
import type { Report } from '../problems/report.ts'
import { missingBlank, suggestion } from '../problems/suggestion.ts'
import { Verbatim } from '../sources/template.ts'

export interface Draft {
  readonly name: string
  readonly definition: ProviderDefinition
  readonly block: Tree
  readonly pointer: string
}

/** The instances that the file declares; what cannot be one is a problem. */
export function draftsOf(blocks: Tree, definitions: readonly ProviderDefinition[], provenance: Provenance, report: Report): Map<string, Draft> {
  const types = new Map(definitions.map(definition => [definition.name, definition]))
  const drafts = Object.entries(blocks).flatMap(([name, block]) => {
    const pointer = join('/providers', name)
    const problem = (at: string, message: string) => {
      report.problem({ ...provenance.locate(at), pointer: at, message })
    }
    if (/[/:]/.test(name) || name === '') problem(pointer, 'expected a name without / and :')
    if (block !== null && !isTree(block)) problem(pointer, `expected map${missingBlank(block, Object.keys(providerSchema.properties ?? {}))}`)
    const own = isTree(block) ? block : {}
    const type = own['type'] instanceof Verbatim ? own['type'].text : own['type']
    const definition = types.get(typeof type === 'string' ? type : name)
    if (definition !== undefined) return [[name, { name, definition, block: own, pointer }] as const]
    const at = join(pointer, 'type')
    if (!report.isFaulty(at)) problem(at, typeMessage(name, type, types.keys()))
    return []
  })
  return new Map(drafts)
}

function typeMessage(name: string, type: unknown, known: Iterable<string>): string {
  if (typeof type !== 'string') return `missing; expected a provider type, since the name is none${suggestion(name, known)}`
  return `expected a known provider type, got ${JSON.stringify(type)}${suggestion(type, known)}`
}
