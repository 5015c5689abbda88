/** A stream of Cohere: typed events, with contents and calls counted apart. */

import { gatewayError, type JsonObject, type StreamEvent } from '../../../core/index.ts'
import type { Emit } from '../../../core/neutral/reply.ts'
import type { Destination, StreamReader } from '../../../core/neutral/translation.ts'
import { argumentsText, isObject, objectIn } from '../../../core/neutral/arguments.ts'
import { objectOf, textOf } from '../../../core/neutral/lenient.ts'
import { defined, restOf } from '../../../core/neutral/members.ts'
import { StreamedAnswer, type OpenBlock } from '../../../core/neutral/streamed-answer.ts'
import type { Json } from '../../../core/neutral/request.ts'
import { errorIn, finishOf, usageOf } from './facts.ts'
import { billedIn, knownInUsage } from './upstream-reply.ts'

export class CohereReader implements StreamReader {
  readonly #from: Destination
  /** By what the events call them: `plan`, and the index of a content or of a call. */
  readonly #answer = new StreamedAnswer<string>()

  constructor(from: Destination) {
    this.#from = from
  }

  read({ data, isDone }: StreamEvent, emit: Emit): void {
    if (this.#answer.isOver || data === undefined || isDone) return
    const event = objectIn(data)
    if (event === undefined)
      return this.#answer.fail(
        gatewayError('stream_incomplete', `${this.#from.provider} sent an event that cannot be read`, { provider: this.#from.provider }),
        emit,
      )
    const { type } = event
    if (typeof type !== 'string') return this.#unnamed(event, emit)
    this.#answer.start(emit, type === 'message-start' ? { id: event['id'] } : {})
    const delta = objectOf(event['delta'])
    const message = objectOf(delta['message'])
    const { index } = event
    switch (type) {
      case 'tool-plan-delta':
        return this.#answer.say(this.#answer.inside('plan', 'reasoning', emit), textOf(message['tool_plan']), emit)
      case 'content-start':
        return this.#begin(`content ${count(index)}`, objectOf(message['content']), emit)
      case 'content-delta':
        return this.#grow(`content ${count(index)}`, objectOf(message['content']), emit)
      case 'content-end':
        return this.#answer.close(`content ${count(index)}`, emit)
      case 'tool-call-start':
        return this.#call(`call ${count(index)}`, objectOf(message['tool_calls']), emit)
      case 'tool-call-delta':
        return this.#answer.say(this.#answer.at(`call ${count(index)}`), argumentsIn(objectOf(message['tool_calls'])), emit)
      case 'tool-call-end':
        return this.#answer.close(`call ${count(index)}`, emit)
      case 'citation-start':
        return this.#cite(message['citations'], emit)
      case 'message-end':
        return this.#finish(delta, emit)
    }
  }

  /** A stream that lacks its last event is not complete, and nothing is held back. */
  end(): void {}

  #unnamed(event: JsonObject, emit: Emit): void {
    const error = errorIn(event, this.#from.provider)
    if (error !== undefined) this.#answer.fail(error, emit)
  }

  #begin(place: string, content: JsonObject, emit: Emit): void {
    if (content['type'] === 'text') this.#take(place, 'text', emit)
    else if (content['type'] === 'thinking') this.#take(place, 'reasoning', emit)
    this.#grow(place, content, emit)
  }

  #grow(place: string, { text: said, thinking }: JsonObject, emit: Emit): void {
    if (typeof thinking === 'string' && thinking !== '') this.#tell(place, 'reasoning', thinking, emit)
    if (typeof said === 'string' && said !== '') this.#tell(place, 'text', said, emit)
  }

  #tell(place: string, type: 'text' | 'reasoning', said: string, emit: Emit): void {
    const open = this.#answer.at(place)
    this.#answer.say(open?.block.type === type ? open : this.#take(place, type, emit), said, emit)
  }

  /** A content that begins ends the plan. */
  #take(place: string, type: 'text' | 'reasoning', emit: Emit): OpenBlock {
    this.#answer.close('plan', emit)
    return this.#answer.begin(place, { type }, emit)
  }

  #call(place: string, call: JsonObject, emit: Emit): void {
    this.#answer.close('plan', emit)
    this.#answer.say(
      this.#answer.begin(place, { type: 'tool_call', id: textOf(call['id']), name: textOf(objectOf(call['function'])['name']) }, emit),
      argumentsIn(call),
      emit,
    )
  }

  /** Citations come while the text that they are for is open, or for the last one that was. */
  #cite(citations: Json | undefined, emit: Emit): void {
    const open = this.#answer.first('text')
    const annotations = (Array.isArray(citations) ? (citations as readonly Json[]) : [citations]).filter(isObject)
    if (open !== undefined && annotations.length > 0) emit({ type: 'meta', key: open.key, annotations })
  }

  #finish({ finish_reason: reason, usage: said, error }: JsonObject, emit: Emit): void {
    const usage = usageOf(said)
    const extras = isObject(said) ? restOf(said, knownInUsage) : undefined
    if (usage !== undefined) emit(extras === undefined ? { type: 'usage', usage } : { type: 'usage', usage, extras })
    this.#answer.finish(() => finishOf(reason, this.#from.provider, error), emit, defined<object>({ extras: billedIn(said) }))
  }
}

/** Pieces of the arguments, which may also come as an object at once. */
function argumentsIn(call: JsonObject): string {
  const { arguments: said } = objectOf(call['function'])
  return typeof said === 'string' ? said : isObject(said) ? argumentsText(said) : ''
}

function count(index: Json | undefined): number {
  return typeof index === 'number' ? index : 0
}
