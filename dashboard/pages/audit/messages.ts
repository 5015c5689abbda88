/** What was said in requests and responses of chats, whatever their dialect. */

export type Role = 'system' | 'user' | 'assistant' | 'tool'

export interface Piece {
  readonly kind: 'text' | 'reasoning' | 'tool call' | 'tool result' | 'other'
  readonly text: string
  /** Of a tool. */
  readonly name?: string
}

export interface Message {
  readonly role: Role
  readonly pieces: readonly Piece[]
}

type Json = Readonly<Record<string, unknown>>

/** In a request: of Chat Completions and Messages, `messages`; of Responses, `input`. */
export function messagesAsked(body: unknown): readonly Message[] {
  if (!isObject(body)) return []
  const system = [body['system'], body['instructions']].filter(Boolean).map((content): Message => ({ role: 'system', pieces: piecesOf(content) }))
  if (typeof body['input'] === 'string') return [...system, { role: 'user', pieces: piecesOf(body['input']) }]
  return [...system, ...joined([...listIn(body['messages']), ...listIn(body['input'])].map(messageOf))]
}

/** In a response. */
export function messagesAnswered(body: unknown): readonly Message[] {
  if (!isObject(body)) return []
  const choices = listIn(body['choices']).flatMap(({ message }) => (isObject(message) ? [message] : []))
  const whole = Array.isArray(body['content']) ? [{ role: 'assistant', content: body['content'] }] : []
  return joined([...choices, ...whole, ...listIn(body['output'])].map(messageOf))
}

/** By which a message is known again. Reasoning is not sent back in every dialect, and arguments not always as they were spelled. */
export function keyOf({ role, pieces }: Message): string {
  return JSON.stringify([role, pieces.flatMap(({ kind, text, name }) => (kind === 'reasoning' ? [] : [[kind, text.trim(), name]]))])
}

/** A message, or an item of Responses. */
function messageOf(item: Json): Message {
  const { type } = item
  if (type === 'function_call' || type === 'custom_tool_call') return { role: 'assistant', pieces: [callOf(item['name'], item['arguments'] ?? item['input'])] }
  if (type === 'function_call_output' || type === 'custom_tool_call_output') return { role: 'tool', pieces: [resultOf(item['output'])] }
  if (type === 'reasoning') return { role: 'assistant', pieces: [{ kind: 'reasoning', text: textsIn(item['summary']) || textsIn(item['content']) }] }
  if (item['role'] === undefined) return { role: 'assistant', pieces: [{ kind: 'other', text: String(type) }] }
  const role = roleOf(item['role'])
  const content = role === 'tool' ? [resultOf(item['content'])] : piecesOf(item['content'])
  const thought = item['reasoning_content'] ?? item['reasoning']
  const calls = listIn(item['tool_calls']).map(({ function: called, custom }) => {
    const tool = (called ?? custom ?? {}) as Json
    return callOf(tool['name'], tool['arguments'] ?? tool['input'])
  })
  const pieces: readonly Piece[] = [
    ...(typeof thought === 'string' && thought !== '' ? [{ kind: 'reasoning', text: thought } as const] : []),
    ...content,
    ...piecesOf(item['refusal']),
    ...calls,
  ]
  // In Messages, it is the user who brings the results of tools.
  return { role: pieces.length > 0 && pieces.every(({ kind }) => kind === 'tool result') ? 'tool' : role, pieces }
}

function roleOf(role: unknown): Role {
  if (role === 'developer' || role === 'system') return 'system'
  if (role === 'function' || role === 'tool') return 'tool'
  return role === 'assistant' ? 'assistant' : 'user'
}

function piecesOf(content: unknown): readonly Piece[] {
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }]
  return listIn(content).map(pieceOf)
}

function pieceOf(block: Json): Piece {
  const { type } = block
  if (type === 'thinking' || type === 'redacted_thinking') return { kind: 'reasoning', text: typeof block['thinking'] === 'string' ? block['thinking'] : '…' }
  if (type === 'tool_use' || type === 'server_tool_use') return callOf(block['name'], block['input'])
  if (type === 'tool_result') return resultOf(block['content'])
  const text = block['text'] ?? block['refusal']
  return typeof text === 'string' ? { kind: 'text', text } : { kind: 'other', text: String(type).replaceAll('_', ' ') }
}

function callOf(name: unknown, given: unknown): Piece {
  return { kind: 'tool call', name: String(name), text: jsonText(given) }
}

function resultOf(content: unknown): Piece {
  return { kind: 'tool result', text: typeof content === 'string' ? jsonText(content) : textsIn(content) || jsonText(content) }
}

/** The text of each, without what else they are. */
function textsIn(content: unknown): string {
  return listIn(content)
    .flatMap(({ text }) => (typeof text === 'string' ? [text] : []))
    .join('\n')
}

/** JSON with a line for each member, as it is read best. */
function jsonText(value: unknown): string {
  try {
    return JSON.stringify(typeof value === 'string' ? JSON.parse(value) : value, undefined, 2) ?? ''
  } catch {
    return String(value)
  }
}

/** Items that one speaker said in a row are one message. */
function joined(messages: readonly Message[]): readonly Message[] {
  const found: Message[] = []
  for (const message of messages) {
    const last = found.at(-1)
    if (last?.role === 'assistant' && message.role === 'assistant') found[found.length - 1] = { role: 'assistant', pieces: [...last.pieces, ...message.pieces] }
    else found.push(message)
  }
  return found
}

function listIn(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null
}
