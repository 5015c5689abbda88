/** A request as the playground's form shows it, whatever dialect it is sent in; and what was heard in answer. */

type Body = Readonly<Record<string, unknown>>

export type Role = 'system' | 'user' | 'assistant'

/** What the form has no fields for stands in it as JSON, and is sent as it is. */
export interface Other {
  readonly other: object
}

export interface TextCard {
  readonly role: Role
  readonly text: string
}

export interface FunctionTool {
  readonly name: string
  readonly description: string
  readonly parameters: object
}

export interface Draft {
  readonly model: string
  readonly stream: boolean
  readonly cards: readonly (TextCard | Other)[]
  readonly tools: readonly (FunctionTool | Other)[]
  readonly maxTokens: number | undefined
  readonly temperature: number | undefined
  readonly topP: number | undefined
  /** Members that the form does not show. */
  readonly rest: Body
}

export interface ToolCall {
  readonly id: string
  readonly name: string
  /** As JSON, which may not be whole yet. */
  readonly arguments: string
}

/** As far as it has come. */
export interface Heard {
  readonly text: string
  readonly reasoning: string
  readonly toolCalls: readonly ToolCall[]
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
  readonly error: string | undefined
}

export interface Dialect {
  readonly title: string
  readonly path: string
  /** The members that the form makes: an SDK knows them by name. */
  readonly members: readonly string[]
  write(draft: Draft): object
  read(body: Body): Draft
  /** What a whole answer says, or what an event adds. */
  hear(heard: Heard, said: unknown): Heard
  /** The turn of the assistant for the next request, with a place for the result of each tool. */
  turns(heard: Heard): readonly (TextCard | Other)[]
}

export const emptyDraft: Draft = {
  model: '',
  stream: true,
  cards: [{ role: 'user', text: '' }],
  tools: [],
  maxTokens: undefined,
  temperature: undefined,
  topP: undefined,
  rest: {},
}

export const nothingHeard: Heard = { text: '', reasoning: '', toolCalls: [], inputTokens: undefined, outputTokens: undefined, error: undefined }

/** What all dialects call the same. */
export function writeCommon({ temperature, topP, stream, rest }: Draft, maxTokens: object): object {
  return { ...maxTokens, ...(temperature === undefined ? {} : { temperature }), ...(topP === undefined ? {} : { top_p: topP }), stream, ...rest }
}

export function readCommon({ model, stream, temperature, top_p: topP }: Body): Pick<Draft, 'model' | 'stream' | 'temperature' | 'topP'> {
  return { model: typeof model === 'string' ? model : '', stream: stream === true, temperature: numberIn(temperature), topP: numberIn(topP) }
}

/** The members that have no field. */
export function restOf(body: Body, dialect: Pick<Dialect, 'members'>): Body {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !dialect.members.includes(name)))
}

export function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** A message whose content is text alone, with nothing beside it. */
export function cardOf(message: object): TextCard | Other {
  const { role, content, ...more } = message as { role?: unknown; content?: unknown }
  const isText = typeof content === 'string' && (role === 'system' || role === 'user' || role === 'assistant') && Object.keys(more).length === 0
  return isText ? { role, text: content } : { other: message }
}

export function messageOf(card: TextCard | Other): object {
  return 'other' in card ? card.other : { role: card.role, content: card.text }
}

/** With a call that begins, or with what comes to the arguments of the one at this place. */
export function withCall(calls: readonly ToolCall[], at: number, { id = '', name = '', arguments: more = '' }: Partial<ToolCall>): readonly ToolCall[] {
  const old = calls[at] ?? { id: '', name: '', arguments: '' }
  return [...calls.slice(0, at), { id: old.id + id, name: old.name + name, arguments: old.arguments + more }, ...calls.slice(at + 1)]
}

/** A text that has a member to itself; none where it is not there, or is more than text. */
export function textCard(role: Role, text: unknown): readonly TextCard[] {
  return typeof text === 'string' ? [{ role, text }] : []
}
