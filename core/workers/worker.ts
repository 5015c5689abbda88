/** A worker: serves the port beside others, as the first process tells it. */

import cluster from 'node:cluster'
import type { DestinationStream } from 'pino'
import { KeptTexts } from '../config/sources/kept-texts.ts'
import { Gateway, type GatewayOptions } from '../gateway/gateway.ts'
import { readConfig, type Origin, type ReadConfig } from '../gateway/loading/load-for.ts'
import { makeLog } from '../gateway/log.ts'
import type { Prepared } from '../services/added-providers.ts'
import { QuietLog } from './quiet-log.ts'
import type { Beginning, Preparation, Serving } from './messages.ts'
import { WorkerProcesses } from './worker-processes.ts'
import { isPacket, Rpc } from './rpc.ts'

/** Real time, this directory, this environment. */
export type WorkerOptions = Omit<GatewayOptions, 'flags' | 'log' | 'processes'>

/** @throws Error where no first process started this one */
export function serveAsWorker(options: WorkerOptions): void {
  const { worker } = cluster
  if (worker === undefined) throw new Error('a worker is started by the program itself: tapline --workers 2')
  // Node would end a worker at once whose first process is gone.
  worker.exitedAfterDisconnect = true
  const rpc = new Rpc((packet, sent) => {
    if (process.connected) process.send?.(packet, undefined, undefined, () => sent())
    else sent()
  })
  const serving = new ServingWorker(options, rpc)
  process.on('message', message => {
    if (isPacket(message)) rpc.hear(message)
  })
  void rpc.ask('hello').catch(() => {}) // the first process is gone: 'disconnect' tells
  process.on('disconnect', () => {
    rpc.close('the first process is gone')
    void serving.stop()
  })
  process.on('SIGTERM', () => {
    void serving.stop()
  })
  process.on('SIGQUIT', () => process.exit(1))
  // They are for the first process, which tells.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
}

class ServingWorker {
  readonly #options: WorkerOptions
  readonly #rpc: Rpc
  readonly #hush = new QuietLog()
  #flags: Beginning['flags'] = {}
  #gateway: Gateway | undefined
  #prepared: Prepared | undefined
  #stopping: Promise<boolean> | undefined

  constructor(options: WorkerOptions, rpc: Rpc) {
    this.#options = options
    this.#rpc = rpc
    rpc.answer('begin', (beginning: Beginning) => this.#begin(beginning))
    rpc.answer('prepare', (preparation: Preparation) => this.#prepare(preparation))
    rpc.answer('take', () => this.#take())
    rpc.answer('drop', () => this.#drop())
    rpc.answer('stop', () => this.stop())
  }

  /** Finishes what runs, and ends the process. Resolves to whether nothing was cut, and is told before the end. */
  stop(): Promise<boolean> {
    return (this.#stopping ??= this.#stop())
  }

  async #begin({ flags, isQuiet, ...source }: Beginning): Promise<Serving> {
    this.#flags = flags
    this.#hush.isOn = isQuiet
    const read = await this.#read(source)
    const { logger, flush } = await makeLog(read.config.values.logging_runtime, (to: DestinationStream) => this.#hush.over(to))
    process.on('exit', flush)
    process.on('unhandledRejection', cause => {
      logger.error({ err: cause }, 'a promise was rejected and nobody took care of it')
    })
    this.#gateway = await Gateway.start({ ...this.#options, flags, log: logger, read, processes: new WorkerProcesses(this.#rpc) })
    this.#hush.isOn = false
    return servingOf(this.#gateway)
  }

  async #prepare({ isQuiet, ...source }: Preparation): Promise<void> {
    this.#hush.isOn = isQuiet
    this.#prepared = await this.#gateway?.prepare(await this.#read(source))
  }

  #take(): Serving {
    const gateway = this.#gateway
    if (gateway === undefined || this.#prepared === undefined) throw new Error('nothing was prepared')
    this.#prepared.take()
    this.#prepared = undefined
    this.#hush.isOn = false
    return servingOf(gateway)
  }

  async #drop(): Promise<void> {
    await this.#prepared?.drop()
    this.#prepared = undefined
    this.#hush.isOn = false
  }

  async #stop(): Promise<boolean> {
    const total = this.#gateway?.current.config.values.server.shutdown.total_timeout
    if (total !== undefined) setTimeout(() => process.exit(1), total).unref()
    await this.#drop()
    const isClean = (await this.#gateway?.stop()) ?? true
    // Behind the answer, if somebody asked.
    setImmediate(() => this.#rpc.flush(() => process.exit(isClean ? 0 : 1)))
    return isClean
  }

  #read({ texts, previous }: Omit<Preparation, 'isQuiet'>): Promise<ReadConfig> {
    const { cwd, env } = this.#options
    return readConfig({ cwd, env, flags: this.#flags, previous, readText: new KeptTexts(texts).read } satisfies Origin)
  }
}

function servingOf({ facts, current }: Gateway): Serving {
  const { file, dotenv } = current.config
  return { facts, files: [...current.files], from: { file, dotenv } }
}
