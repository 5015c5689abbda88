/** What a caller hears of a stream, read as strictly as its dialect's strictest client would. */

import { isDeepStrictEqual } from 'node:util'

export const callerDialects = ['openai-chat', 'openai-responses', 'anthropic-messages'] as const
export type CallerDialect = (typeof callerDialects)[number]

export interface HeardCall {
  readonly id: string
  readonly name: string
  arguments: string
}

export interface Heard {
  thoughts: string
  text: string
  readonly calls: HeardCall[]
  /** Why the answer ended, in the dialect's word; undefined if it did not. */
  finish: string | undefined
  /** The error event, which must have been the last. */
  error: { readonly code: string | null; readonly message: string } | undefined
  usage: Readonly<Record<string, unknown>> | undefined
  pings: number
}

interface Received {
  readonly name: string | undefined
  readonly data: string
}

type Members = Readonly<Record<string, unknown>>

/** @throws Error if the stream is not what the dialect says: an event out of place, a block that was not opened, something behind the end */
export function heard(dialect: CallerDialect, body: Buffer | string): Heard {
  const events = received(body.toString())
  const reader = new readers[dialect]()
  for (const [at, event] of events.entries()) {
    try {
      reader.take(event)
    } catch (cause) {
      throw new Error(`event ${at}: ${(cause as Error).message}\n${body.toString().slice(-4000)}`, { cause })
    }
  }
  return reader.heard
}

function received(text: string): readonly Received[] {
  if (text !== '' && !/(?:\n\n|\r\n\r\n)$/.test(text)) throw new Error(`the last event lacks its blank line: ${JSON.stringify(text.slice(-200))}`)
  return text
    .split(/\r\n\r\n|\n\n/)
    .filter(event => event !== '')
    .flatMap(event => {
      const lines = event.split(/\r\n|\n/).filter(line => !line.startsWith(':'))
      const field = (name: string) => lines.filter(line => line.startsWith(`${name}:`)).map(line => line.slice(name.length + 1).replace(/^ /, ''))
      return lines.every(line => !line.startsWith('data:') && !line.startsWith('event:')) ? [] : [{ name: field('event')[0], data: field('data').join('\n') }]
    })
}

function must(isSo: boolean, what: string): asserts isSo {
  if (!isSo) throw new Error(what)
}

abstract class Reader {
  readonly heard: Heard = { thoughts: '', text: '', calls: [], finish: undefined, error: undefined, usage: undefined, pings: 0 }
  #isOver = false

  take(event: Received): void {
    must(!this.#isOver, `something behind the end: ${event.data}`)
    this.#isOver = this.read(event)
  }

  /** @returns whether this was the last event */
  protected abstract read(event: Received): boolean

  protected fail(error: Members, code: unknown): true {
    must(this.heard.finish === undefined, 'an error behind a finish')
    must(typeof error['message'] === 'string', 'an error without a message')
    this.heard.error = { code: code === undefined ? null : (code as string | null), message: error['message'] }
    return true
  }
}

class ChatReader extends Reader {
  #head: Members | undefined

  protected read({ name, data }: Received): boolean {
    must(name === undefined, `an event with a name: ${name}`)
    if (data === '[DONE]') {
      must(this.heard.finish !== undefined, '[DONE] without a finish')
      return true
    }
    const chunk = JSON.parse(data) as Members
    if (chunk['error'] !== undefined) {
      const error = chunk['error'] as Members
      must(isDeepStrictEqual(Object.keys(error).sort(), ['code', 'message', 'param', 'type']), `an error of other members: ${Object.keys(error)}`)
      return this.fail(error, error['code'])
    }
    this.#readChunk(chunk)
    return false
  }

  #readChunk({ id, object, created, model, choices, usage }: Members): void {
    must(object === 'chat.completion.chunk', `an object ${object}`)
    const isFirst = this.#head === undefined
    this.#head ??= { id, created, model }
    must(isDeepStrictEqual({ id, created, model }, this.#head), 'another id, time or model than before')
    const list = choices as readonly Members[]
    must(list.length <= 1, 'several choices')
    const [choice] = list
    if (usage !== undefined && usage !== null) this.heard.usage = usage as Members
    if (choice === undefined) must(this.heard.finish !== undefined, 'a chunk without choices before the finish')
    else this.#readChoice(choice, isFirst)
  }

  #readChoice({ index, delta, finish_reason: finish }: Members, isFirst: boolean): void {
    must(index === 0, `choice ${index}`)
    must(this.heard.finish === undefined, 'a delta behind the finish')
    const { role, content, reasoning_content: thought, tool_calls: calls } = delta as Members
    must(!isFirst || role === 'assistant', 'no role at first')
    if (typeof content === 'string') this.heard.text += content
    if (typeof thought === 'string') this.heard.thoughts += thought
    for (const call of (calls as readonly Members[]) ?? []) this.#readCall(call)
    if (finish !== null) this.heard.finish = finish as string
  }

