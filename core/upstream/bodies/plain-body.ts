/** Bodies that are read whole: an error's, and a plain reply's. */

import { JsonError, type JsonDocument } from '../../document/document.ts'
import type { JsonObject } from '../../neutral/request.ts'
import { gatewayError, type GatewayError } from '../../errors.ts'
import { Chunks } from './chunks.ts'
import { Reply } from '../reply.ts'
import { brokenFailure, emptyFailure, faultFailure, statusFailure, vendorFault } from '../failure.ts'
import { asFault } from './netted.ts'
import { endToEnd } from './raw-body.ts'
import { RunningStream } from './running-stream.ts'
import type { BodyReader, Reading } from './reading.ts'

/** What is read of an error's body before the call is given up. */
const errorLimit = 64 * 1024
/** What is held of a plain reply. A larger one goes by in pieces, or fails if policy must see it whole. */
const heldLimit = 4 * 1024 * 1024

export class ErrorBody implements BodyReader {
  readonly flows = false
  readonly #reading: Reading
  readonly #held = new Chunks()

  constructor(reading: Reading) {
    this.#reading = reading
  }

  data(chunk: Buffer): void {
    this.#held.add(chunk)
    if (this.#held.bytes < errorLimit) return
    this.#reading.call.abort()
    this.end()
  }

  end(): void {
    const { attempt, status, headers, exchange, settle } = this.#reading
    const body = this.#held.join().subarray(0, errorLimit)
    const { provider } = attempt.target
    const members = exchange.plan.guardsReplies ? [] : provider.definition.errorMembers
    const failure = statusFailure(provider.name, { status, headers, body, members }, exchange.clock.now(), provider)
    if (failure.error.cause !== undefined)
      exchange.log.warn(
        { provider: provider.name, err: failure.error.cause },
        'the type of a provider could not read or explain a refusal; it is told in the words of the provider',
      )
    settle(failure)
  }

  broken(): void {
    this.end()
  }
}

export class PlainBody implements BodyReader {
  readonly flows = false
  readonly #reading: Reading
  readonly #held = new Chunks()
  /** Set once the reply has grown too large to be held. */
  #passing: RunningStream | undefined

  constructor(reading: Reading) {
    this.#reading = reading
  }

  data(chunk: Buffer): void {
    if (this.#passing !== undefined) return this.#passing.put(chunk)
    this.#held.add(chunk)
    if (this.#held.bytes > Math.max(heldLimit, this.#reading.exchange.holdBytes)) this.#outgrown()
  }

  end(): void {
    if (this.#passing !== undefined) return this.#passing.finish()
    const { attempt, status, exchange, settle } = this.#reading
    const body = this.#held.join()
    if (body.length === 0 && !this.#mayBeAnything()) return settle(emptyFailure(attempt.target.provider.name, 'empty response'))
    const reply = new Reply({ status, headers: this.#headers(), body, target: attempt.target })
    const fault = this.#fault(reply)
    if (fault !== undefined && !this.#mayBeAnything()) return settle(faultFailure(fault, attempt.target.provider))
    if (fault === undefined) exchange.readUsageFrom(() => reply.usage)
    settle(reply)
  }

  broken(error: GatewayError): void {
    if (this.#passing !== undefined) return this.#passing.finish(error)
    this.#reading.settle(brokenFailure(error))
  }

  /** What a provider's own API answers goes back as it is (passthrough), unless policy must read it. */
  #mayBeAnything(): boolean {
    const { forward, plan } = this.#reading.exchange
    return forward !== undefined && !plan.guardsReplies
  }

  #headers(): readonly string[] {
    const { headers, exchange } = this.#reading
    if (exchange.forward === undefined) return ['Content-Type', String(headers['content-type'] ?? 'application/json')]
    const { 'content-length': _length, ...own } = headers
    return endToEnd(own)
  }

  #fault(reply: Reply): GatewayError | undefined {
    const { exchange, attempt } = this.#reading
    const { dialect, operation } = exchange
    const provider = attempt.target.provider.name
    if (dialect === undefined) return undefined
    try {
      const { document } = reply.readAs(dialect, operation)
      if (document === undefined) return undefined
      // What failed is paid for all the same.
      exchange.readUsageFrom(() => reply.usage)
      const fault = this.#vendorFault(document) ?? dialect.fault(document, operation, provider)
      if (fault === undefined && exchange.body !== undefined && exchange.forward === undefined) dialect.conform?.(exchange.body, document, operation)
      return fault
    } catch (cause) {
      if (!(cause instanceof JsonError)) return asFault(cause, this.#reading)
      return gatewayError('bad_upstream_response', `${provider}: provider returned empty response`, { provider, cause })
    }
  }

  #vendorFault(document: JsonDocument): GatewayError | undefined {
    const { definition, name } = this.#reading.attempt.target.provider
    return definition.fault === undefined ? undefined : vendorFault(definition, document.root.value() as JsonObject, name)
  }

  #outgrown(): void {
    const { attempt, status, exchange, settle, call } = this.#reading
    const provider = attempt.target.provider.name
    if (exchange.plan.guardsReplies) {
      call.abort()
      const error = gatewayError(
        'response_too_large',
        `${provider} sent more than ${Math.max(heldLimit, exchange.holdBytes)} bytes, which policy must see whole`,
        { provider },
      )
      return settle({ kind: 'empty', error, text: '' })
    }
    this.#passing = new RunningStream(call)
    settle(new Reply({ status, headers: this.#headers(), stream: this.#passing, framing: 'bytes', target: attempt.target }))
    for (const chunk of this.#held.take()) this.#passing.put(chunk)
  }
}
