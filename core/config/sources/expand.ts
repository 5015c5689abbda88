/** Fills in the placeholders of a tree, where its schema lets text stand. */

import { isTree, join } from '../pointer.ts'
import { childSchema, isTextual } from '../schema/schema.ts'
import type { SettingSchema } from '../schema/schema.ts'
import { isText, Template } from './template.ts'
import type { Lookup, Resolve, Text } from './template.ts'

export interface Expansion {
  readonly lookup: Lookup
  readonly resolve: Resolve
  /** A placeholder that cannot be filled in. */
  fail(pointer: string, message: string): void
  /** A value that came, in part at least, from a placeholder. @param origin how that is shown: of a secret reference, not at all */
  conceal(pointer: string, text: string, origin: 'secret' | readonly string[]): void
}

/**
 * The tree with plain values for all texts. A secret reference where a number or a boolean is wanted stays as written,
 * for the check to say what was expected.
 */
export function expand(value: unknown, schema: SettingSchema | undefined, pointer: string, expansion: Expansion): unknown {
  if (isText(value)) return expandText(value, schema, pointer, expansion)
  const below = (key: string, item: unknown) => expand(item, childSchema(schema, key), join(pointer, key), expansion)
  if (Array.isArray(value)) return value.map((item, index) => below(String(index), item))
  if (isTree(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, below(key, item)]))
  return value
}

function expandText(text: Text, schema: SettingSchema | undefined, pointer: string, expansion: Expansion): string {
  const template = new Template(text, expansion.lookup)
  const [unset] = template.unresolved
  if (unset !== undefined) expansion.fail(pointer, unresolvedMessage(text, unset))
  if (template.hasSecrets && !isTextual(schema)) return typeof text === 'string' ? text : text.text
  const filled = template.fill((scheme, reference) => tryResolve(scheme, reference, pointer, expansion))
  if (template.hasSecrets || template.variables.length > 0) expansion.conceal(pointer, filled, template.hasSecrets ? 'secret' : template.variables)
  return filled
}

function unresolvedMessage(text: Text, placeholder: string): string {
  if (typeof text !== 'string') return 'a variable or flag cannot refer to another with ${…}; ${env:NAME} and ${file:/path} can'
  const [, name] = /^\$\{(\w+)\}$/.exec(placeholder) ?? []
  if (name === undefined) return 'text with a ${ that is not a placeholder; write $${ for a literal ${'
  return `\${${name}} is not set; \${${name}:-default} would give a default`
}

function tryResolve(scheme: string, reference: string, pointer: string, { resolve, fail }: Expansion): string {
  try {
    return resolve(scheme, reference)
  } catch (cause) {
    fail(pointer, `cannot resolve \${${scheme}:...}: ${cause instanceof Error ? cause.message : String(cause)}`)
    return ''
  }
}
