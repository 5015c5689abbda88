/** The connection to MongoDB, or to a server that speaks its protocol; and what its failures mean. */

import type { Db, MongoClient } from 'mongodb'
import { StorageUnavailable, type Clock, type Timer } from '../../../core/index.ts'
import { Heartbeat } from './heartbeat.ts'

type Driver = typeof import('mongodb')

/** How long a reachable server is looked for. */
const selectionMs = 5_000
/** A server that says nothing for so long is away. */
const silenceMs = 30_000
/** So long after a server was lost, what it was asked before has had an answer, tried twice; else the driver waits for a socket that is gone. */
const lostMs = 2 * (selectionMs + silenceMs)

const defaultDatabase = 'tapline'

/** What a server says that takes no writes at the moment, or has no room: a shutdown, an election, a full disk. */
const refusals = [6, 7, 89, 91, 189, 365, 9001, 10107, 11600, 11601, 11602, 13435, 13436, 14031]
/** What it says of work that it gave up: a lock or a limit of time that passed, a write in another's way, a cursor that a restart took away. */
const givenUp = [24, 43, 50, 64, 112, 175, 202, 237, 262]
/** What it says of a password or a user that is not known now, or has lost a right; Atlas has a number of its own for it. */
const strangers = [13, 18, 8000]
const awayCodes = new Set([...refusals, ...givenUp, ...strangers])
const awayNames =
  /^Mongo(Network|NetworkTimeout|ServerSelection|NotConnected|TopologyClosed|ServerClosed|ClientClosed|PoolClosed|PoolCleared|WaitQueueTimeout|OperationTimeout|ExpiredSession)Error$/

export class Connection {
  readonly client: MongoClient
  readonly database: Db
  /** For people; without credentials. */
  readonly name: string
  readonly #clock: Clock
  readonly #pulse: Heartbeat
  /** How to end what asks the server at the moment. */
  readonly #asking = new Set<(cause: Error) => void>()
  /** Set from when the driver was found stuck until it has connected again. */
  #isStuck = false
  #connecting: Promise<unknown> | undefined
  readonly #losses = new Set<Timer>()
  #isClosed = false

  private constructor(client: MongoClient, database: string, clock: Clock) {
    this.client = client
    this.database = client.db(database)
    this.name = `MongoDB at ${client.options.hosts.join(', ') || client.options.srvHost}, database ${database}`
    this.#clock = clock
    this.#pulse = new Heartbeat(client, clock, address => this.#startAnew(address))
    client.on('serverDescriptionChanged', ({ newDescription: { type } }) => {
      if (type === 'Unknown') this.#forgetLater()
    })
  }

  /**
   * Connects to nothing yet.
   * @param database beats the one that the URL names
   * @throws Error if the URL is none, without its password
   */
  static async to(url: string, database: string | undefined, clock: Clock): Promise<Connection> {
    const driver: Driver = await import('mongodb')
    return new Connection(clientOf(driver, url), database ?? databaseIn(url) ?? defaultDatabase, clock)
  }

  /** Runs what asks the server. @throws StorageUnavailable if it is away, which the same call may find otherwise later */
  async reach<T>(asking: () => Promise<T>): Promise<T> {
    try {
      if (this.#isStuck) await this.#connected()
      return await this.#untilStuck(asking())
    } catch (cause) {
      throw isAway(cause) ? new StorageUnavailable(`${this.name}: ${(cause as Error).message}`, { cause }) : cause
    }
  }

  async ping(): Promise<void> {
    await this.reach(async () => await this.database.command({ ping: 1 }))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#pulse.close()
    for (const timer of this.#losses) timer.cancel()
    await this.client.close()
  }

  #untilStuck<T>(asked: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#asking.add(reject)
      asked.then(resolve, reject).finally(() => this.#asking.delete(reject))
    })
  }

  /** What the driver has under way may never end; the next call connects again. */
  #startAnew(address: string): void {
    if (this.#isClosed) return
    this.#isStuck = true
    for (const end of this.#asking) end(new StorageUnavailable(`${this.name}: the driver does not look after ${address} any more`))
    this.#connecting = this.client
      .close()
      .catch(() => {})
      .then(() => {
        this.#connecting = undefined
      })
  }

  #forgetLater(): void {
    const asking = [...this.#asking]
    if (this.#isClosed || asking.length === 0) return
    const cause = new StorageUnavailable(`${this.name} was lost, and what it was asked was never answered`)
    const timer = this.#clock.after(lostMs, () => {
      this.#losses.delete(timer)
      for (const end of asking) end(cause)
    })
    this.#losses.add(timer)
  }

  async #connected(): Promise<void> {
    await this.#connecting
    if (this.#isClosed || !this.#isStuck) return
    await (this.#connecting ??= this.client
      .connect()
      .then(() => {
        this.#isStuck = false
      })
      .finally(() => {
        this.#connecting = undefined
      }))
  }
}

function clientOf({ MongoClient }: Driver, url: string): MongoClient {
  try {
    return new MongoClient(url, { ...defaultsOf(url), appName: 'tapline', ignoreUndefined: true })
  } catch (cause) {
    // oxlint-disable-next-line preserve-caught-error -- it may quote the URL, password and all
    throw new Error(`storage.mongodb.url is no URL of MongoDB: ${(cause as Error).message.replaceAll(url, '…')}`)
  }
}

/** Limits that the URL leaves to us. */
function defaultsOf(url: string): Readonly<Record<string, number>> {
  const limits = { serverSelectionTimeoutMS: selectionMs, connectTimeoutMS: selectionMs, socketTimeoutMS: silenceMs }
  return Object.fromEntries(Object.entries(limits).filter(([name]) => !url.toLowerCase().includes(`${name.toLowerCase()}=`)))
}

function databaseIn(url: string): string | undefined {
  const [, path] = /^mongodb(?:\+srv)?:\/\/[^/]*\/([^?]+)/.exec(url) ?? []
  return path === undefined ? undefined : decodeURIComponent(path)
}

/** @param cause what the driver throws; of many writes, also what became of each */
function isAway(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false
  return awayNames.test(cause.name) || awayCodes.has(Number((cause as { code?: unknown }).code))
}
