/** A worker with the database, as seen from the gateway: calls go there, answers come back, and an end of the worker is told to all who wait. */

import { getCompileCacheDir } from 'node:module'
import { dirname, extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { StorageUnavailable, type Clock, type Timer } from '../../../core/index.ts'
import { ready, type Answer, type Call, type Method, type WorkerData, type WorkerError } from './protocol.ts'

/** Rows come and go in batches: more room for them is only memory. */
const youngMb = 16

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (cause: Error) => void
  readonly deadline: Timer
}

/** SQLite's codes for what passes: busy, locked, out of memory, read-only, interrupted, an error of the disk, full, cannot open. */
const passing: ReadonlySet<number> = new Set([5, 6, 7, 8, 9, 10, 13, 14])

export class WorkerConnection {
  readonly #worker: Worker
  readonly #clock: Clock
  readonly #waiting = new Map<number, Waiting>()
  readonly #opened: Promise<unknown>
  #last: number = ready
  #ended: StorageUnavailable | undefined

  constructor(data: WorkerData, clock: Clock) {
    this.#clock = clock
    this.#worker = new Worker(new URL(`./worker${extname(import.meta.url)}`, import.meta.url), { workerData: data, env: environment(), resourceLimits: { maxYoungGenerationSizeMb: youngMb } })
    this.#worker.on('message', (answer: Answer) => this.#take(answer))
    this.#worker.on('error', cause => this.#end(cause))
    this.#worker.on('exit', () => this.#end(undefined))
    this.#opened = this.#wait(ready, 60_000)
    this.#opened.catch(() => {}) // told to whoever asks
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
    this.#worker.postMessage(call) // oxlint-disable-line unicorn/require-post-message-target-origin -- a worker, not a window
    return await answer
  }

  async close(): Promise<void> {
    this.#end(undefined)
    await this.#worker.terminate()
  }

  #wait(id: number, deadlineMs: number): Promise<unknown> {
    this.#worker.ref()
    return new Promise((resolve, reject) => {
      const deadline = this.#clock.after(deadlineMs, () => this.#settle(id)?.reject(new StorageUnavailable(`the database did not answer within ${deadlineMs / 1000} s`)))
      this.#waiting.set(id, { resolve, reject, deadline })
    })
  }

  #take(answer: Answer): void {
    const waiting = this.#settle(answer.id)
    if ('error' in answer) waiting?.reject(errorOf(answer.error))
    else waiting?.resolve(answer.result)
  }

  /** The process need not stay for a worker that nobody waits for. */
  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    waiting?.deadline.cancel()
    if (this.#waiting.size === 0) this.#worker.unref()
    return waiting
  }

  #end(cause: unknown): void {
    this.#ended ??= new StorageUnavailable('the database was closed', { cause })
    for (const id of this.#waiting.keys()) this.#settle(id)?.reject(this.#ended)
  }
}

/** Where this thread finds what was compiled before, so does the worker: Node keeps it in a folder of its own version there. */
function environment(): NodeJS.ProcessEnv {
  const directory = getCompileCacheDir()
  return directory === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(directory) }
}

const kinds: Readonly<Record<string, new (message: string) => Error>> = { TypeError, RangeError }

function errorOf({ name, message, code }: WorkerError): Error {
  if (code !== undefined && passing.has(code & 0xff)) return new StorageUnavailable(`SQLite: ${message}`)
  return new (kinds[name] ?? Error)(code === undefined ? message : `SQLite: ${message}`)
}
