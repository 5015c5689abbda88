/** Reads an answer, piece by piece, where each piece is a whole `GenerateContentResponse`. */

import { gatewayError, GatewayError, type Json, type JsonObject } from '../../../core/index.ts'
import type { Emit, OpenedBlock } from '../../../core/neutral/reply.ts'
import type { VendorState } from '../../../core/neutral/request.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { argumentsText, isObject } from '../../../core/neutral/arguments.ts'
import { restOf } from '../../../core/neutral/members.ts'
import { StreamedExtras } from '../../../core/neutral/unknown.ts'
import { objectIn, objectsIn, textIn } from './fields.ts'
import { finishOf, knownInUsage, usageOf } from './finish.ts'
import { withoutRepeatedTexts } from './grounding.ts'
import { PartialCall } from './partial-call.ts'
import { errorIn, vendorError } from './vendor-error.ts'

/** What is read here, or what says nothing to a caller. */
const known = new Set(['candidates', 'usageMetadata', 'modelVersion', 'responseId', 'promptFeedback', 'createTime', 'error'])
const knownInCandidate = new Set(['content', 'finishReason', 'finishMessage', 'index', 'logprobsResult'])

/** A block that more may come for. */
interface OpenText {
  readonly key: string
  readonly type: 'text' | 'reasoning'
  isSigned: boolean
}

export class AnswerReader {
  readonly #provider: string
  #model: string | undefined
  #keys = 0
  #open: OpenText | undefined
  #partial: PartialCall | undefined
  #hasStarted = false
  #hasCandidates = false
  #hasCalls = false
  #hasText = false
  #isBlocked = false
  #isOver = false
  #reason: string | undefined
  #explanation: string | undefined
  readonly #extras = new StreamedExtras()

  constructor(from: Destination) {
    this.#provider = from.provider
  }

  /** Whether the provider said that this was all. */
  get isFinished(): boolean {
    return this.#reason !== undefined || this.#isBlocked
  }

  /** Whether there was any answer at all. */
  get hasCandidates(): boolean {
    return this.#hasCandidates || this.#isBlocked
  }

