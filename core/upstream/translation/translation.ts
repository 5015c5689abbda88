/** A model's answer from a provider that speaks another dialect than the caller: the request on its way there, the answer on its way back. */

import type { JsonDocument } from '../../document/document.ts'
import { Assembler, replayed } from '../../neutral/assemble.ts'
import type { GatewayError } from '../../errors.ts'
import { distinctCallIds } from '../../neutral/call-ids.ts'
import { EmulatedStop } from '../../neutral/emulated-stop.ts'
import { estimateTokens } from '../../neutral/estimate.ts'
import { randomIds } from '../../neutral/ids.ts'
import { hasRespelled, parseExactly } from '../../neutral/json.ts'
import { Losses } from '../../neutral/losses.ts'
import { defined } from '../../neutral/members.ts'
import type { NeutralReply } from '../../neutral/reply.ts'
import type { JsonObject, NeutralRequest } from '../../neutral/request.ts'
import type { AskedFor, CallerSide, Destination, ReplyContext, SpelledRequest, UpstreamSide } from '../../neutral/translation.ts'
import type { Usage } from '../../neutral/usage.ts'
import type { Attempt } from '../../pipeline/attempt.ts'
import type { Exchange } from '../../pipeline/exchange.ts'
import { framingFacts } from '../../stream/framing.ts'
import type { EndpointPlace } from '../provider/provider-facts.ts'
import { vendorFault } from '../failure.ts'
import { readBody, readObject } from './read-json.ts'
import { withImages } from '../images/remote-images.ts'
import { mustAskForUsage, respellTranslated } from '../respell.ts'
import { TranslatedStream } from './translated-stream.ts'
import type { GenerationWire } from '../provider/wire.ts'

/** One attempt in another dialect than the caller's. */
export interface Translation {
  /** The provider's dialect. */
  readonly dialect: string
  readonly place: EndpointPlace
  readonly operation: string
  /** The media type that is asked for. */
  readonly accept: string
  readonly headers: readonly string[]
  readonly body: Buffer
  /** Where one request takes several calls: the bodies of the others. */
  readonly further?: readonly Buffer[]
  readonly framing: UpstreamSide['framing']
  readonly losses: Losses
  /** What the answer has cost, as far as it has been read. */
  readonly usage: Usage | undefined
  /** The provider's id of its answer, as far as it has been told: by a header, then by what the answer says itself. */
  responseId: string | undefined
  /** A plain answer of the provider, as the caller reads it. @throws GatewayError */
  reply(bytes: Buffer): Buffer
  /** Begins to read a streamed answer. */
  stream(): TranslatedStream
}

export class GenerationTranslation implements Translation {
  readonly dialect: string
  readonly place: EndpointPlace
  readonly operation: string
  readonly accept: string
  readonly headers: readonly string[]
  readonly body: Buffer
  readonly framing: UpstreamSide['framing']
  usage: Usage | undefined
  responseId: string | undefined
  readonly #upstream: UpstreamSide
  readonly #caller: CallerSide
  readonly #to: Destination
  readonly #spelled: SpelledRequest
  readonly #context: ReplyContext
  readonly #stopAt: readonly string[]
  readonly #fault: ((json: JsonObject, provider: string) => GatewayError | undefined) | undefined
  readonly #normalize: ((json: JsonObject) => JsonObject | undefined) | undefined

