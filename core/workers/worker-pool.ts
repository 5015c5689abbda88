/** Several processes on one port, as the first of them keeps them: it starts and replaces them, has all take a configuration over or none, and ends them. */

import type { Logger } from 'pino'
import { KeptTexts, type Texts } from '../config/sources/kept-texts.ts'
import { readConfig, type Origin } from '../gateway/loading/load-for.ts'
import { logFailedReload, logReload, type MadeOf, type Served, type ServedFacts } from '../gateway/served.ts'
import type { Clock } from '../services/clock.ts'
import { Registrations } from '../services/registrations.ts'
import { Turns } from '../turns.ts'
import { Broadcast } from './broadcast.ts'
import { Backoff } from './backoff.ts'
import { WorkerHandle, type Ending } from './worker-handle.ts'
import { StateServer } from './state-server.ts'
import type { Serving } from './messages.ts'
import { RpcClosed } from './rpc.ts'

export interface WorkerPoolOptions {
  readonly origin: Omit<Origin, 'readText'>
  /** What the configuration was read from. */
  readonly texts: Texts
  /** How many serve. */
  readonly count: number
  readonly clock: Clock
  readonly log: Logger
  /** Told when nobody serves any more, and nobody can. */
  readonly gaveUp: (cause: unknown) => void
}

type Follower = (current: MadeOf) => void

export class WorkerPool implements Served {
  readonly #options: WorkerPoolOptions
  readonly #log: Logger
  readonly #stateServer = new StateServer()
  readonly #broadcast: Broadcast
  readonly #followers = new Registrations<Follower>()
  readonly #backoff = new Backoff()
  /** What the configuration that serves was read from. */
  #texts: Texts
  #serving: Serving | undefined
  /** Changes of the configuration follow each other. */
  readonly #turns = new Turns()
  #isStopping = false

  private constructor(options: WorkerPoolOptions) {
    this.#options = options
    this.#log = options.log
    this.#texts = options.texts
    this.#broadcast = new Broadcast(options.clock)
  }

  /** The first one tells what is wrong, and what all would say; the others begin together. @throws what kept one from serving */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options)
    process.once('exit', () => pool.#end())
    try {
      await pool.#hire(false)
      await Promise.all(Array.from({ length: options.count - 1 }, () => pool.#hire(true)))
    } catch (cause) {
      pool.#isStopping = true
      pool.#end()
      throw cause
    }
    return pool
  }

  get facts(): ServedFacts {
    if (this.#serving === undefined) throw new Error('nobody serves')
    return this.#serving.facts
  }

  readonly reload = this.#turns.sharing(() => this.#reload())

  follow(follower: Follower): () => void {
    const withdraw = this.#followers.add(follower)
    if (this.#serving !== undefined) follower({ files: new Set(this.#serving.files) })
    return withdraw
  }

  async stop(): Promise<boolean> {
    this.#isStopping = true
    const isClean = await Promise.all(this.#broadcast.all.map(worker => worker.stop()))
    return isClean.every(clean => clean)
  }

  async #hire(isQuiet: boolean): Promise<WorkerHandle> {
    const { clock, origin } = this.#options
    const worker = new WorkerHandle({ stateServer: this.#stateServer, broadcast: this.#broadcast, clock })
    this.#broadcast.add(worker)
    void worker.ended.then(ending => this.#ended(worker, ending))
    this.#adopt([await worker.begin({ flags: origin.flags, texts: this.#texts, previous: this.#serving?.from, isQuiet })])
    await this.#turns.take(() => this.#catchUp(worker))
    return worker
  }

  /** Another configuration may have taken over while a worker began. */
  async #catchUp(worker: WorkerHandle): Promise<void> {
    if (worker.texts === this.#texts) return
    try {
      await this.#change([worker], this.#texts, true)
    } catch (cause) {
      worker.dismiss()
      throw cause
    }
  }

  #ended(worker: WorkerHandle, { words, isClean }: Ending): void {
    this.#broadcast.remove(worker)
    if (this.#isStopping || !worker.hasBegun) return
    if (isClean) this.#log.info({ worker: worker.pid }, 'a worker was told to end; another takes its place')
    else this.#log.error({ worker: worker.pid }, `a worker died: ${words}; another takes its place`)
    if (this.#isHopeless()) return this.#options.gaveUp(new Error(`workers die as soon as they serve: ${words}`))
    void this.#replace()
  }

  async #replace(): Promise<void> {
    const { clock, gaveUp } = this.#options
    for (;;) {
      await new Promise<void>(resolve => {
        clock.after(this.#backoff.next(clock.elapsed()), resolve)
      })
      if (this.#isStopping) return
      try {
        const { pid } = await this.#hire(true)
        return this.#log.info({ worker: pid }, 'a new worker serves')
      } catch (cause) {
        if (this.#isStopping) return
        this.#log.error({ err: cause }, 'a new worker could not begin')
        if (this.#isHopeless()) return gaveUp(cause)
      }
    }
  }

  #isHopeless(): boolean {
    return this.#backoff.isHopeless && this.#broadcast.serving.length === 0
  }

  async #reload(): Promise<boolean> {
    const texts = new KeptTexts()
    try {
      await readConfig({ ...this.#options.origin, previous: this.#serving?.from, readText: texts.read })
      const workers = this.#broadcast.serving
      if (workers.length === 0) throw new Error('no worker serves at the moment')
      await this.#change(workers, texts.all, false)
      logReload(this.facts, this.#log)
      return true
    } catch (cause) {
      logFailedReload(cause, this.#log)
      return false
    }
  }

  /** All take it over, or none. @param isQuiet whether even the first of them says nothing @throws why one of them cannot */
  async #change(workers: readonly WorkerHandle[], texts: Texts, isQuiet: boolean): Promise<void> {
    const [first, ...others] = workers
    const previous = this.#serving?.from
    try {
      if (first !== undefined) await unlessGone(first.prepare({ texts, previous, isQuiet }))
      await Promise.all(others.map(worker => unlessGone(worker.prepare({ texts, previous, isQuiet: true }))))
    } catch (cause) {
      await Promise.all(workers.map(worker => unlessGone(worker.drop())))
      throw cause
    }
    this.#texts = texts
    this.#adopt(await Promise.all(workers.map(worker => unlessGone(worker.take(texts)))))
  }

  #adopt(serving: readonly (Serving | undefined)[]): void {
    this.#serving = serving.find(facts => facts !== undefined) ?? this.#serving
    if (this.#serving === undefined) return
    for (const follower of this.#followers) follower({ files: new Set(this.#serving.files) })
  }

  /** For a program that ends at once. */
  #end(): void {
    for (const worker of this.#broadcast.all) worker.end()
  }
}

/** One that died meanwhile is replaced by one that begins with the configuration that serves. */
async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (cause) {
    if (cause instanceof RpcClosed) return undefined
    throw cause
  }
}
