/** A worker with the database, as seen from the gateway: calls go there, answers come back, and an end of the worker is told to all who wait. */

import { StorageUnavailable, type Clock, type Timer } from '../../../core/index.ts'
import { ready, type Answer, type Call, type Method, type Opening, type WorkerError } from './protocol.ts'
import { Thread } from './thread.ts'

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (cause: Error) => void
  readonly deadline: Timer
}

/** SQLite's codes for what passes: busy, locked, out of memory, read-only, interrupted, an error of the disk, full, cannot open, a race for the locks. */
const passing: ReadonlySet<number> = new Set([5, 6, 7, 8, 9, 10, 13, 14, 15])

export class WorkerConnection {
  readonly #thread: Thread
  readonly #clock: Clock
  readonly #waiting = new Map<number, Waiting>()
  readonly #opened: Promise<unknown>
  #closed: Promise<void> | undefined
  #isOpen = false
  #last: number = ready
  /** Calls that go as soon as those before them are answered: the more there is to do, the more go together. */
  #held: Call[] = []
  /** Also of those that nobody waits for any more. */
  #unanswered = 0
  #ended: StorageUnavailable | undefined

  constructor(opening: Opening, clock: Clock) {
    this.#clock = clock
    this.#thread = Thread.for({ take: answers => this.#take(answers), end: cause => this.#end(cause) })
    this.#thread.ask(opening)
    this.#opened = this.#wait(ready, 60_000)
    this.#opened.then(
      () => {
        this.#isOpen = true
      },
      () => {},
    ) // told to whoever asks
  }

  get isEnded(): boolean {
    return this.#ended !== undefined
  }

  /** @throws what opening the database threw */
  async opened(): Promise<void> {
    await this.#opened
  }

  /** @throws StorageUnavailable when the database does not answer in time, or may take the same call later */
  async call(method: Method, parameters: readonly unknown[], deadlineMs: number): Promise<unknown> {
    if (this.#ended !== undefined) throw this.#ended
    this.#last += 1
    const call: Call = { id: this.#last, method, parameters }
    const answer = this.#wait(call.id, deadlineMs)
    this.#held.push(call)
    if (this.#unanswered === 1) this.#send()
    return await answer
  }

  /** What is under way is cut off, with its thread. One that could not open its database ends, too: it may still hold the file. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close())
  }

  async #close(): Promise<void> {
    const isIdle = this.#isOpen && this.#unanswered === 0 && !this.isEnded
    this.#end(undefined)
    await (isIdle ? this.#thread.leave() : this.#thread.end())
  }

  #wait(id: number, deadlineMs: number): Promise<unknown> {
    if (this.#waiting.size === 0) this.#thread.awaited = true
    this.#unanswered += 1
    return new Promise((resolve, reject) => {
      const deadline = this.#clock.after(deadlineMs, () =>
        this.#settle(id)?.reject(new StorageUnavailable(`the database did not answer within ${deadlineMs / 1000} s`)),
      )
      this.#waiting.set(id, { resolve, reject, deadline })
    })
  }

  #send(): void {
    const calls = this.#held
    this.#held = []
    this.#thread.ask(calls)
  }

  #take(answers: readonly Answer[]): void {
    for (const answer of answers) this.#hear(answer)
    if (this.#held.length > 0 && this.#held.length === this.#unanswered) this.#send()
  }

  #hear(answer: Answer): void {
    this.#unanswered -= 1
    const waiting = this.#settle(answer.id)
    if ('error' in answer) waiting?.reject(errorOf(answer.error))
    else waiting?.resolve(answer.result)
  }

  /** The process need not stay for a worker that nobody waits for. */
  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    waiting?.deadline.cancel()
    if (this.#waiting.size === 0) this.#thread.awaited = false
    return waiting
  }

  #end(cause: unknown): void {
    this.#ended ??= new StorageUnavailable('the database was closed', { cause })
    for (const id of this.#waiting.keys()) this.#settle(id)?.reject(this.#ended)
  }
}

const kinds: Readonly<Record<string, new (message: string) => Error>> = { TypeError, RangeError }

function errorOf({ name, message, code }: WorkerError): Error {
  if (code !== undefined && passing.has(code & 0xff)) return new StorageUnavailable(`SQLite: ${message}`)
  return new (kinds[name] ?? Error)(code === undefined ? message : `SQLite: ${message}`)
}
