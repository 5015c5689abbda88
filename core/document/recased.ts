/** Members of a conversation whose names are spelled in another case: policy does not know them, and some providers read them. */

import type { JsonDocument } from './document.ts'
import type { JsonNode } from './node.ts'

/** What the dialects call what is said, and what it stands in. */
const names: ReadonlySet<string> = new Set([
  'messages',
  'input',
  'instructions',
  'system',
  'role',
  'type',
  'content',
  'text',
  'refusal',
  'reasoning',
  'reasoning_content',
  'thinking',
  'summary',
  'tool_calls',
  'function_call',
  'function',
  'arguments',
  'output',
  'file',
  'file_data',
  'source',
  'data',
  'title',
  'context',
])
/** What the root, and what stands below it, has more of it in. The input of a tool is not among them: its names are the caller's own. */
const ofRoot = ['messages', 'input', 'instructions', 'system']
const below = ['content', 'summary', 'tool_calls', 'function_call', 'function', 'output', 'file', 'source']

/** Removes them. @returns whether there were any; then nodes that were known before may be gone */
export function unsetRecased(body: JsonDocument): boolean {
  return unsetIn(body, body.root, ofRoot)
}

function unsetIn(body: JsonDocument, node: JsonNode, members: readonly string[]): boolean {
  const { kind } = node
  let found = kind === 'object' && body.unsetRecased(node, names)
  for (const child of node.children) {
    if (child.kind !== 'object' && child.kind !== 'array') continue
    if (kind === 'array' || members.some(name => child.isNamed(name))) found = unsetIn(body, child, below) || found
  }
  return found
}
