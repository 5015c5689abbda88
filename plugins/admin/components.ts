/** The schemas of an OpenAPI document: those that endpoints bring along, under names of their own. */

import { isDeepStrictEqual } from 'node:util'

type Schema = Readonly<Record<string, unknown>>

export class Components {
  readonly schemas: Record<string, unknown>

  constructor(known: Schema) {
    this.schemas = { ...known }
  }

  /** The schema as it stands in the document, its definitions among the components. @param owner stands before a name that others use for something else */
  add(schema: Schema, owner: string): Schema {
    const { $defs = {}, ...rest } = schema as { readonly $defs?: Readonly<Record<string, unknown>> }
    const wanted = reachable(rest, $defs)
    const names = new Map<string, string>()
    for (const name of wanted) names.set(name, this.#nameFor(name, renamed($defs[name], names), owner))
    for (const name of wanted) this.schemas[names.get(name) as string] = renamed($defs[name], names)
    return renamed(rest, names) as Schema
  }

  #nameFor(name: string, definition: unknown, owner: string): string {
    const standing = this.schemas[name]
    const isSame = standing === undefined || isDeepStrictEqual(standing, definition)
    return isSame ? name : `${owner.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())}${name}`
  }
}

const local = '#/$defs/'

/** The names of all definitions that a schema leads to, each behind those that it leads to itself. */
function reachable(schema: unknown, definitions: Schema): readonly string[] {
  const [found, ordered] = [new Set<string>(), [] as string[]]
  const visit = (node: unknown): void => {
    for (const name of namedIn(node)) {
      if (found.has(name)) continue
      found.add(name)
      visit(definitions[name])
      ordered.push(name)
    }
  }
  visit(schema)
  return ordered
}

function namedIn(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(namedIn)
  if (typeof node !== 'object' || node === null) return []
  const { $ref } = node as { readonly $ref?: unknown }
  const own = typeof $ref === 'string' && $ref.startsWith(local) ? [$ref.slice(local.length)] : []
  return [...own, ...Object.values(node).flatMap(namedIn)]
}

function renamed(node: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(node)) return node.map(one => renamed(one, names))
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => {
      const isReference = key === '$ref' && typeof value === 'string' && value.startsWith(local)
      return [key, isReference ? `#/components/schemas/${names.get(value.slice(local.length)) ?? value.slice(local.length)}` : renamed(value, names)]
    }),
  )
}
