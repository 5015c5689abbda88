/** The parts of a provider block that are dropped, not refused, when a variable is missing: keys and models. */

import { getIn, join } from '../pointer.ts'
import type { Tree } from '../pointer.ts'
import { isText, Template } from '../sources/template.ts'
import type { Lookup, Text } from '../sources/template.ts'

export interface Pruned {
  readonly block: Tree
  readonly dropped: readonly Dropped[]
}

export interface Dropped {
  /** Below the block. */
  readonly pointer: string
  /** The placeholders that stayed unresolved, for a warning. */
  readonly placeholders: string
}

const optional = new Set(['api_key', 'base_url', 'proxy_url'])

/** The block without members that come to nothing, and without keys and models whose placeholders stay unresolved. */
export function prune(block: Tree, lookup: Lookup): Pruned {
  const dropped: Dropped[] = []
  const keep = (item: unknown, pointer: string) => {
    const placeholders = unresolvedIn(item, lookup)
    if (placeholders !== '') dropped.push({ pointer, placeholders })
    return placeholders === '' && !isBlank(item, lookup)
  }
  const isKept = (key: string, value: unknown) =>
    key === 'api_key' ? keep(value, '/api_key') : value !== null && !(optional.has(key) && isBlank(value, lookup))
  const kept = (key: string, value: unknown) => (isPruned(key, value) ? value.filter((item, index) => keep(item, join('', key, index))) : value)
  const members = Object.entries(block)
    .filter(([key, value]) => isKept(key, value))
    .map(([key, value]) => [key, kept(key, value)] as const)
  return { block: Object.fromEntries(members), dropped }
}

/** The placeholders of a text, or of a model's id, that stay unresolved; names of variables only, since the rest may be secret. */
export function unresolvedIn(value: unknown, lookup: Lookup): string {
  const text = isText(value) ? value : getIn(value, '/id')
  return isText(text) ? unresolved(text, lookup) : ''
}

function isPruned(key: string, value: unknown): value is unknown[] {
  return (key === 'api_keys' || key === 'models') && Array.isArray(value)
}

function isBlank(value: unknown, lookup: Lookup): boolean {
  return value === null || (isText(value) && new Template(value, lookup).isBlank)
}

function unresolved(text: Text, lookup: Lookup): string {
  return new Template(text, lookup).unresolved.map(placeholder => (/^\$\{\w+\}$/.test(placeholder) ? placeholder : '${…}')).join(', ')
}
