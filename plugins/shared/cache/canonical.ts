/** One spelling for equal JSON bodies: members sorted, the last of duplicates, no white space; numbers stay as they were written. */

import type { JsonNode } from '../../../core/document/node.ts'

type Members = Map<string, JsonNode | string>

/** A request's body with another model in it, and without what says only how the answer shall be delivered; of a stream, its options say more. */
export function canonicalBody(root: JsonNode, model: string, isStream = false): string {
  const members = lastMembers(root)
  members.delete('stream')
  if (!isStream) members.delete('stream_options')
  members.set('model', JSON.stringify(model))
  const pieces: string[] = []
  writeObject(members, pieces)
  return pieces.join('')
}

function write(value: JsonNode | string, pieces: string[]): void {
  if (typeof value === 'string') pieces.push(value)
  else
    switch (value.kind) {
      case 'object':
        return writeObject(lastMembers(value), pieces)
      case 'array':
        return writeArray(value.items(), pieces)
      case 'string':
        return void pieces.push(canonicalString(value))
      default:
        pieces.push(value.json())
    }
}

function lastMembers(node: JsonNode): Members {
  const members: Members = new Map()
  for (const { name, value } of node.members()) members.set(name, value)
  return members
}

function writeObject(members: Members, pieces: string[]): void {
  let before = '{'
  for (const name of [...members.keys()].sort()) {
    pieces.push(before, JSON.stringify(name), ':')
    write(members.get(name) ?? 'null', pieces)
    before = ','
  }
  pieces.push(members.size === 0 ? '{}' : '}')
}

function writeArray(items: readonly JsonNode[], pieces: string[]): void {
  let before = '['
  for (const item of items) {
    pieces.push(before)
    write(item, pieces)
    before = ','
  }
  pieces.push(items.length === 0 ? '[]' : ']')
}

/**
 * Only `\u…` and `\/` leave a choice of spelling. Spelled anew, a character is escaped only where it must be; half a surrogate pair is,
 * so that no two become one in UTF-8.
 */
function canonicalString(node: JsonNode): string {
  const spelled = node.json()
  return spelled.includes('\\u') || spelled.includes('\\/') ? JSON.stringify(node.string()) : spelled
}