  #readCall({ index, id, type, function: called }: Members): void {
    const { name, arguments: piece } = (called as Members) ?? {}
    const known = this.heard.calls[index as number]
    if (known === undefined) {
      must(index === this.heard.calls.length, `call ${index} out of turn`)
      must(
        typeof id === 'string' && id !== '' && type === 'function' && typeof name === 'string' && typeof piece === 'string',
        'a call that does not say what it is',
      )
      this.heard.calls.push({ id, name, arguments: piece })
    } else {
      must(id === undefined && name === undefined, 'a call that says twice what it is')
      if (typeof piece === 'string') known.arguments += piece
    }
  }
}

class MessagesReader extends Reader {
  #hasBegun = false
  #blocks = 0
  #open: { readonly type: string; readonly call?: HeardCall; isSigned: boolean } | undefined

  protected read({ name, data }: Received): boolean {
    const event = JSON.parse(data) as Members
    const { type } = event
    must(type === name, `an event ${name} with data of type ${type}`)
    if (type === 'ping') {
      this.heard.pings += 1
      return false
    }
    if (type === 'error') return this.#readError(event)
    must((type === 'message_start') !== this.#hasBegun, `${type} out of place`)
    this.#hasBegun = true
    must(this.heard.finish === undefined || type === 'message_stop', `${type} behind the finish`)
    switch (type) {
      case 'message_start':
        this.#begin(event['message'] as Members)
        return false
      case 'content_block_start':
        this.#openBlock(event)
        return false
      case 'content_block_delta':
        this.#grow(event)
        return false
      case 'content_block_stop':
        must(this.#open !== undefined && event['index'] === this.#blocks - 1, 'a stop of a block that is not open')
        this.#open = undefined
        return false
      case 'message_delta':
        this.#finish(event)
        return false
      case 'message_stop':
        must(this.heard.finish !== undefined, 'message_stop without a reason')
        return true
      default:
        throw new Error(`an event of type ${type}`)
    }
  }

  #readError({ error, request_id: id }: Members): true {
    must(typeof id === 'string', 'an error without a request id')
    const { details } = error as Members
    return this.fail(error as Members, (details as Members | undefined)?.['error_code'])
  }

  #begin({ content, stop_reason: reason, usage }: Members): void {
    must(isDeepStrictEqual(content, []) && reason === null, 'a message that begins with something')
    must(typeof (usage as Members)['input_tokens'] === 'number', 'no count of the prompt')
  }

  #openBlock({ index, content_block: block }: Members): void {
    must(this.#open === undefined, 'a block begins while another is open')
    must(index === this.#blocks++, `block ${index} out of turn`)
    const { type, id, name, input } = block as Members
    if (type !== 'tool_use') {
      this.#open = { type: type as string, isSigned: false }
      return
    }
    must(typeof id === 'string' && /^[\w-]+$/.test(id) && typeof name === 'string' && isDeepStrictEqual(input, {}), 'a call that does not say what it is')
    const call = { id, name, arguments: '' }
    this.heard.calls.push(call)
    this.#open = { type, call, isSigned: false }
  }

  #grow({ index, delta }: Members): void {
    const open = this.#open
    must(open !== undefined && index === this.#blocks - 1, 'a delta of a block that is not open')
    must(!open.isSigned, 'a delta behind the signature')
    const { type, text, thinking, partial_json: piece } = delta as Members
    must(
      open.type === { text_delta: 'text', thinking_delta: 'thinking', signature_delta: 'thinking', input_json_delta: 'tool_use' }[type as string],
      `a ${type} in a block of type ${open.type}`,
    )
    if (type === 'signature_delta') open.isSigned = true
    this.heard.text += (text as string | undefined) ?? ''
    this.heard.thoughts += (thinking as string | undefined) ?? ''
    if (open.call !== undefined) open.call.arguments += piece as string
  }

  #finish({ delta, usage }: Members): void {
    must(this.#open === undefined, 'a finish while a block is open')
    const { stop_reason: reason } = delta as Members
    must(typeof reason === 'string', 'a finish without a reason')
    this.heard.finish = reason
    this.heard.usage = usage as Members
  }
}

interface OpenItem {
  readonly id: string
  readonly type: string
  readonly call?: HeardCall
  text: string
  hasPart: boolean
  isDone: boolean
}

class ResponsesReader extends Reader {
  #sequence = 0
  readonly #open = new Map<number, OpenItem>()
  readonly #items: unknown[] = []
  #added = 0

