/** Where the texts of an answer stand: in an output item, and in each event of a stream, under one key wherever they are said again. */

import { carriedThoughts } from '../../../core/document/carried.ts'
import type { JsonNode } from '../../../core/document/document.ts'
import { stringOf } from '../../../core/document/readings.ts'
import type { StreamText } from '../../../core/plugin/dialect.ts'

export interface TextPlace {
  /** Where the text stands in the response's output, for example `0/content/1/text`: the same for all events that say it. */
  readonly key: string
  readonly channel: StreamText['channel']
  /** Tool arguments that are no JSON. */
  readonly isPlain: boolean
  readonly node: JsonNode
  /** What has the text's log probabilities, if anything. */
  readonly owner: JsonNode
  /** One of several pieces, not all of the text. */
  readonly isPiece: boolean
  /** By which the vendor would know the text again. */
  readonly seal?: JsonNode | undefined
}

/** What an event says, and which texts have come to their end with it. */
export interface EventPlaces {
  readonly places: readonly TextPlace[]
  readonly ends: readonly string[]
}

/** A text that is streamed in pieces. */
export interface PieceKind {
  /** The event's type without `.delta`, `.done`. */
  readonly stem: string
  readonly channel: StreamText['channel']
  readonly isPlain?: boolean
  /** Which of the event's indexes tells it apart within its item. */
  readonly index?: 'content_index' | 'summary_index' | 'command_index'
  /** The key within the item; `*` stands for the index. */
  readonly path: string
  /** The member that has all of it in the `done` event. */
  readonly whole: string
}

const pieceKinds: readonly PieceKind[] = [
  { stem: 'response.output_text', channel: 'text', index: 'content_index', path: 'content/*/text', whole: 'text' },
  { stem: 'response.refusal', channel: 'refusal', index: 'content_index', path: 'content/*/refusal', whole: 'refusal' },
  { stem: 'response.function_call_arguments', channel: 'tool_arguments', path: 'arguments', whole: 'arguments' },
  { stem: 'response.custom_tool_call_input', channel: 'tool_arguments', isPlain: true, path: 'input', whole: 'input' },
  { stem: 'response.reasoning_summary_text', channel: 'reasoning', index: 'summary_index', path: 'summary/*/text', whole: 'text' },
  { stem: 'response.reasoning_text', channel: 'reasoning', index: 'content_index', path: 'reasoning/*/text', whole: 'text' },
  { stem: 'response.mcp_call_arguments', channel: 'tool_arguments', path: 'mcp_arguments', whole: 'arguments' },
  { stem: 'response.code_interpreter_call_code', channel: 'tool_arguments', isPlain: true, path: 'code', whole: 'code' },
  { stem: 'response.shell_call_command', channel: 'tool_arguments', isPlain: true, index: 'command_index', path: 'action/commands/*', whole: 'command' },
]

const byStem = new Map(pieceKinds.map(kind => [kind.stem, kind]))
const byPath = new Map(pieceKinds.map(kind => [kind.path, kind]))

/** The kind of a text that is streamed in pieces, from its key; with the indexes of item and part. */
export function pieceOf(key: string): { readonly kind: PieceKind; readonly item: number; readonly part: number } | undefined {
  const [item, ...path] = key.split('/')
  const kind = byPath.get(path.map(name => (/^\d+$/.test(name) ? '*' : name)).join('/'))
  return kind === undefined ? undefined : { kind, item: Number(item), part: Number(path.find(name => /^\d+$/.test(name)) ?? 0) }
}

const none: EventPlaces = { places: [], ends: [] }

