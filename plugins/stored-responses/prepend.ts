/** Puts what was said before ahead of a request's own input, as splices. */

import type { Exchange, JsonDocument, JsonNode, Target } from '../../core/index.ts'
import { userMessage } from '../../core/neutral/kept-items.ts'
import { said, stringOf } from '../../core/document/readings.ts'
import { JsonDocument as Json } from '../../core/document/document.ts'
import { wireFor } from '../../core/upstream/provider/wire.ts'
import type { PastItem } from './history.ts'

/** Whether a target takes the request as it is. */
export function isNative(exchange: Exchange, target: Target): boolean {
  const { dialect, operation } = exchange
  return target.provider.spoken(dialect) !== undefined && target.provider.endpoint(operation) !== undefined && wireFor(exchange, target) === undefined
}

/** @returns the request's own items, which further edits do not make into others */
export function prepend(exchange: Exchange, body: JsonDocument, items: readonly PastItem[]): ReadonlySet<JsonNode> {
  const input = inputList(body)
  const again = repeated(input, items)
  if (again.length > 0) body.remove(input, ...again)
  const own = new Set(input.items())
  const [first] = exchange.targets
  const going = first !== undefined && isNative(exchange, first) ? items.filter(item => isTaken(item, first)) : items
  going.forEach(({ json }, index) => body.insert(input, index, json))
  return own
}

/** Results of tools that were there before: the AI SDK says those of a conversation with every step again, and a second result of one call is refused by most vendors. */
function repeated(input: JsonNode, items: readonly PastItem[]): readonly JsonNode[] {
  const results = input.items().filter(isResult)
  if (results.length === 0) return []
  const known = new Set(items.filter(({ json }) => json.includes('call_output')).map(({ json }) => resultIn(Json.parse(Buffer.from(json)).root)))
  return results.filter(result => known.has(resultIn(result)))
}

function isResult(item: JsonNode): boolean {
  return stringOf(item.get('type'))?.endsWith('call_output') === true
}

/** What makes two results one. */
function resultIn(item: JsonNode): string {
  return JSON.stringify(['type', 'call_id', 'output'].map(name => item.get(name)?.json()))
}

/** The input as a list, which it becomes if it is none. */
function inputList(body: JsonDocument): JsonNode {
  const { root } = body
  const input = said(root, 'input')
  if (input === undefined) body.set(root, 'input', '[]')
  else if (input.kind !== 'array') body.replace(input, `[${userMessage(input.json())}]`)
  return root.get('input') ?? root
}

/** Reasoning without its id is worth something to its own vendor alone, and only with the state that it encrypted. Sealed state is taken out later, where it has to be. */
function isTaken({ json, issuer }: PastItem, { provider }: Target): boolean {
  const { root } = Json.parse(Buffer.from(json))
  if (stringOf(root.get('type')) !== 'reasoning') return true
  const encrypted = stringOf(root.get('encrypted_content')) ?? ''
  return encrypted !== '' && (issuer === provider.type || encrypted.startsWith('tl1.'))
}
