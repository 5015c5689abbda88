/** A worker: serves the port beside others, as the first process tells it. */

import cluster from 'node:cluster'
import type { DestinationStream } from 'pino'
import { KeptTexts } from '../config/kept-texts.ts'
import { Gateway, type GatewayOptions, type Prepared } from '../gateway/gateway.ts'
import { readConfig, type Origin, type ReadConfig } from '../gateway/load-for.ts'
import { makeLog } from '../gateway/log.ts'
import { HushedLog } from './hushed-log.ts'
import type { Beginning, Preparation, Serving } from './talk.ts'
import { WorkerProcesses } from './worker-processes.ts'
import { isPacket, Wire } from './wire.ts'

/** Real time, this directory, this environment. */
export type WorkerGround = Omit<GatewayOptions, 'flags' | 'log' | 'processes'>

/** @throws Error where no first process started this one */
export function serveAsWorker(ground: WorkerGround): void {
  const { worker } = cluster
  if (worker === undefined) throw new Error('a worker is started by the program itself: tapline --workers 2')
  // Node would end a worker at once whose first process is gone.
  worker.exitedAfterDisconnect = true
  const wire = new Wire((packet, sent) => {
    if (process.connected) process.send?.(packet, undefined, undefined, () => sent())
    else sent()
  })
  const serving = new ServingWorker(ground, wire)
  process.on('message', message => { if (isPacket(message)) wire.hear(message) })
  void wire.ask('hello').catch(() => {}) // the first process is gone: 'disconnect' tells
  process.on('disconnect', () => {
    wire.close('the first process is gone')
    void serving.stop()
  })
  process.on('SIGTERM', () => { void serving.stop() })
  process.on('SIGQUIT', () => process.exit(1))
  // They are for the first process, which tells.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
}

class ServingWorker {
  readonly #ground: WorkerGround
  readonly #wire: Wire
  readonly #hush = new HushedLog()
  #flags: Beginning['flags'] = {}
  #gateway: Gateway | undefined
  #prepared: Prepared | undefined
  #stopping: Promise<boolean> | undefined

  constructor(ground: WorkerGround, wire: Wire) {
    this.#ground = ground
    this.#wire = wire
    wire.answer('begin', (beginning: Beginning) => this.#begin(beginning))
    wire.answer('prepare', (preparation: Preparation) => this.#prepare(preparation))
    wire.answer('take', () => this.#take())
    wire.answer('drop', () => this.#drop())
    wire.answer('stop', () => this.stop())
  }

  /** Finishes what runs, and ends the process. Resolves to whether nothing was cut, and is told before the end. */
  stop(): Promise<boolean> {
    return this.#stopping ??= this.#stop()
  }

  async #begin({ flags, isQuiet, ...source }: Beginning): Promise<Serving> {
    this.#flags = flags
    this.#hush.isOn = isQuiet
    const read = await this.#read(source)
    const { logger, flush } = await makeLog(read.config.values.logging_runtime, (to: DestinationStream) => this.#hush.over(to))
    process.on('exit', flush)
    process.on('unhandledRejection', cause => { logger.error({ err: cause }, 'a promise was rejected and nobody took care of it') })
    this.#gateway = await Gateway.start({ ...this.#ground, flags, log: logger, read, processes: new WorkerProcesses(this.#wire) })
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
    const isClean = await this.#gateway?.stop() ?? true
    // Behind the answer, if somebody asked.
    setImmediate(() => this.#wire.flush(() => process.exit(isClean ? 0 : 1)))
    return isClean
  }

  #read({ texts, previous }: Omit<Preparation, 'isQuiet'>): Promise<ReadConfig> {
    const { cwd, env } = this.#ground
    return readConfig({ cwd, env, flags: this.#flags, previous, readText: new KeptTexts(texts).read } satisfies Origin)
  }
}

function servingOf({ facts, current: { files, config: { file, dotenv } } }: Gateway): Serving {
  return { facts, files: [...files], from: { file, dotenv } }
}
