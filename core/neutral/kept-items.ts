/** Items of Responses as they are kept for later: in one normal form, each with an id, otherwise as they were said. */

import { hash } from 'node:crypto'
import { JsonDocument, type JsonNode } from '../document/document.ts'
import { said, stringOf } from '../document/readings.ts'

export interface KeptItem {
  readonly id: string
  /** As it was said, but for the id and the normal form. */
  readonly json: string
  /** The type of the provider whose state it may hold; null if nobody's. */
  readonly issuer: string | null
}

/** How ids of items begin that are made from the call's id, and of others. */
const callPrefixes: ReadonlyMap<string, string> = new Map([
  ['function_call', 'fc_'],
  ['function_call_output', 'fco_'],
  ['custom_tool_call', 'ctc_'],
  ['custom_tool_call_output', 'ctco_'],
])
const prefixes: ReadonlyMap<string, string> = new Map([
  ['message', 'msg_'],
  ['reasoning', 'rs_'],
])

/**
 * Brings items into their normal form. Ids that are missing are derived, so that the same items of one seed always have the same.
 * @param seed what the derived ids belong to
 * @param taken ids that are given already; those of the items are added
 */
export function keptItems(items: readonly string[], seed: string, issuer: string | null, taken: Set<string> = new Set()): readonly KeptItem[] {
  return items.map((json, index) => {
    const document = normal(json)
    const { root } = document
    const own = stringOf(root.get('id'))
    const id = own === undefined || own === '' ? freeId(derivedId(root, `${seed}/${index}`), taken) : own
    taken.add(id)
    if (id !== own) document.set(root, 'id', JSON.stringify(id))
    return { id, json: document.render().toString(), issuer }
  })
}

/** The items of an input; a bare string is a user's message. */
export function inputItems(input: JsonNode | undefined): readonly string[] {
  if (input?.kind === 'string') return [userMessage(input.json())]
  return input?.items().map(item => item.json()) ?? []
}

/** @param text as JSON */
export function userMessage(text: string): string {
  return `{"type":"message","role":"user","content":${text}}`
}

/** An item without its id, as it is sent again; references are nothing but an id. What others than the model said has no status. */
export function withoutId(json: string): string {
  const document = JsonDocument.parse(Buffer.from(json))
  const { root } = document
  const type = stringOf(root.get('type'))
  if (type !== 'item_reference') document.unset(root, 'id')
  if (type === 'message' && stringOf(root.get('role')) !== 'assistant') document.unset(root, 'status')
  return document.render().toString()
}

/** A message says so, and has a list of parts. */
function normal(json: string): JsonDocument {
  const document = JsonDocument.parse(Buffer.from(json))
  const { root } = document
  if (said(root, 'type') === undefined && said(root, 'role') !== undefined) document.set(root, 'type', '"message"')
  const content = root.get('content')
  if (stringOf(root.get('type')) === 'message' && content?.kind === 'string')
    document.replace(content, `[${textPart(content.json(), stringOf(root.get('role')))}]`)
  return document
}

function textPart(text: string, role: string | undefined): string {
  return role === 'assistant' ? `{"type":"output_text","text":${text},"annotations":[]}` : `{"type":"input_text","text":${text}}`
}

function derivedId(item: JsonNode, seed: string): string {
  const type = stringOf(item.get('type')) ?? ''
  const ofCall = callPrefixes.get(type)
  const call = stringOf(item.get('call_id'))
  if (ofCall !== undefined && call !== undefined && call !== '') return ofCall + call
  return `${prefixes.get(type) ?? 'item_'}${hash('sha256', seed).slice(0, 32)}`
}

function freeId(id: string, taken: ReadonlySet<string>): string {
  let free = id
  for (let n = 2; taken.has(free); n++) free = `${id}_${n}`
  return free
}