/** Finds the texts of an event. What nobody knows is searched for strings, each a text by itself. */
export function placesOf(root: JsonNode): EventPlaces {
  const type = stringOf(root.get('type')) ?? ''
  const cut = type.lastIndexOf('.')
  const kind = byStem.get(type.slice(0, cut))
  if (kind !== undefined) return ofPiece(root, kind, type.slice(cut + 1))
  switch (type) {
    case 'response.created':
    case 'response.queued':
    case 'response.in_progress':
      return ofResponse(root.get('response'), [])
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
      return ofResponse(root.get('response'), ['*'])
    case 'response.output_item.added':
      return ofItem(root, 'added')
    case 'response.output_item.done':
      return ofItem(root, 'done')
    case 'response.content_part.added':
    case 'response.content_part.done':
      return ofPart(root, 'content', 'content_index', type.endsWith('done'))
    case 'response.reasoning_summary_part.added':
    case 'response.reasoning_summary_part.done':
      return ofPart(root, 'summary', 'summary_index', type.endsWith('done'))
    case 'response.output_text.annotation.added':
      return ofAnnotation(root)
    case 'response.shell_call_output_content.delta':
      return ofShellOutput(root, true)
    case 'response.shell_call_output_content.done':
      return ofShellOutput(root, false)
    case 'response.audio.transcript.delta':
      return { places: place('audio/transcript', 'text', root, 'delta', true), ends: [] }
    case 'response.audio.delta':
    case 'response.image_generation_call.partial_image':
      return none
    case 'error':
      return { places: [], ends: ['*'] }
    default:
      return ofUnknown(root)
  }
}

function ofPiece(root: JsonNode, { path, channel, isPlain, index, whole }: PieceKind, event: string): EventPlaces {
  const key = `${indexOf(root, 'output_index')}/${index === undefined ? path : path.replace('*', String(indexOf(root, index)))}`
  const places = place(key, channel, root, event === 'delta' ? 'delta' : whole, event === 'delta', isPlain)
  return { places, ends: event === 'done' ? endsOf(key) : [] }
}

/** A text, and what was said of it a second time but otherwise. */
function endsOf(key: string): string[] {
  return [key, `${key}/*`]
}

function ofResponse(response: JsonNode | undefined, ends: readonly string[]): EventPlaces {
  if (response === undefined) return { places: [], ends }
  const items = response.get('output')?.items() ?? []
  const places = items.flatMap((item, index) => itemPlaces(item, index))
  return { places: [...places, ...place('output_text', 'text', response, 'output_text')], ends: [...ends, 'output_text*'] }
}

/** Items that no event streams are whole at once. */
function ofItem(root: JsonNode, event: 'added' | 'done'): EventPlaces {
  const index = indexOf(root, 'output_index')
  const item = root.get('item')
  const isStreamed = event === 'added' && streamed.has(stringOf(item?.get('type')) ?? '')
  return { places: item === undefined ? [] : itemPlaces(item, index), ends: isStreamed ? [] : [`${index}/*`] }
}

const streamed = new Set(['message', 'function_call', 'custom_tool_call', 'reasoning', 'mcp_call', 'code_interpreter_call', 'shell_call'])

function ofPart(root: JsonNode, list: 'content' | 'summary', index: 'content_index' | 'summary_index', isDone: boolean): EventPlaces {
  const part = root.get('part')
  const isReasoning = list === 'content' && stringOf(part?.get('type')) === 'reasoning_text'
  const key = `${indexOf(root, 'output_index')}/${isReasoning ? 'reasoning' : list}/${indexOf(root, index)}`
  const found: TextPlace[] = []
  if (part !== undefined) search(part, key, { type: isReasoning || list === 'summary' ? 'reasoning' : 'message' }, found)
  return { places: found, ends: isDone ? [`${key}/*`] : [] }
}

function ofAnnotation(root: JsonNode): EventPlaces {
  const key = `${indexOf(root, 'output_index')}/content/${indexOf(root, 'content_index')}/annotations/${indexOf(root, 'annotation_index')}`
  const found: TextPlace[] = []
  const annotation = root.get('annotation')
  if (annotation !== undefined) search(annotation, key, { type: 'message' }, found)
  return { places: found, ends: [`${key}/*`] }
}

