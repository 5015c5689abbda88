/** Files that a request names by their ids instead of bringing them: parts of its conversation, and what its tools work with. */

import type { JsonDocument } from '../../../core/document/document.ts'
import type { JsonNode } from '../../../core/document/node.ts'
import { said, stringOf } from '../../../core/document/readings.ts'
import { Words } from '../../../core/document/words.ts'

export interface FileReference {
  readonly id: string
  /** Where the body names it, for example `messages[0].content[1].file.file_id`. */
  readonly param: string
}

/** How every reference begins the name of its member, and the letters of it as JSON may escape them. */
const idMember = new Words('file_id', String.raw`\u006`, String.raw`\u005f`, String.raw`\u005F`)

/** Types of parts and blocks that are a file, in the dialects of OpenAI and Anthropic. A tool may have a parameter of the same name: what has no such type is no reference. */
const fileTypes: ReadonlySet<string> = new Set(['file', 'input_file', 'input_image', 'computer_screenshot', 'container_upload'])
/** Members that refer to files without such a type; the last ones are of vendors' assistants. */
const fileMembers: ReadonlySet<string> = new Set(['container', 'input_image_mask', 'attachments', 'code_interpreter', 'image_file'])

/** All of them, in their order. A body that names none is not looked into. */
export function fileReferences({ root }: JsonDocument): readonly FileReference[] {
  const found: FileReference[] = []
  if (!mayName(root)) return found
  seekIn(root, '', found)
  seek(root, '', found)
  return found
}

function seek(node: JsonNode, param: string, found: FileReference[]): void {
  if (!mayName(node)) return
  node.items().forEach((item, index) => seek(item, `${param}[${index}]`, found))
  const type = stringOf(said(node, 'type')) ?? ''
  for (const { name, value } of node.members()) {
    const at = memberOf(param, name)
    if (name === 'file_id' && fileTypes.has(type)) add(value, at, found)
    else if (fileMembers.has(name) || (name === 'file' && type === 'file')) seekIn(value, at, found)
    // What a model asked a tool for is in the words of the tool.
    else if (name !== 'input' || !type.endsWith('tool_use')) seek(value, at, found)
  }
}

/** In what is known to refer to files. */
function seekIn(node: JsonNode, param: string, found: FileReference[]): void {
  node.items().forEach((item, index) => seekIn(item, `${param}[${index}]`, found))
  for (const { name, value } of node.members()) {
    const at = memberOf(param, name)
    if (name === 'file_id') add(value, at, found)
    if (name === 'file_ids') value.items().forEach((item, index) => add(item, `${at}[${index}]`, found))
  }
}

function add(node: JsonNode, param: string, found: FileReference[]): void {
  const id = stringOf(node)
  if (id !== undefined) found.push({ id, param })
}

function memberOf(param: string, name: string): string {
  return param === '' ? name : `${param}.${name}`
}

/** The bytes of what nobody edited tell, and are not copied. */
function mayName(node: JsonNode): boolean {
  return node.edited || idMember.areIn(node.bytes())
}
