/** An HTTP service that answers JSON as a vendor's does, and can be away for a while. */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { portOf } from '../../../../core/testing/port.ts'

export interface Call {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  // oxlint-disable-next-line typescript/no-explicit-any -- what a client sends is what a fake looks into
  readonly body: any
}

export interface Said {
  readonly status: number
  /** A text goes as it is, all else as JSON. */
  readonly body: unknown
}

export class FakeService {
  readonly calls: Call[] = []
  readonly #answer: (call: Call) => Said
  #server: Server | undefined
  #port = 0

  private constructor(answer: (call: Call) => Said) {
    this.#answer = answer
  }

  static async start(answer: (call: Call) => Said): Promise<FakeService> {
    const service = new FakeService(answer)
    await service.resume()
    return service
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Listens again, at the same port. */
  async resume(): Promise<void> {
    const server = createServer((request, response) => {
      void this.#said(request).then(
        ({ status, body }) => {
          const isText = typeof body === 'string'
          response
            .writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json' })
            .end(body === undefined ? '' : isText ? body : JSON.stringify(body))
        },
        (cause: unknown) => response.destroy(cause as Error),
      )
    })
    server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    this.#server = server
    this.#port = portOf(server)
  }

  /** Refuses all connections, and ends those that there are. */
  async stop(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }

  async #said(request: IncomingMessage): Promise<Said> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://fake')
    const text = (await buffer(request)).toString()
    const call = {
      method: request.method ?? '',
      path: pathname,
      query: searchParams,
      headers: request.headers,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    }
    this.calls.push(call)
    return this.#answer(call)
  }
}
