/** Threads for databases, one each. One that its database left is kept for a while: who starts one gateway after another, as tests do, waits for no new thread. */

import { getCompileCacheDir } from 'node:module'
import { dirname, extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { closed, type Answer, type Asked, type Call } from './protocol.ts'

/** Rows come and go in batches: more room for them is only memory. */
const youngMb = 16
/** How long a thread without a database is kept. */
const keptMs = 10_000

/** Whom a thread answers. */
export interface Holder {
  take(answers: readonly Answer[]): void
  /** The thread is no more. */
  end(cause: unknown): void
}

const free: Thread[] = []

export class Thread {
  readonly #worker: Worker
  #holder: Holder | undefined
  #expiry: NodeJS.Timeout | undefined

  private constructor() {
    this.#worker = new Worker(new URL(`./worker${extname(import.meta.url)}`, import.meta.url), {
      env: environment(),
      resourceLimits: { maxYoungGenerationSizeMb: youngMb },
    })
    this.#worker.on('message', (answers: readonly Answer[]) => this.#holder?.take(answers))
    this.#worker.on('error', cause => this.#end(cause))
    this.#worker.on('exit', () => this.#end(undefined))
  }

  /** A thread that holds no database. */
  static for(holder: Holder): Thread {
    const thread = free.pop() ?? new Thread()
    clearTimeout(thread.#expiry)
    thread.#holder = holder
    return thread
  }

  /** Whether the process stays for it. */
  set awaited(isAwaited: boolean) {
    if (isAwaited) this.#worker.ref()
    else this.#worker.unref()
  }

  ask(asked: Asked): void {
    this.#worker.postMessage(asked, Array.isArray(asked) ? givenAway(asked) : [])
  }

  /** Closes the database. The thread is there for another one, unless that failed. */
  async leave(): Promise<void> {
    this.awaited = true
    const isClosed = await new Promise<boolean>(resolve => {
      this.#holder = {
        take: answers => {
          for (const answer of answers) if (answer.id === closed) resolve(!('error' in answer))
        },
        end: () => resolve(false),
      }
      this.ask('close')
    })
    this.awaited = false
    if (isClosed) this.#keep()
    else await this.end()
  }

  /** Ends the thread with all that it does. An answer that comes meanwhile is nobody's: the process stays until the thread is no more. */
  async end(): Promise<void> {
    this.#holder = undefined
    this.#forget()
    await this.#worker.terminate()
  }

  #keep(): void {
    this.#holder = undefined
    this.#expiry = setTimeout(() => {
      void this.end()
    }, keptMs).unref()
    free.push(this)
  }

  #end(cause: unknown): void {
    this.#forget()
    this.#holder?.end(cause)
  }

  #forget(): void {
    clearTimeout(this.#expiry)
    if (free.includes(this)) free.splice(free.indexOf(this), 1)
  }
}

/** Lines go over as they are, not as a copy. */
function givenAway(calls: readonly Call[]): ArrayBuffer[] {
  return calls.flatMap(({ parameters }) =>
    parameters.flatMap(parameter =>
      parameter instanceof Uint8Array && parameter.buffer.byteLength === parameter.length ? (parameter.buffer as ArrayBuffer) : [],
    ),
  )
}

/** Where this thread finds what was compiled before, so does the worker: Node keeps it in a folder of its own version there. */
function environment(): NodeJS.ProcessEnv {
  const directory = getCompileCacheDir()
  return directory === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(directory) }
}