/** What a command prints, in two texts at once. */
function ofShellOutput(root: JsonNode, isPiece: boolean): EventPlaces {
  const key = `${indexOf(root, 'output_index')}/output/${indexOf(root, 'command_index')}`
  const outputs = isPiece ? [root.get('delta')] : (root.get('output')?.items() ?? [])
  const places = outputs.flatMap(output =>
    output === undefined ? [] : ['stdout', 'stderr'].flatMap(name => place(`${key}/${name}`, 'text', output, name, isPiece)),
  )
  return { places, ends: isPiece ? [] : [`${key}/*`] }
}

function ofUnknown(root: JsonNode): EventPlaces {
  const found: TextPlace[] = []
  search(root, 'event', { type: '' }, found)
  return { places: found, ends: ['event/*'] }
}

/** The texts of an output item. */
export function itemPlaces(item: JsonNode, index: number | string): TextPlace[] {
  const found: TextPlace[] = []
  search(item, String(index), { type: stringOf(item.get('type')) ?? '' }, found)
  return found
}

/** Members whose strings are structure, or data that no policy reads. */
const structure = new Set([
  'type',
  'id',
  'object',
  'status',
  'role',
  'phase',
  'model',
  'call_id',
  'item_id',
  'name',
  'namespace',
  'server_label',
  'approval_request_id',
  'file_id',
  'container_id',
  'created_by',
  'detail',
  'execution',
  'encrypted_content',
  'extra_content',
  'thinking_blocks',
  'reasoning_items',
  'image_url',
  'file_data',
  'partial_image_b64',
  'logprobs',
  'obfuscation',
  'tools',
  'fingerprint',
  'response',
])

/** What tools gave back stands in the items of their calls. */
const results = new Set(['output', 'outputs', 'results', 'error', 'logs'])

interface Found {
  /** The type of the item. */
  readonly type: string
  /** Inside what a tool gave back. */
  readonly isResult?: boolean
}

/** Every string at or inside a value that is no structure; and the thoughts in the state of vendors. */
function search(node: JsonNode, key: string, within: Found, found: TextPlace[]): void {
  if (node.kind === 'array') return node.items().forEach((item, index) => searchMember(item, node, `${key}/${index}`, '', within, found))
  carriedThoughts(node).forEach((thought, i) =>
    found.push({ ...thought, key: `${key}/carried/${i}`, channel: 'reasoning', isPlain: false, owner: node, isPiece: false }),
  )
  for (const { name, value } of node.members()) {
    if (structure.has(name) || (name === 'result' && within.type === 'image_generation_call')) continue
    searchMember(value, node, `${key}/${spelled(name, within.type)}`, name, results.has(name) ? { ...within, isResult: true } : within, found)
  }
}

function searchMember(value: JsonNode, owner: JsonNode, key: string, name: string, within: Found, found: TextPlace[]): void {
  if (value.kind !== 'string') return value.kind === 'object' || value.kind === 'array' ? search(value, key, within, found) : undefined
  const channel = channelOf(name, within)
  found.push({ key, channel, isPlain: channel === 'tool_arguments' && name !== 'arguments', node: value, owner, isPiece: false })
}

/** The keys of texts that would be taken for another kind. */
function spelled(name: string, type: string): string {
  if (type === 'reasoning' && name === 'content') return 'reasoning'
  return type === 'mcp_call' && name === 'arguments' ? 'mcp_arguments' : name
}

function channelOf(name: string, { type, isResult = false }: Found): StreamText['channel'] {
  if (type === 'reasoning') return 'reasoning'
  if (name === 'refusal' && type === 'message') return 'refusal'
  return (type.endsWith('_call') || type === 'program') && !isResult ? 'tool_arguments' : 'text'
}

function place(key: string, channel: StreamText['channel'], owner: JsonNode, member: string, isPiece = false, isPlain = false): TextPlace[] {
  const node = owner.get(member)
  return node?.kind === 'string' ? [{ key, channel, isPlain, node, owner, isPiece }] : []
}

export function indexOf(root: JsonNode, name: string): number {
  const index = root.get(name)?.value()
  return typeof index === 'number' ? index : 0
}
