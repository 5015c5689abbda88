/** An upstream that plays scripts: a real HTTP server on this machine, as good or as bad as a test wants it. */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { errorBody, modelList } from './chat-samples.ts'
import { play } from './play.ts'
import { portOf } from './port.ts'
import { ReceivedRequest } from './received-request.ts'
import type { Cue, Script } from './script.ts'

export interface ScriptedUpstreamOptions {
  /** Serves this model list to every `GET …/models`, apart from the scripts and the record. Without it, such a call is like any other. */
  readonly models?: readonly string[]
}

/**
 * Answers each request with the next queued script, or with the standing one, and keeps a record of what came.
 * It knows no timer: tests drive it with gates.
 * @example
 * const upstream = await ScriptedUpstream.start()
 * upstream.reply({ status: 503 }, { body: chatCompletion({ content: 'hi' }) })
 * …
 * expect(upstream.requests).to.have.length(2)
 * await upstream.close()
 */
export class ScriptedUpstream {
  /** What came, in the order in which the headers came. */
  readonly requests: ReceivedRequest[] = []
  /** How many connections were accepted. */
  connections = 0
  readonly #server: Server
  readonly #models: readonly string[] | undefined
  readonly #queue: Cue[] = []
  #always: Cue | undefined
  #awaited: { readonly count: number; readonly resolve: (request: ReceivedRequest) => void }[] = []
  readonly #failures: unknown[] = []

  private constructor(options: ScriptedUpstreamOptions) {
    this.#models = options.models
    this.#server = createServer(
      { maxHeaderSize: 1 << 20, requireHostHeader: false, keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 },
      (incoming, response) => this.#accept(incoming, response),
    )
    this.#server.on('connection', () => this.connections++)
  }

  /** Listens on a free port of 127.0.0.1. */
  static async start(options: ScriptedUpstreamOptions = {}): Promise<ScriptedUpstream> {
    const upstream = new ScriptedUpstream(options)
    upstream.#server.listen(0, '127.0.0.1')
    await once(upstream.#server, 'listening')
    return upstream
  }

  /** The base URL, for example `http://127.0.0.1:41234/v1`. */
  get url(): string {
    return `http://127.0.0.1:${portOf(this.#server)}/v1`
  }

  /** Queues replies: each answers one request, in order. */
  reply(...cues: readonly Cue[]): this {
    this.#queue.push(...cues)
    return this
  }

  /** Answers every request for which no reply is queued. */
  always(cue: Cue): this {
    this.#always = cue
    return this
  }

  /** Resolves to the n-th request (from 1) when it has arrived whole. */
  async received(n = 1): Promise<ReceivedRequest> {
    const request = this.requests[n - 1] ?? (await new Promise<ReceivedRequest>(resolve => this.#awaited.push({ count: n, resolve })))
    await request.whole
    return request
  }

  /** Closes the connections on which nothing runs, as a server does with clients that keep them too long. */
  closeIdle(): void {
    this.#server.closeIdleConnections()
  }

  /** Breaks off whatever runs and stops listening. @throws what a script or a function that writes one has thrown */
  async close(): Promise<void> {
    for (const request of this.requests) request.settle('cut')
    if (this.#server.listening) {
      this.#server.close()
      this.#server.closeAllConnections()
      await once(this.#server, 'close')
    }
    if (this.#failures.length > 0) throw this.#failures[0]
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #accept(incoming: IncomingMessage, response: ServerResponse): void {
    const request = new ReceivedRequest(incoming, response)
    if (this.#models !== undefined && isForModels(request)) {
      void play({ body: modelList(this.#models) }, request, response)
      return
    }
    this.requests.push(request)
    this.#tellArrival(request)
    this.#answer(request, response).catch(error => {
      this.#failures.push(error)
      response.destroy()
    })
  }

  #tellArrival(request: ReceivedRequest): void {
    const count = this.requests.length
    for (const awaited of this.#awaited) if (awaited.count === count) awaited.resolve(request)
    this.#awaited = this.#awaited.filter(awaited => awaited.count > count)
  }

  async #answer(request: ReceivedRequest, response: ServerResponse): Promise<void> {
    const cue = this.#queue.shift() ?? this.#always ?? nothingScripted(request)
    await play(await scriptOf(cue, request), request, response)
  }
}

async function scriptOf(cue: Cue, request: ReceivedRequest): Promise<Script> {
  if (typeof cue !== 'function') return cue
  await request.whole
  return cue(request)
}

function isForModels({ method, path }: ReceivedRequest): boolean {
  return method === 'GET' && path.endsWith('/models')
}

function nothingScripted({ method, path }: ReceivedRequest): Script {
  return { status: 501, body: errorBody(`no reply is scripted for ${method} ${path}`, 'invalid_request_error') }
}
