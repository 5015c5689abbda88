/** Metadata of objects that callers make: a few names, each with a text. */

import type { JsonNode } from '../../../core/document/document.ts'
import { said } from '../../../core/document/readings.ts'
import { gatewayError, invalidValue } from '../../../core/errors.ts'

const most = { pairs: 16, nameLength: 64, valueLength: 512 } as const

/** The texts as they stand there, by their names: the last of several of one name counts. Undefined if there are none. @throws GatewayError 400 */
export function metadataIn(root: JsonNode): ReadonlyMap<string, JsonNode> | undefined {
  const node = said(root, 'metadata')
  if (node === undefined) return undefined
  if (node.kind !== 'object') throw gatewayError('invalid_type', 'metadata must be an object', { param: 'metadata' })
  const pairs = new Map(node.members().map(({ name, value }) => [name, value]))
  if (pairs.size > most.pairs) throw invalidValue('metadata', `metadata takes ${most.pairs} pairs at most`)
  for (const [name, value] of pairs) checkPair(name, value)
  return pairs
}

function checkPair(name: string, value: JsonNode): void {
  if (charactersOf(name) > most.nameLength) throw invalidValue('metadata', `a name in metadata has ${most.nameLength} characters at most`)
  if (value.kind !== 'string') throw gatewayError('invalid_type', 'the values of metadata must be strings', { param: 'metadata' })
  if (charactersOf(value.string()) > most.valueLength) throw invalidValue('metadata', `a value in metadata has ${most.valueLength} characters at most`)
}

/** An emoji is one, though it takes two units. */
function charactersOf(text: string): number {
  return [...text].length
}
