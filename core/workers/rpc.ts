/** Questions and answers between two processes: what one asks in a turn of its loop goes in one message, and so does what the other answers. */

import { beforeEndOfTurn } from '../end-of-turn.ts'
import { failureOf, reviveFailure, type Failure } from './failure.ts'

type Entry =
  | { readonly ask: number; readonly what: string; readonly question: unknown }
  | { readonly to: number; readonly answer: unknown }
  | { readonly to: number; readonly failure: Failure }

/** One message; a channel may carry others beside. */
export interface Packet {
  readonly tapline: readonly Entry[]
}

/** @param sent called when the message has left */
export type Send = (packet: Packet, sent: () => void) => void

interface Waiting {
  readonly resolve: (answer: unknown) => void
  readonly reject: (cause: unknown) => void
}

/** The other process is gone. */
export class RpcClosed extends Error {
  override readonly name = 'RpcClosed'
}

export function isPacket(message: unknown): message is Packet {
  return typeof message === 'object' && message !== null && Array.isArray((message as Partial<Packet>).tapline)
}

export class Rpc {
  readonly #send: Send
  readonly #handlers = new Map<string, (question: never) => unknown>()
  readonly #waiting = new Map<number, Waiting>()
  #entries: Entry[] = []
  #asked = 0
  #closed: RpcClosed | undefined

  constructor(send: Send) {
    this.#send = send
  }

  /** @throws what the other one's handler throws, or RpcClosed */
  ask(what: string, question?: unknown): Promise<unknown> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed)
    const ask = (this.#asked += 1)
    this.#put({ ask, what, question })
    return new Promise((resolve, reject) => {
      this.#waiting.set(ask, { resolve, reject })
    })
  }

  /** Says what this one does when it is asked. */
  answer(what: string, handle: (question: never) => unknown): void {
    this.#handlers.set(what, handle)
  }

  /** Takes a message of the other one. */
  hear({ tapline }: Packet): void {
    for (const entry of tapline) {
      if ('ask' in entry) void this.#reply(entry.ask, entry.what, entry.question)
      else this.#settle(entry)
    }
  }

  /** Sends what waits, now. @param sent called when all has left */
  flush(sent: () => void = () => {}): void {
    const entries = this.#entries
    this.#entries = []
    if (this.#closed !== undefined) return sent()
    this.#send({ tapline: entries }, sent)
  }

  /** The other one is gone: nobody will answer. */
  close(message: string): void {
    this.#closed ??= new RpcClosed(message)
    for (const { reject } of this.#waiting.values()) reject(this.#closed)
    this.#waiting.clear()
  }

  /** What is answered at once goes with the answers of the same turn. */
  async #reply(to: number, what: string, question: unknown): Promise<void> {
    try {
      const handle = this.#handlers.get(what)
      if (handle === undefined) throw new Error(`nobody answers ${what}`)
      this.#put({ to, answer: await handle(question as never) })
    } catch (cause) {
      this.#put({ to, failure: failureOf(cause) })
    }
  }

  #settle(entry: Exclude<Entry, { readonly ask: number }>): void {
    const waiting = this.#waiting.get(entry.to)
    this.#waiting.delete(entry.to)
    if ('failure' in entry) waiting?.reject(reviveFailure(entry.failure))
    else waiting?.resolve(entry.answer)
  }

  #put(entry: Entry): void {
    if (this.#closed !== undefined) return
    if (this.#entries.length === 0)
      beforeEndOfTurn({
        flush: () => {
          if (this.#entries.length > 0) this.flush()
        },
      })
    this.#entries.push(entry)
  }
}
