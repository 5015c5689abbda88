/** What callers say of conversations and their items, checked. */

import { gatewayError, type GatewayError, type JsonDocument, type JsonNode } from '../../core/index.ts'
import { invalidValue } from '../../core/errors.ts'
import { keptItems, type KeptItem } from '../../core/neutral/kept-items.ts'
import { said, stringOf } from '../../core/document/readings.ts'
import { isItemId } from './store.ts'

const most = { items: 20, pairs: 16, nameLength: 64, valueLength: 512 } as const

/** The metadata in JSON; undefined if there is none. @throws GatewayError 400 */
export function metadataOf({ root }: JsonDocument): string | undefined {
  const node = said(root, 'metadata')
  if (node === undefined) return undefined
  if (node.kind !== 'object') throw gatewayError('invalid_type', 'metadata must be an object', { param: 'metadata' })
  // The last of several of one name counts; any name is a name.
  const pairs = new Map(node.members().map(({ name, value }) => [name, value]))
  if (pairs.size > most.pairs) throw invalidValue('metadata', `metadata takes ${most.pairs} pairs at most`)
  for (const [name, value] of pairs) checkPair(name, value)
  return `{${[...pairs].map(([name, value]) => `${JSON.stringify(name)}:${value.json()}`).join(',')}}`
}

function checkPair(name: string, value: JsonNode): void {
  if (name.length > most.nameLength) throw invalidValue('metadata', `a name in metadata has ${most.nameLength} characters at most`)
  if (value.kind !== 'string') throw gatewayError('invalid_type', 'the values of metadata must be strings', { param: 'metadata' })
  if (value.string().length > most.valueLength) throw invalidValue('metadata', `a value in metadata has ${most.valueLength} characters at most`)
}

/** The items of a body, as they stand there. @param least how many there must be @throws GatewayError 400 */
export function itemsIn({ root }: JsonDocument, least: 0 | 1): readonly JsonNode[] {
  const node = said(root, 'items')
  if (node === undefined && least === 0) return []
  if (node === undefined) throw gatewayError('missing_required_parameter', 'items is required', { param: 'items' })
  if (node.kind !== 'array') throw gatewayError('invalid_type', 'items must be an array', { param: 'items' })
  const items = node.items()
  if (items.length < least || items.length > most.items) throw invalidValue('items', `items takes ${least} to ${most.items} items`)
  items.forEach(checkItem)
  checkDistinct(items)
  return items
}

function checkItem(item: JsonNode, index: number): void {
  const param = `items[${index}]`
  if (item.kind !== 'object') throw gatewayError('invalid_type', `${param} must be an object`, { param })
  for (const name of ['type', 'role', 'id']) {
    const kind = said(item, name)?.kind
    if (kind !== undefined && kind !== 'string') throw gatewayError('invalid_type', `${param}.${name} must be a string`, { param: `${param}.${name}` })
  }
  if (said(item, 'type') === undefined && said(item, 'role') === undefined)
    throw gatewayError('missing_required_parameter', `${param}.type is required`, { param: `${param}.type` })
  const id = stringOf(item.get('id'))
  if (id !== undefined && id !== '' && !isItemId(id)) throw invalidValue(`${param}.id`, `${param}.id is no id`)
}

function checkDistinct(items: readonly JsonNode[]): void {
  const ids = items.map(idOf).filter(id => id !== undefined)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw duplicate(twice)
}

export function idOf(item: JsonNode): string | undefined {
  return stringOf(item.get('id')) || undefined
}

export function duplicate(id: string): GatewayError {
  return invalidValue('items', `there is an item '${id}' already`)
}

/** The items as they are kept. @param seed of their ids @param taken ids that they must not have */
export function newItems(items: readonly JsonNode[], seed: string, taken?: Set<string>): readonly KeptItem[] {
  return keptItems(
    items.map(item => withStatus(item)),
    seed,
    null,
    taken,
  )
}

/** What was said was said to its end. */
function withStatus(item: JsonNode): string {
  const json = item.json()
  const isMessage = (stringOf(item.get('type')) ?? 'message') === 'message'
  return !isMessage || item.get('status') !== undefined ? json : `${json.slice(0, json.lastIndexOf('}'))},"status":"completed"}`
}
