/** One spelling for equal JSON bodies: members sorted, the last of duplicates, no white space; numbers stay as they were written. */

import type { JsonNode } from '../../core/index.ts'

/** A request's body with another model in it, and without what says only how the answer shall be delivered. */
export function canonicalBody(root: JsonNode, model: string): string {
  const members = lastMembers(root)
  for (const name of ['stream', 'stream_options', 'model']) members.delete(name)
  const spelled = spell(members)
  spelled.push(member('model', JSON.stringify(model)))
  return object(spelled)
}

function canonical(node: JsonNode): string {
  switch (node.kind) {
    case 'object': return object(spell(lastMembers(node)))
    case 'array': return `[${node.items().map(canonical).join(',')}]`
    case 'string': return canonicalString(node)
    default: return node.json()
  }
}

/** Characters that need not be escaped are not; half a surrogate pair is, so that no two become one in UTF-8. */
function canonicalString(node: JsonNode): string {
  const spelled = node.json()
  return spelled.includes('\\') ? JSON.stringify(node.string()) : spelled
}

function lastMembers(node: JsonNode): Map<string, JsonNode> {
  return new Map(node.members().map(({ name, value }) => [name, value]))
}

function spell(members: ReadonlyMap<string, JsonNode>): string[] {
  return Array.from(members, ([name, value]) => member(name, canonical(value)))
}

function member(name: string, json: string): string {
  return `${JSON.stringify(name)}:${json}`
}

/** Sorted as they are spelled: names are distinct, so the values do not matter. */
function object(spelled: string[]): string {
  return `{${spelled.sort().join(',')}}`
}
