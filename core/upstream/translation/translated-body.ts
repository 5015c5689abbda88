/** Answers in the provider's dialect, handed on in the caller's: whole, and as they flow. */

import type { GatewayError } from '../../errors.ts'
import { lacksOnlyBlankLine } from '../../stream/borders.ts'
import { framingFacts, type StreamSplitter } from '../../stream/framing.ts'
import { brokenFailure, emptyFailure, faultFailure } from '../failure.ts'
import { HeldBody } from '../bodies/held-body.ts'
import { asFault } from '../bodies/netted.ts'
import type { BodyReader, Reading } from '../bodies/reading.ts'
import { Reply } from '../reply.ts'
import { logLosses, reportLosses } from './report-losses.ts'
import { RunningStream } from '../bodies/running-stream.ts'
import type { TranslatedStream } from './translated-stream.ts'
import type { Translation } from './translation.ts'

export class TranslatedPlainBody extends HeldBody {
  constructor(reading: Reading) {
    const translation = translationOf(reading)
    super(reading, 'which cannot be translated', answer => translated(answer, translation, reading))
  }
}

function translated(answer: Buffer, translation: Translation, { attempt: { target }, exchange }: Reading): Reply {
  const reply = new Reply({ status: 200, headers: ['Content-Type', 'application/json'], body: translation.reply(answer), target })
  exchange.readUsageFrom(() => translation.usage)
  reportLosses(exchange, target.provider, translation.losses)
  return exchange.dialect === undefined ? reply : reply.readAs(exchange.dialect, exchange.operation)
}

/** Established with the first event that the caller gets. */
export class TranslatedEventBody implements BodyReader {
  readonly flows = true
  readonly #reading: Reading
  readonly #translation: Translation
  readonly #translated: TranslatedStream
  readonly #stream: RunningStream
  readonly #splitter: StreamSplitter
  #established = false
  #reportedLosses = 0
  #over = false

  constructor(reading: Reading) {
    const translation = translationOf(reading)
    this.#reading = reading
    this.#translation = translation
    this.#translated = translation.stream()
    this.#stream = new RunningStream(reading.call)
    this.#splitter = framingFacts(translation.framing).splitter()
  }

  data(chunk: Buffer): void {
    if (this.#over) return
    this.#guard(() => {
      const events = this.#splitter.push(chunk)
      if (events !== undefined) this.#pass(this.#translated.push(events))
    })
  }

  end(): void {
    this.#guard(() => {
      const rest = this.#splitter.rest()
      if (rest !== undefined && lacksOnlyBlankLine(rest)) this.#pass(this.#translated.push(rest))
    })
    this.#conclude()
  }

  broken(error: GatewayError): void {
    this.#conclude(error)
  }

  /** An answer that the provider has said to be complete is complete, whatever became of the rest. */
  #conclude(error?: GatewayError): void {
    this.#guard(() => {
      if (!this.#over) this.#pass(this.#translated.end())
    })
    this.#finish(error)
  }

  #pass(bytes: Buffer): void {
    if (this.#over) return
    if (this.#translated.error !== undefined && !this.#established) return this.#fail(this.#translated.error)
    if (bytes.length > 0) {
      if (!this.#established) this.#establish()
      this.#stream.put(bytes)
    }
    const { ending, isStopped, error } = this.#translated
    if (ending === 'cut') return
    // What is left of an answer that was ended here would be generated for nobody.
    if (isStopped || error !== undefined) this.#reading.call.abort()
    else this.#reading.concluded()
    this.#finish(error)
  }

  #establish(): void {
    const { attempt, settle, exchange } = this.#reading
    const { target } = attempt
    const { losses } = this.#translation
    this.#established = true
    this.#reportedLosses = losses.list.length
    reportLosses(exchange, target.provider, losses)
    settle(
      new Reply({
        status: 200,
        headers: ['Content-Type', 'text/event-stream; charset=utf-8'],
        stream: this.#stream,
        framing: 'events',
        target,
        usage: () => this.#translation.usage,
        ending: () => this.#translated.ending,
      }),
    )
  }

  /** A stream that breaks before the caller got anything is a failed attempt. */
  #fail(error: GatewayError): void {
    this.#over = true
    this.#reading.call.abort()
    this.#reading.settle(error.code === 'stream_incomplete' ? brokenFailure(error) : faultFailure(error, this.#reading.attempt.target.provider))
  }

  #finish(error?: GatewayError): void {
    if (this.#over) return
    this.#over = true
    const { attempt, exchange } = this.#reading
    const { provider } = attempt.target
    if (!this.#established) return this.#reading.settle(emptyFailure(provider.name, 'an empty stream'))
    logLosses(exchange, provider, this.#translation.losses.list.slice(this.#reportedLosses))
    this.#stream.finish(error)
  }

  #guard(work: () => void): void {
    try {
      work()
    } catch (cause) {
      const error = asFault(cause, this.#reading)
      if (!this.#established) return this.#fail(error)
      this.#reading.call.abort()
      this.#finish(error)
    }
  }
}

function translationOf({ attempt: { translation, target }, headers }: Reading): Translation {
  if (translation === undefined) throw new TypeError('the attempt translates nothing')
  const id = headers[target.provider.definition.replyIdHeader ?? '']
  if (typeof id === 'string') translation.responseId = id
  return translation
}