  protected override read({ name, data }: Received): boolean {
    if (data === '[DONE]') {
      must(this.heard.finish !== undefined, '[DONE] without a finish')
      return true
    }
    const event = JSON.parse(data) as Members
    const { type, sequence_number: sequence } = event
    must(type === name, `an event ${name} with data of type ${type}`)
    must(sequence === this.#sequence++, `number ${sequence} out of turn`)
    must(this.heard.finish === undefined, `${type} behind the finish`)
    if (type === 'error') return this.fail(event, event['code'])
    if (type === 'response.failed') return this.#failed(event['response'] as Members)
    must((sequence === 0) === (type === 'response.created') && (sequence === 1) === (type === 'response.in_progress'), `${type} out of place`)
    this.#readEvent(type as string, event)
    return false
  }

  #failed({ error, status }: Members): true {
    must(status === 'failed', `a failed response of status ${status}`)
    return this.fail(error as Members, (error as Members)['code'])
  }

  #readEvent(type: string, event: Members): void {
    const { output_index: index, delta, item, part } = event
    switch (type) {
      case 'response.created':
      case 'response.in_progress':
        return this.#begin(event['response'] as Members)
      case 'response.output_item.added':
        return this.#add(index as number, item as Members)
      case 'response.content_part.added':
      case 'response.reasoning_summary_part.added':
        this.#item(event).hasPart = true
        return
      case 'response.output_text.delta':
        this.heard.text += delta as string
        return this.#grow(event, 'message')
      case 'response.reasoning_summary_text.delta':
        this.heard.thoughts += delta as string
        return this.#grow(event, 'reasoning')
      case 'response.function_call_arguments.delta':
        return this.#grow(event, 'function_call')
      case 'response.output_text.done':
      case 'response.reasoning_summary_text.done':
        return this.#isWhole(event, event['text'])
      case 'response.function_call_arguments.done':
        return this.#isWhole(event, event['arguments'])
      case 'response.content_part.done':
      case 'response.reasoning_summary_part.done':
        return this.#isWhole(event, (part as Members)['text'])
      case 'response.output_item.done':
        return this.#done(index as number, item as Members)
      case 'response.completed':
      case 'response.incomplete':
        return this.#finish(type.slice('response.'.length), event['response'] as Members)
      default:
        throw new Error(`an event of type ${type}`)
    }
  }

  #begin({ status, output, usage }: Members): void {
    must(status === 'in_progress' && isDeepStrictEqual(output, []) && usage === null, 'a response that begins with something')
  }

  #add(index: number, { id, type, call_id: callId, name, arguments: said }: Members): void {
    must(index === this.#added++, `item ${index} out of turn`)
    const call = type === 'function_call' ? { id: callId as string, name: name as string, arguments: '' } : undefined
    if (call !== undefined) {
      must(typeof callId === 'string' && callId !== '' && typeof name === 'string' && said === '', 'a call that does not say what it is')
      this.heard.calls.push(call)
    }
    this.#open.set(index, { id: id as string, type: type as string, text: '', hasPart: false, isDone: false, ...(call === undefined ? {} : { call }) })
  }

  #item({ output_index: index, item_id: id }: Members): OpenItem {
    const item = this.#open.get(index as number)
    must(item !== undefined && item.id === id, `item ${index} is not open`)
    return item
  }

  #grow(event: Members, type: string): void {
    const item = this.#item(event)
    must(item.type === type && (type === 'function_call' || item.hasPart) && !item.isDone, `a delta of an item that has no place for it: ${item.type}`)
    item.text += event['delta'] as string
    if (item.call !== undefined) item.call.arguments += event['delta'] as string
  }

  #isWhole(event: Members, text: unknown): void {
    const item = this.#item(event)
    must(item.text === text, `the whole is another than its pieces: ${String(text)}`)
    item.isDone = true
  }

  #done(index: number, item: Members): void {
    const open = this.#item({ output_index: index, item_id: item['id'] })
    if (open.call !== undefined) must(item['arguments'] === open.text, 'other arguments than their pieces')
    this.#open.delete(index)
    this.#items[index] = item
  }

  #finish(word: string, { status, output, usage }: Members): void {
    must(this.#open.size === 0, 'a finish while an item is open')
    must(status === word, `a response of status ${String(status)} that is ${word}`)
    must(isDeepStrictEqual(output, this.#items), 'another output than the items that came')
    this.heard.finish = word
    this.heard.usage = usage as Members
  }
}

const readers = { 'openai-chat': ChatReader, 'openai-responses': ResponsesReader, 'anthropic-messages': MessagesReader } as const