  /** @throws GatewayError for what can neither be carried nor dropped */
  constructor(exchange: Exchange, attempt: Attempt, wire: GenerationWire) {
    const { upstream, caller } = wire
    const { provider } = attempt.target
    const original = exchange.body
    if (original === undefined) throw new TypeError('there is no body to translate')
    const losses = new Losses(provider.translation.strict, caller.paths)
    const request = requestOf(attempt.images === undefined ? original : withImages(original, attempt.images), caller, losses)
    this.dialect = wire.dialect
    this.place = wire.place
    this.operation = wire.operation
    this.accept = exchange.streamed ? framingFacts(upstream.framing).accept : 'application/json'
    this.framing = upstream.framing
    this.#upstream = upstream
    this.#caller = caller
    this.#to = provider.destination(attempt.target.model)
    const asks = mustAskForUsage(exchange, attempt.target, wire)
    this.#spelled = upstream.request(asks ? { ...request, wants: { ...request.wants, usageEvent: true } } : request, this.#to, losses)
    this.headers = this.#spelled.headers ?? []
    const { body, stopAt } = respellTranslated(this.#spelled.body, exchange, attempt.target, wire, losses)
    this.body = body
    this.#stopAt = [...(this.#spelled.emulatedStop ?? []), ...stopAt]
    this.#context = {
      request: askedFor(request),
      promptTokens: exchange.streamed && (caller.beginsWithUsage === true || this.#stopAt.length > 0) ? estimateTokens(request) : undefined,
      original,
      from: this.#to,
      requestId: exchange.id,
      created: Math.floor(exchange.clock.now() / 1000),
      ids: randomIds,
      losses,
    }
    this.#normalize = provider.definition.normalizer?.(provider.settings)
    const { definition } = provider
    this.#fault = definition.fault === undefined ? undefined : (json, name) => vendorFault(definition, json, name)
  }

  get losses(): Losses {
    return this.#context.losses
  }

  reply(bytes: Buffer): Buffer {
    const text = bytes.toString()
    const json = readObject(text, this.#to.provider)
    const fault = this.#fault?.(json, this.#to.provider)
    if (fault !== undefined) throw fault
    const reply = this.#stopped(this.#exact(this.#read(json), text))
    this.usage = reply.usage
    this.responseId = reply.id ?? this.responseId
    for (const field of reply.lost ?? []) this.#lose(field)
    return this.#caller.reply(this.#named(reply), this.#context)
  }

  stream(): TranslatedStream {
    const writer = this.#caller.stream(this.#context)
    return new TranslatedStream(this.#upstream.stream(this.#to), {
      write: event => {
        if (event.type === 'start') this.responseId = event.id ?? this.responseId
        return writer.write(event)
      },
      pieces: (key, texts) => writer.pieces?.(key, texts),
      failure: () => writer.failure,
      used: usage => {
        this.usage = usage
      },
      lost: field => this.#lose(field),
      stopAt: this.#stopAt,
      promptTokens: this.#context.promptTokens,
      ...(this.#fault === undefined ? {} : { fault: (json: JsonObject) => this.#fault?.(json, this.#to.provider) }),
      ...(this.#spelled.toolNames === undefined ? {} : { nameOf: (name: string) => this.#nameOf(name) }),
      ...(this.#normalize === undefined ? {} : { normalize: this.#normalize }),
    })
  }

  #read(json: JsonObject): NeutralReply {
    return this.#upstream.reply(this.#normalize?.(json) ?? json, this.#to)
  }

  /** What is passed on keeps the spelling of its numbers; what is counted with has to be numbers. */
  #exact(reply: NeutralReply, text: string): NeutralReply {
    if (!hasRespelled(text)) return reply
    const { blocks, logprobs, extras, usageExtras } = this.#read(readObject(text, this.#to.provider, parseExactly))
    return { ...reply, ...defined<Pick<NeutralReply, 'blocks' | 'logprobs' | 'extras' | 'usageExtras'>>({ blocks, logprobs, extras, usageExtras }) }
  }

  #lose(field: string): void {
    this.losses.silent(field, 'it has no place in the reply of another dialect')
  }

  #named(reply: NeutralReply): NeutralReply {
    if (this.#spelled.toolNames === undefined) return reply
    return { ...reply, blocks: reply.blocks.map(block => (block.type === 'tool_call' ? { ...block, name: this.#nameOf(block.name) } : block)) }
  }

  #nameOf(name: string): string {
    return this.#spelled.toolNames?.get(name) ?? name
  }

  #stopped(reply: NeutralReply): NeutralReply {
    if (this.#stopAt.length === 0) return reply
    const assembler = new Assembler()
    const stop = new EmulatedStop(this.#stopAt, assembler.emit)
    for (const event of replayed(reply)) stop.emit(event)
    return { ...reply, ...assembler.reply() }
  }
}

function askedFor({ wants, reasoning, tools }: NeutralRequest): AskedFor {
  const special = tools.filter(({ custom, own }) => custom !== undefined || own !== undefined)
  return { wants, reasoning, tools: special.map(({ name, custom, own }) => defined<AskedFor['tools'][number]>({ name, custom, own })) }
}

function requestOf(original: JsonDocument, caller: CallerSide, losses: Losses): NeutralRequest {
  const request = caller.request(readBody(original), losses)
  const turns = distinctCallIds(request.turns)
  return turns === request.turns ? request : { ...request, turns }
}
