/** Reads the live logs as an administrator's page does. */

import { Ajv2020 } from 'ajv/dist/2020.js'
import { splitEvents } from '../../core/stream/borders.ts'
import file from '../../schemas/admin/live.schema.json' with { type: 'json' }
import type { LiveEvent } from '../../schemas/admin/live.schema.ts'
import type { Served } from './serve.ts'

const isEvent = new Ajv2020({ strict: false, validateFormats: false }).compile({ $ref: '#/$defs/LiveEvent', $defs: file.$defs })

// eslint-disable-next-line typescript/no-explicit-any -- the shape of what is shown is the test's to know
export type Seen = Omit<LiveEvent, 'data'> & { readonly id: string; readonly event: string; readonly data: any }

export class LiveReader {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly #body: AsyncIterator<Buffer> & { destroy?(): void }
  readonly #destroy: () => void
  #text = ''
  readonly #events: Seen[] = []

  private constructor({ status, headers, body }: Awaited<ReturnType<Served['open']>>) {
    this.status = status
    this.headers = headers
    this.#body = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    this.#destroy = () => {
      body.on('error', () => {}).destroy()
    }
  }

  /** @param query with its `?` */
  static async open(served: Served, query = '', headers: Readonly<Record<string, string>> = {}): Promise<LiveReader> {
    return new LiveReader(await served.open('GET', `/admin/live/logs${query}`, undefined, headers))
  }

  /** The next event; undefined at the end. @throws Error if it breaks off, or is not as its schema says */
  async next(): Promise<Seen | undefined> {
    while (this.#events.length === 0) {
      const { done, value } = await this.#body.next()
      if (done === true) return undefined
      this.#take(value.toString())
    }
    return this.#events.shift()
  }

  /** All events up to one of this type, of this request if one is named. */
  async until(type: LiveEvent['type'], requestId?: string): Promise<readonly Seen[]> {
    const seen: Seen[] = []
    for (let event = await this.next(); event !== undefined; event = await this.next()) {
      seen.push(event)
      if (event.type === type && (requestId === undefined || event.request_id === requestId)) return seen
    }
    throw new Error(`there was no ${type}, but ${seen.map(event => event.type).join(', ')}`)
  }

  /** All that comes before the end. */
  async rest(): Promise<readonly Seen[]> {
    const seen: Seen[] = []
    for (let event = await this.next(); event !== undefined; event = await this.next()) seen.push(event)
    return seen
  }

  /** Leaves. */
  close(): void {
    this.#destroy()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #take(text: string): void {
    this.#text += text
    const end = this.#text.lastIndexOf('\n\n')
    if (end < 0) return
    this.#events.push(...eventsIn(this.#text.slice(0, end + 2)))
    this.#text = this.#text.slice(end + 2)
  }
}

/** @throws Error for one that is not as its schema says */
export function eventsIn(text: string): readonly Seen[] {
  return splitEvents(Buffer.from(text)).map(event => {
    const {
      id = '',
      event: name = '',
      data = '',
    } = Object.fromEntries(
      event.bytes
        .toString()
        .trimEnd()
        .split('\n')
        .map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    )
    const said = JSON.parse(data) as LiveEvent
    if (!isEvent(said)) throw new Error(`${data}: ${JSON.stringify(isEvent.errors)}`)
    if (id !== String(said.seq) || name !== said.type) throw new Error(`the event says one thing, and its data another: ${event.bytes.toString()}`)
    return { ...said, id, event: name }
  })
}
