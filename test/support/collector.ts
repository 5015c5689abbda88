/** An OpenTelemetry collector in this process: keeps what it is sent, or behaves badly. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { portOf } from '../../core/testing/port.ts'
import { seriesIn, spansIn, type CollectedSeries, type CollectedSpan } from './otlp.ts'
import { Served, type ServeOptions } from './serve.ts'

interface Batch {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export class Collector {
  readonly batches: Batch[] = []
  /** What it answers; undefined: nothing, ever. */
  status: number | undefined = 200
  readonly #server: Server
  readonly #awaited: (() => void)[] = []

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#take(request, response)
    })
  }

  static async start(): Promise<Collector> {
    const collector = new Collector()
    collector.#server.listen(0, '127.0.0.1')
    await once(collector.#server, 'listening')
    return collector
  }

  get url(): string {
    return `http://127.0.0.1:${portOf(this.#server)}`
  }

  get spans(): readonly CollectedSpan[] {
    return this.#of('traces').flatMap(({ headers, body }) => spansIn(String(headers['content-type']), body))
  }

  /** As they stood when they were sent last. */
  get series(): readonly CollectedSeries[] {
    return this.#of('metrics')
      .slice(-1)
      .flatMap(({ headers, body }) => seriesIn(String(headers['content-type']), body))
  }

  /** Resolves when the next batch has come. */
  next(): Promise<void> {
    return new Promise(resolve => {
      this.#awaited.push(resolve)
    })
  }

  async close(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #of(signal: string): readonly Batch[] {
    return this.batches.filter(({ path }) => path.endsWith(`/v1/${signal}`))
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.batches.push({ path: request.url ?? '', headers: request.headers, body: await buffer(request) })
    for (const resolve of this.#awaited.splice(0)) resolve()
    if (this.status !== undefined) response.writeHead(this.status).end()
  }
}

/** tapline.yaml with this collector. */
export function observed({ url }: Pick<Collector, 'url'>, settings: object = {}, { config, ...options }: ServeOptions = {}): ServeOptions {
  return { ...options, config: { opentelemetry: { enabled: true, endpoint: url, ...settings }, resilience: { retry: { initial_backoff: '1ms' } }, ...config } }
}

/** What a collector was sent when all was over: `calls` are made, the gateway is closed. */
export async function collected(calls: (served: Served) => Promise<unknown>, settings: object = {}, options: ServeOptions = {}): Promise<Collector> {
  await using collector = await Collector.start()
  const served = await Served.start(observed(collector, settings, options))
  try {
    await calls(served)
  } finally {
    await served.close()
  }
  return collector
}

/** The only span that fits. */
export function only<T>(all: readonly T[]): T {
  if (all.length !== 1) throw new Error(`${all.length} in the place of one`)
  return all[0] as T
}
