/** What callers say of conversations and their items, checked. */

import { gatewayError, type GatewayError, type JsonDocument, type JsonNode } from '../../core/index.ts'
import type { JsonKind } from '../../core/document/node.ts'
import { invalidValue } from '../../core/errors.ts'
import { keptItems, type KeptItem } from '../../core/neutral/kept-items.ts'
import { said, stringOf } from '../../core/document/readings.ts'
import { metadataIn } from '../shared/objects/metadata.ts'

/** What callers may call an item; providers go further. */
const itemId = /^[\x21-\x7e]{1,256}$/
const mostItems = 20

/** The metadata in JSON; undefined if there is none. @throws GatewayError 400 */
export function metadataOf({ root }: JsonDocument): string | undefined {
  const pairs = metadataIn(root)
  return pairs === undefined ? undefined : `{${[...pairs].map(([name, value]) => `${JSON.stringify(name)}:${value.json()}`).join(',')}}`
}

/** The items of a body, as they stand there. @param least how many there must be @throws GatewayError 400 */
export function itemsIn({ root }: JsonDocument, least: 0 | 1): readonly JsonNode[] {
  const node = said(root, 'items')
  if (node === undefined && least === 0) return []
  if (node === undefined) throw gatewayError('missing_required_parameter', 'items is required', { param: 'items' })
  if (node.kind !== 'array') throw gatewayError('invalid_type', 'items must be an array', { param: 'items' })
  const items = node.items()
  if (items.length < least || items.length > mostItems) throw invalidValue('items', `items takes ${least} to ${mostItems} items`)
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
  if (id !== undefined && id !== '' && !itemId.test(id)) throw invalidValue(`${param}.id`, `${param}.id is no id`)
  const type = stringOf(said(item, 'type')) ?? 'message'
  for (const [name, kinds] of Object.entries(required.get(type) ?? {})) checkMember(item, `${param}.${name}`, name, kinds)
  if (type === 'message') checkMessage(item, param)
}

/** Members that no item of a type can do without, and what they may be: it would spoil each call that continues the conversation. Other types are their vendors' affair. */
const required: ReadonlyMap<string, Readonly<Record<string, readonly JsonKind[]>>> = new Map([
  ['message', { role: ['string'], content: ['string', 'array'] }],
  ['function_call', { call_id: ['string'], name: ['string'], arguments: ['string'] }],
  ['function_call_output', { call_id: ['string'], output: ['string', 'array'] }],
  ['custom_tool_call', { call_id: ['string'], name: ['string'], input: ['string'] }],
  ['custom_tool_call_output', { call_id: ['string'], output: ['string', 'array'] }],
])
const roles: ReadonlySet<string> = new Set(['user', 'assistant', 'system', 'developer'])
const articles: Readonly<Partial<Record<JsonKind, string>>> = { string: 'a string', array: 'an array' }

function checkMember(item: JsonNode, param: string, name: string, kinds: readonly JsonKind[]): void {
  const member = said(item, name)
  if (member === undefined) throw gatewayError('missing_required_parameter', `${param} is required`, { param })
  if (!kinds.includes(member.kind)) throw gatewayError('invalid_type', `${param} must be ${kinds.map(kind => articles[kind]).join(' or ')}`, { param })
}

function checkMessage(item: JsonNode, param: string): void {
  const role = stringOf(item.get('role')) ?? ''
  if (!roles.has(role)) throw invalidValue(`${param}.role`, `${param}.role must be one of ${[...roles].join(', ')}`)
  for (const [index, part] of (item.get('content')?.items() ?? []).entries()) {
    const at = `${param}.content[${index}]`
    if (part.kind !== 'object') throw gatewayError('invalid_type', `${at} must be an object`, { param: at })
    checkMember(part, `${at}.type`, 'type', ['string'])
  }
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
