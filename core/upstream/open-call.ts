/** Calls about objects that a provider keeps, such as files and batches: a body may flow there, and the answer flows back. */

import { Readable } from 'node:stream'
import { gatewayError, type GatewayError } from '../errors.ts'
import type { Clock, Timer } from '../services/clock.ts'
import { uriComponent } from '../uri-component.ts'
import { FellSilent } from './bodies/fell-silent.ts'
import { wholeBytes } from '../whole-bytes.ts'
import { statusFailure, timeoutFailure, transportFailure } from './failure.ts'
import type { ProviderInstance } from './provider/provider.ts'
import type { Call, OutgoingCall, ReplyHeaders } from './transport/transport.ts'

/** A parameter that is there several times has several values. */
type Query = Readonly<Record<string, string | readonly string[]>>

export interface ObjectRequest {
  /** Of the provider's table, for example `files_get`. */
  readonly operation: string
  /** What stands for `{id}` and the like in the operation's path. */
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Query
  readonly body?: { readonly type: string; readonly bytes: Buffer | Readable; readonly length?: number }
  /** The key that the object was made with; the next in turn by default. */
  readonly key?: string | undefined
  readonly requestId?: string
  readonly userPath?: string
  readonly signal?: AbortSignal | undefined
}

export interface OpenReply {
  readonly status: number
  readonly headers: ReplyHeaders
  /** Destroyed, it ends the call. Its errors are GatewayErrors. */
  readonly body: Readable
}

/** What is read of a refusal. */
const refusalLimit = 64 * 1024

/**
 * Makes a call. Resolves when the answer begins.
 * @throws GatewayError what the provider refused, that it could not be reached or said nothing in time, or 501 if it has no such operation
 */
export function openCall(provider: ProviderInstance, request: ObjectRequest, clock: Clock): Promise<OpenReply> {
  const outgoing = outgoingCall(provider, request)
  return new Promise((resolve, reject) => new OpenCall(provider, clock, resolve, reject).start(outgoing, request.signal))
}

class OpenCall {
  readonly #provider: ProviderInstance
  readonly #clock: Clock
  readonly #resolve: (reply: OpenReply) => void
  readonly #reject: (cause: Error) => void
  #call: Call | undefined
  #body: Readable | undefined
  #status = 0
  #headers: ReplyHeaders = {}
  #refusal: Buffer[] | undefined
  #refusalBytes = 0
  #timer: Timer | undefined

  constructor(provider: ProviderInstance, clock: Clock, resolve: (reply: OpenReply) => void, reject: (cause: Error) => void) {
    this.#provider = provider
    this.#clock = clock
    this.#resolve = resolve
    this.#reject = reject
  }

  start(outgoing: OutgoingCall, signal: AbortSignal | undefined): void {
    const give = () => this.#fail(signal?.reason instanceof Error ? signal.reason : new Error('the call was given up'))
    if (signal?.aborted === true) return give()
    signal?.addEventListener('abort', give, { once: true })
    const { name, limits } = this.#provider
    this.#wait(limits.responseHeaderMs, () => timeoutFailure(name, limits.responseHeaderMs, 'response').error)
    this.#call = this.#provider.send(outgoing, {
      onHead: (status, headers) => this.#begin(status, headers),
      onData: chunk => this.#data(chunk),
      onEnd: () => this.#end(),
      onError: cause => this.#broken(cause),
    })
  }

  #begin(status: number, headers: ReplyHeaders): void {
    this.#status = status
    this.#headers = headers
    this.#waitForMore()
    if (status < 200 || status > 299) return void (this.#refusal = [])
    const call = this.#call
    this.#body = new Readable({
      read: () => {
        this.#waitForMore()
        call?.resume()
      },
      destroy: (cause, callback) => {
        this.#timer?.cancel()
        call?.abort()
        callback(cause)
      },
    })
    // Who wants no more than the head does not listen: what breaks then is nobody's.
    this.#body.on('error', () => {})
    this.#resolve({ status, headers, body: this.#body })
  }

  #data(chunk: Buffer): void {
    if (this.#refusal === undefined) return this.#give(chunk)
    this.#refusalBytes += chunk.length
    if (this.#refusalBytes <= refusalLimit) this.#refusal.push(chunk)
  }

  /** Nobody waits for the provider while whoever reads has enough. */
  #give(chunk: Buffer): void {
    this.#waitForMore()
    if (this.#body?.push(chunk) !== false) return
    this.#timer?.cancel()
    this.#call?.pause()
  }

  #waitForMore(): void {
    const { name, limits } = this.#provider
    this.#wait(limits.streamIdleMs, () => new FellSilent(name, limits.streamIdleMs))
  }

  /** @param ms 0 is for ever */
  #wait(ms: number, overdue: () => GatewayError): void {
    this.#timer?.cancel()
    if (ms > 0) this.#timer = this.#clock.after(ms, () => this.#fail(overdue()))
  }

  #end(): void {
    this.#timer?.cancel()
    if (this.#refusal === undefined) return void this.#body?.push(null)
    const answer = { status: this.#status, headers: this.#headers, body: Buffer.concat(this.#refusal) }
    this.#reject(statusFailure(this.#provider.name, answer, this.#clock.now(), this.#provider).error)
  }

  /** A refusal is understood by what came of it. */
  #broken(cause: Error): void {
    const { name: provider } = this.#provider
    if (this.#refusal !== undefined) this.#end()
    else
      this.#fail(
        this.#body === undefined
          ? transportFailure(provider, cause).error
          : gatewayError('bad_upstream_response', `${provider} broke off its answer`, { provider, cause }),
      )
  }

  #fail(cause: Error): void {
    this.#timer?.cancel()
    this.#call?.abort()
    if (this.#body === undefined) this.#reject(cause)
    else this.#body.destroy(cause)
  }
}

/** @throws GatewayError unsupported_response_operation */
function outgoingCall(provider: ProviderInstance, { operation, params = {}, query = {}, body, key, requestId, userPath = '' }: ObjectRequest): OutgoingCall {
  const place = provider.endpoint(operation)
  if (place === undefined) throw unserved(provider, operation)
  const headers = [...(body === undefined ? [] : ['Content-Type', body.type]), 'Accept', '*/*', 'Accept-Encoding', 'identity']
  if (body?.length !== undefined) headers.push('Content-Length', String(body.length))
  const path = pathOf(place.path, params, query)
  const bytes = body?.bytes
  return {
    operation,
    method: place.method,
    path,
    headers: provider.headers.of(headers, { key: key ?? provider.keys.take(), requestId }),
    body: Buffer.isBuffer(bytes) ? bytes : undefined,
    ...(bytes instanceof Readable ? { upload: bytes } : {}),
    ...(userPath === '' ? {} : { userPath }),
  }
}

function unserved({ name, type }: ProviderInstance, operation: string): GatewayError {
  return gatewayError('unsupported_response_operation', `${name} (type ${type}) does not serve ${operation}`)
}

function pathOf(template: string, params: Readonly<Record<string, string>>, query: Query): string {
  const path = template.replace(/\{(\w+)\}/g, (whole, name: string) => (params[name] === undefined ? whole : uriComponent(params[name])))
  const asked = new URLSearchParams(Object.entries(query).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one]))).toString()
  return asked === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${asked}`
}

/** The whole of an answer. @throws GatewayError if it is larger than `limitBytes`, or breaks off */
export async function wholeBody({ body }: OpenReply, limitBytes: number, provider: string): Promise<Buffer> {
  return await wholeBytes(body, limitBytes, () => gatewayError('response_too_large', `${provider} sent more than ${limitBytes} bytes`, { provider }))
}