  /** Never throws: what is wrong becomes the error that ends the answer. */
  take(body: Json, emit: Emit): void {
    if (this.#isOver) return
    try {
      this.#take(body, emit)
    } catch (cause) {
      if (!(cause instanceof GatewayError)) throw cause
      this.fail(cause, emit)
    }
  }

  fail(error: GatewayError, emit: Emit): void {
    if (this.#isOver) return
    this.#isOver = true
    emit({ type: 'error', error })
  }

  /** Nothing more comes, and what came is an answer. */
  finish(emit: Emit): void {
    if (this.#isOver) return
    this.#endPartial(emit)
    this.#close(emit)
    const finish = this.#isBlocked ? 'content_filter' : finishOf(this.#reason, { hasCalls: this.#hasCalls, hasText: this.#hasText })
    if (finish === 'error') return this.fail(this.#failure(), emit)
    this.#isOver = true
    const extras = this.#extras.late
    emit({ type: 'finish', finish, ...(extras === undefined ? {} : { extras }) })
    emit({ type: 'end' })
  }

  #take(body: Json, emit: Emit): void {
    const error = errorIn(body)
    if (error !== undefined) throw vendorError(error, this.#provider)
    if (!isObject(body)) throw gatewayError('bad_upstream_response', `${this.#provider}: provider sent JSON that is no answer`, { provider: this.#provider })
    this.#start(body, emit)
    this.#count(objectIn(body, 'usageMetadata'), emit)
    const candidates = objectsIn(body, 'candidates')
    const candidate = candidates.find(({ index = 0 }) => index === 0)
    this.#know(body, candidate)
    if (candidate !== undefined) this.#candidate(candidate, emit)
    else if (candidates.length === 0) this.#blocked(objectIn(body, 'promptFeedback'), emit)
  }

  #start(body: JsonObject, emit: Emit): void {
    if (this.#hasStarted) return
    this.#hasStarted = true
    const id = textIn(body, 'responseId')
    this.#model = textIn(body, 'modelVersion')
    const extras = this.#extras.begin(restOf(body, known))
    emit({
      type: 'start',
      ...(id === undefined ? {} : { id }),
      ...(this.#model === undefined ? {} : { model: this.#model }),
      ...(extras === undefined ? {} : { extras }),
    })
  }

  #count(usage: JsonObject | undefined, emit: Emit): void {
    if (usage === undefined) return
    const extras = restOf(usage, knownInUsage)
    emit({ type: 'usage', usage: usageOf(usage), ...(extras === undefined ? {} : { extras }) })
  }

  /** What nobody here knows stays, also what belongs to the one candidate: grounding, citations, ratings. */
  #know(body: JsonObject, candidate: JsonObject = {}): void {
    this.#extras.add(restOf(body, known))
    this.#extras.add(restOf(withoutRepeatedTexts(candidate), knownInCandidate))
  }

  #candidate(candidate: JsonObject, emit: Emit): void {
    this.#hasCandidates = true
    const content = objectIn(candidate, 'content')
    if (content !== undefined) for (const part of objectsIn(content, 'parts')) this.#part(part, emit)
    const reason = textIn(candidate, 'finishReason')
    if (reason === undefined) return
    this.#reason = reason
    this.#explanation = textIn(candidate, 'finishMessage')
  }

  #part(part: JsonObject, emit: Emit): void {
    const signature = textIn(part, 'thoughtSignature')
    const isThought = part['thought'] === true
    if (part['functionCall'] !== undefined) return this.#call(objectIn(part, 'functionCall') ?? {}, signature, emit)
    if (part['inlineData'] !== undefined) return this.#media(objectIn(part, 'inlineData') ?? {}, isThought, emit)
    const text = textIn(part, 'text') ?? codeIn(part) ?? ''
    if (text !== '' || signature !== undefined) this.#say(isThought ? 'reasoning' : 'text', text, signature, emit)
  }

  /** A text that is signed is at its end: what follows is another. */
  #say(type: OpenText['type'], text: string, signature: string | undefined, emit: Emit): void {
    const open = this.#open?.type === type && !this.#open.isSigned ? this.#open : this.#openText(type, emit)
    if (text !== '') emit({ type: 'delta', key: open.key, text })
    if (text !== '' && type === 'text') this.#hasText = true
    if (signature === undefined) return
    open.isSigned = true
    emit({ type: 'state', key: open.key, state: this.#state(signature) })
  }

  #openText(type: OpenText['type'], emit: Emit): OpenText {
    this.#close(emit)
    const key = this.#begin(type === 'text' ? { type } : { type, isSummary: true }, emit)
    return (this.#open = { key, type, isSigned: false })
  }

  #call(call: JsonObject, signature: string | undefined, emit: Emit): void {
    const goesOn = call['willContinue'] === true
    if (this.#partial === undefined && !goesOn && call['partialArgs'] === undefined) {
      return this.#tool(textIn(call, 'id'), textIn(call, 'name'), argumentsText(objectIn(call, 'args') ?? {}), signature, emit)
    }
    this.#partial ??= new PartialCall(call, signature)
    this.#partial.take(call)
    if (!goesOn) this.#endPartial(emit)
  }

  #endPartial(emit: Emit): void {
    const partial = this.#partial
    if (partial === undefined) return
    this.#partial = undefined
    this.#tool(partial.id, partial.name, partial.argumentsText, partial.signature, emit)
  }

  /** An id that is absent stays empty: whoever spells the call for the caller makes one. */
  #tool(id: string | undefined, name: string | undefined, text: string, signature: string | undefined, emit: Emit): void {
    if (name === undefined)
      throw gatewayError('bad_upstream_response', `${this.#provider}: provider called a function without a name`, { provider: this.#provider })
    this.#close(emit)
    this.#hasCalls = true
    const key = this.#begin({ type: 'tool_call', id: id ?? '', name, ...(signature === undefined ? {} : { state: this.#state(signature) }) }, emit)
    emit({ type: 'delta', key, text })
    emit({ type: 'close', key })
  }

  /** Pictures among the thoughts are drafts. */
  #media(data: JsonObject, isThought: boolean, emit: Emit): void {
    if (isThought) return
    this.#close(emit)
    this.#hasText = true
    const key = this.#begin({ type: 'image', mime: textIn(data, 'mimeType') ?? 'image/png', data: textIn(data, 'data') ?? '' }, emit)
    emit({ type: 'close', key })
  }

  #blocked(feedback: JsonObject | undefined, emit: Emit): void {
    const reason = feedback === undefined ? undefined : textIn(feedback, 'blockReason')
    if (reason === undefined || this.#isBlocked) return
    this.#isBlocked = true
    this.#close(emit)
    const key = this.#begin({ type: 'refusal' }, emit)
    emit({ type: 'delta', key, text: `Blocked by the provider: ${reason}` })
    emit({ type: 'close', key })
  }

  #begin(block: OpenedBlock, emit: Emit): string {
    const key = String(this.#keys++)
    emit({ type: 'open', key, block })
    return key
  }

  #close(emit: Emit): void {
    if (this.#open !== undefined) emit({ type: 'close', key: this.#open.key })
    this.#open = undefined
  }

  #state(value: string): VendorState {
    return { vendor: 'google', value, ...(this.#model === undefined ? {} : { model: this.#model }) }
  }

  #failure(): GatewayError {
    const explanation = this.#explanation === undefined ? '' : `: ${this.#explanation}`
    return gatewayError('bad_upstream_response', `${this.#provider}: the model ended with ${this.#reason}${explanation}`, { provider: this.#provider })
  }
}

/** Code that the provider ran, and what came of it, as text: it comes only to those who switched that tool on. */
function codeIn(part: JsonObject): string | undefined {
  const code = objectIn(part, 'executableCode')
  if (code !== undefined) return fenced(textIn(code, 'language')?.toLowerCase() ?? '', textIn(code, 'code') ?? '')
  const result = objectIn(part, 'codeExecutionResult')
  return result === undefined ? undefined : fenced('', textIn(result, 'output') ?? '')
}

function fenced(language: string, text: string): string {
  return `\n\`\`\`${language}\n${text}${text.endsWith('\n') ? '' : '\n'}\`\`\`\n`
}
