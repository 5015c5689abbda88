/** Calls over HTTP, on connections of each provider instance's own: plain calls on the shortest way, whatever needs more by undici. */

import type { Dispatcher, Pool } from 'undici'
import { connectionsTo, type ConnectionOptions } from './connections.ts'
import { ConnectionPool } from './http1/connection-pool.ts'
import { connectorTo } from './http1/connector.ts'
import { requestHead } from './http1/request-head.ts'
import type { Call, OutgoingCall, ReplyHeaders, ReplyListener, Transport } from './transport.ts'

export interface HttpTransportOptions extends Pick<ConnectionOptions, 'connections' | 'keepAliveMs' | 'proxyUrl'> {
  readonly baseUrl: string
}

/** undici's, where nothing else is said. */
const usualKeepAliveMs = 4_000

/**
 * A plain call is one of HTTP/1.1, straight to the server, whose body is there, and whose headers say nothing of the connection.
 * It costs half of what it costs with undici, which does the rest: proxies, uploads that flow, and whatever must be judged before it may leave.
 */
export class HttpTransport implements Transport {
  readonly #plain: ConnectionPool | undefined
  readonly #options: Omit<HttpTransportOptions, 'baseUrl'>
  #dispatcher: Dispatcher | undefined
  #pool: Pool | undefined
  readonly #origin: string
  readonly #host: string
  readonly #basePath: string

  /** @throws Error if the proxy's URL cannot be used */
  constructor({ baseUrl, ...options }: HttpTransportOptions) {
    const url = new URL(baseUrl)
    this.#origin = url.origin
    this.#host = url.host
    this.#basePath = url.pathname.replace(/\/+$/, '')
    this.#options = options
    const { connections = Infinity, keepAliveMs = usualKeepAliveMs, proxyUrl } = options
    if (proxyUrl === undefined) this.#plain = new ConnectionPool({ connect: connectorTo(url.origin), connections, keepAliveMs })
    else this.#dispatcher = this.#connections()
  }

  get queued(): number {
    return (this.#pool?.stats.queued ?? 0) + (this.#plain?.queued ?? 0)
  }

  send(call: OutgoingCall, listener: ReplyListener): Call {
    const path = this.#basePath + call.path
    const head = this.#plain === undefined || call.upload !== undefined ? undefined : requestHead(this.#host, path, call)
    return this.#plain === undefined || head === undefined ? this.#dispatch(call, path, listener) : this.#plain.send(head, call.body, listener)
  }

  #dispatch(call: OutgoingCall, path: string, listener: ReplyListener): Call {
    const running = new HttpCall(listener)
    this.#dispatcher ??= this.#connections()
    this.#dispatcher.dispatch(
      {
        origin: this.#origin,
        path,
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

  async close(): Promise<void> {
    this.#plain?.close()
    await this.#dispatcher?.destroy()
  }

  #connections(): Dispatcher {
    return connectionsTo(this.#origin, this.#options, pool => {
      this.#pool = pool
    })
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
