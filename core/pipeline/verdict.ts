/** What policy says in the provider's place: a refusal, or an answer of its own. Neither knows the caller's dialect. */

import type { Conversation } from '../document/conversation.ts'
import { GatewayError } from '../errors.ts'
import type { WrittenHeaders } from '../flat-headers.ts'
import { Reply } from '../upstream/reply.ts'

export interface BlockDetails {
  readonly status?: number | undefined
  /** The request field at fault, as a dotted path. */
  readonly param?: string | undefined
  /** When to try again; sent as `Retry-After`, rounded up to seconds. */
  readonly retryAfterMs?: number | undefined
  /** Further headers of the reply. */
  readonly headers?: WrittenHeaders | undefined
  /** For the audit record: what kinds of things were found and how many, never what was said. */
  readonly detail?: Readonly<Record<string, unknown>> | undefined
}

/** Refuses the call. Status 400 where the prompt is at fault, 502 once a provider answered, unless `status` says otherwise. @throws RangeError for a status that is no refusal */
export function block(code: string, message: string, details: BlockDetails = {}): GatewayError {
  const { status = 400 } = details
  if (!isRefusal(status)) throw new RangeError(`block: the status is ${status}; a refusal has 400 to 599`)
  return new Blocked(code, message, details)
}

/** A refusal by policy: its status may follow from the phase that it was said in. */
export class Blocked extends GatewayError {
  readonly statusGiven: boolean
  readonly detail: BlockDetails['detail']

  constructor(code: string, message: string, { status, param, retryAfterMs, headers = [], detail }: BlockDetails) {
    super(code, message, { status: status ?? 400, headers, ...(param === undefined ? {} : { param }), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
    this.statusGiven = status !== undefined
    this.detail = detail
  }

  /** The same refusal, said of a provider's answer. */
  ofAnswer(): Blocked {
    if (this.statusGiven || this.code === null) return this
    const { code, message, param, retryAfterMs, headers, detail } = this
    return new Blocked(code, message, { status: 502, param: param ?? undefined, retryAfterMs, headers, detail })
  }
}

export interface RefuseDetails {
  /** What the caller sees if no other target serves the call. */
  readonly message?: string
  readonly status?: number
  /** When the target may be tried again. */
  readonly retryAfterMs?: number
}

/** Keeps one attempt back: its target is not to be called now, another one may serve the call. Status 503 unless `status` says otherwise. @throws RangeError for a status that is no refusal */
export function refuse(code: string, { message = 'the provider is not called now', status = 503, retryAfterMs }: RefuseDetails = {}): GatewayError {
  if (!isRefusal(status)) throw new RangeError(`refuse: the status is ${status}; a refusal has 400 to 599`)
  return new Refused(code, message, { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
}

/** A refusal of one attempt, made by `refuse`. */
export class Refused extends GatewayError {}

function isRefusal(status: number): boolean {
  return Number.isInteger(status) && status >= 400 && status <= 599
}

/**
 * Answers in the provider's place with one assistant turn, in the caller's dialect, as a stream if one was asked for.
 * @param said a text, or a conversation: what the assistant says in it, without its reasoning
 * @throws TypeError for what is neither, and for a conversation in which the assistant does more than say something
 */
export function answer(said: string | Pick<Conversation, 'messages'>): Reply {
  return new Reply({ status: 200, turn: typeof said === 'string' ? said : spokenIn(said) })
}

function spokenIn(said: Pick<Conversation, 'messages'>): string {
  if (!Array.isArray((said as Partial<Conversation> | undefined)?.messages)) throw new TypeError('answer() takes a text or a conversation')
  const parts = said.messages.flatMap(({ role, parts }) => (role === 'assistant' ? parts : []))
  const texts = parts.map(part => {
    if (part.type !== 'text' || part.channel === 'tool_arguments')
      throw new TypeError('answer() takes no conversation in which the assistant calls tools or shows something')
    return part.channel === 'reasoning' ? [] : part.text
  })
  return texts.flat().join('\n')
}

/** The answer, or the refusal that was thrown on the way to it. @throws whatever else was thrown */
export async function orRefusal<Answer>(answering: Promise<Answer>): Promise<Answer | GatewayError> {
  try {
    return await answering
  } catch (cause) {
    if (cause instanceof GatewayError) return cause
    throw cause
  }
}

/** Answers with JSON. @param body as bytes or text if it is spelled already */
export function jsonReply(body: object | string): Reply {
  return new Reply({
    status: 200,
    headers: ['Content-Type', 'application/json'],
    body: Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  })
}
