/** Calls over HTTP: one undici pool per provider instance, one `dispatch` per call. */

import type { Dispatcher, Pool } from 'undici'
import { connectionsTo, type ConnectionOptions } from './connections.ts'
import type { Call, OutgoingCall, ReplyHeaders, ReplyListener, Transport } from './transport.ts'

export interface HttpTransportOptions extends Pick<ConnectionOptions, 'connections' | 'keepAliveMs' | 'proxyUrl'> {
  readonly baseUrl: string
}

export class HttpTransport implements Transport {
  readonly #dispatcher: Dispatcher
  #pool: Pool | undefined
  readonly #origin: string
  readonly #basePath: string

  /** @throws Error if the proxy's URL cannot be used */
  constructor({ baseUrl, ...options }: HttpTransportOptions) {
    const url = new URL(baseUrl)
    this.#origin = url.origin
    this.#basePath = url.pathname.replace(/\/+$/, '')
    this.#dispatcher = connectionsTo(url.origin, options, pool => {
      this.#pool = pool
    })
  }

  get queued(): number {
    return this.#pool?.stats.queued ?? 0
  }

  send(call: OutgoingCall, listener: ReplyListener): Call {
    const running = new HttpCall(listener)
    this.#dispatcher.dispatch(
      {
        origin: this.#origin,
        path: this.#basePath + call.path,
        method: call.method,
        headers: call.headers,
        body: call.upload ?? call.body ?? null,
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      running,
    )
    return running
  }

  close(): Promise<void> {
    return this.#dispatcher.destroy()
  }
}

class HttpCall implements Dispatcher.DispatchHandler, Call {
  readonly #listener: ReplyListener
  #controller: Dispatcher.DispatchController | undefined
  #aborted = false

  constructor(listener: ReplyListener) {
    this.#listener = listener
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#aborted) controller.abort(new Error('the call was given up'))
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: ReplyHeaders): void {
    if (!this.#aborted && status >= 200) this.#listener.onHead(status, headers)
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#aborted) this.#listener.onData(chunk)
  }

  onResponseEnd(): void {
    if (!this.#aborted) this.#listener.onEnd()
  }

  onResponseError(_controller: Dispatcher.DispatchController, cause: Error): void {
    if (!this.#aborted) this.#listener.onError(cause)
  }

  pause(): void {
    this.#controller?.pause()
  }

  resume(): void {
    this.#controller?.resume()
  }

  abort(): void {
    if (this.#aborted) return
    this.#aborted = true
    this.#controller?.abort(new Error('the call was given up'))
  }
}
