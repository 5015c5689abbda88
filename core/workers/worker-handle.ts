/** One worker, as the first process sees it. */

import cluster, { type Worker } from 'node:cluster'
import type { Texts } from '../config/sources/kept-texts.ts'
import type { Clock } from '../services/clock.ts'
import type { Broadcast } from './broadcast.ts'
import { closeUndelivered } from './handover.ts'
import type { StateCall, StateServer, StateSession } from './state-server.ts'
import type { AskedOfAll, Beginning, Gathering, Preparation, Said, Serving } from './messages.ts'
import { isPacket, Rpc } from './rpc.ts'

export interface WorkerDeps {
  readonly stateServer: StateServer
  readonly broadcast: Broadcast
  readonly clock: Clock
}

/** How a worker ended. */
export interface Ending {
  readonly words: string
  /** It was told to, and finished what ran. */
  readonly isClean: boolean
}

export class WorkerHandle {
  readonly pid: number
  readonly ended: Promise<Ending>
  /** It serves. */
  hasBegun = false
  /** What its configuration is read from. */
  texts: Texts = {}
  readonly #worker: Worker
  readonly #rpc: Rpc
  /** It listens; what is said before is lost. */
  readonly #hears: Promise<void>

  /** Starts the program once more, as a worker. */
  constructor(deps: WorkerDeps) {
    cluster.setupPrimary({ args: ['worker'] })
    this.#worker = cluster.fork()
    this.pid = this.#worker.process.pid ?? 0
    this.#rpc = new Rpc((packet, sent) => {
      this.#worker.process.send(packet, () => sent())
    })
    const session = deps.stateServer.session()
    this.#hears = new Promise(resolve => {
      this.#rpc.answer('hello', () => resolve())
    })
    this.#listen(session, deps)
    closeUndelivered(this.#worker.process, deps.clock)
    this.ended = this.#end(session, deps)
  }

  /** @throws why it cannot serve; then it ends */
  async begin(beginning: Beginning): Promise<Serving> {
    try {
      await Promise.race([
        this.#hears,
        this.ended.then(({ words }) => {
          throw new Error(`a worker died before it served: ${words}`)
        }),
      ])
      const serving = (await this.#rpc.ask('begin', beginning)) as Serving
      this.hasBegun = true
      this.texts = beginning.texts
      return serving
    } catch (cause) {
      this.end()
      throw cause
    }
  }

  /** @throws why it cannot take the configuration, or RpcClosed */
  async prepare(preparation: Preparation): Promise<void> {
    await this.#rpc.ask('prepare', preparation)
  }

  async take(texts: Texts): Promise<Serving> {
    const serving = (await this.#rpc.ask('take')) as Serving
    this.texts = texts
    return serving
  }

  async drop(): Promise<void> {
    await this.#rpc.ask('drop')
  }

  async asked(asked: AskedOfAll): Promise<Said> {
    return await this.#rpc.ask('asked', asked).then(
      answer => ({ answer }),
      () => ({}),
    )
  }

  /** Has it finish what runs, and end. Resolves to whether nothing was cut. */
  async stop(): Promise<boolean> {
    if (!this.hasBegun) this.end()
    const isClean = this.hasBegun ? await this.#rpc.ask('stop').catch(() => false) : true
    await this.ended
    return isClean === true
  }

  /** Has it end at once, as one that never served. */
  dismiss(): void {
    this.hasBegun = false
    this.end()
  }

  /** Has it end at once; it writes down what it must not lose. */
  end(): void {
    this.#worker.process.kill('SIGQUIT')
  }

  /** What it said before it died is heard first. */
  #end(session: StateSession, { clock }: WorkerDeps): Promise<Ending> {
    const child = this.#worker.process
    const { promise, resolve } = Promise.withResolvers<Ending>()
    child.once('exit', (code, signal) => {
      const words = signal === null ? `it ended with ${code}` : `it was ended by ${signal}`
      const end = () => {
        this.#rpc.close(`a worker died${this.hasBegun ? '' : ' before it served'}: ${words}`)
        session.leave(clock.now())
        resolve({ words, isClean: code === 0 })
      }
      if (child.connected) child.once('disconnect', end)
      else end()
    })
    return promise
  }

  #listen(session: StateSession, deps: WorkerDeps): void {
    this.#rpc.answer('numbers', (call: StateCall) => session.take(call))
    this.#rpc.answer('others', (asked: AskedOfAll) => deps.broadcast.askOthers(this, asked))
    this.#rpc.answer('gather', (gathering: Gathering) => deps.broadcast.gather(this, gathering))
    this.#worker.process.on('message', message => {
      if (isPacket(message)) this.#rpc.hear(message)
    })
    this.#worker.process.on('error', () => {}) // what cannot be sent goes to one that is ending; 'exit' tells
  }
}
