/** The connection to MongoDB, or to a server that speaks its protocol; and what its failures mean. */

import type { Db, MongoClient } from 'mongodb'
import { StorageUnavailable } from '../../../core/index.ts'

type Driver = typeof import('mongodb')

/** How long a reachable server is looked for. */
const selectionMs = 5_000
/** A server that says nothing for so long is away. */
const silenceMs = 30_000

const defaultDatabase = 'tapline'

/** What a server says that takes no writes at the moment, or has no room: a shutdown, an election, a full disk. */
const awayCodes = new Set([6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436, 14031])
const awayNames = /^Mongo(Network|NetworkTimeout|ServerSelection|NotConnected|TopologyClosed|ServerClosed|ClientClosed|PoolClosed|PoolCleared|WaitQueueTimeout|OperationTimeout|ExpiredSession)Error$/

export class Connection {
  readonly client: MongoClient
  readonly database: Db
  /** For people; without credentials. */
  readonly name: string

  private constructor(client: MongoClient, database: string) {
    this.client = client
    this.database = client.db(database)
    this.name = `MongoDB at ${client.options.hosts.join(', ') || client.options.srvHost}, database ${database}`
  }

  /**
   * Connects to nothing yet.
   * @param database beats the one that the URL names
   * @throws Error if the URL is none, without its password
   */
  static async to(url: string, database: string | undefined): Promise<Connection> {
    const driver: Driver = await import('mongodb')
    return new Connection(clientOf(driver, url), database ?? databaseIn(url) ?? defaultDatabase)
  }

  /** Runs what asks the server. @throws StorageUnavailable if it is away, which the same call may find otherwise later */
  async reach<T>(asking: () => Promise<T>): Promise<T> {
    try {
      return await asking()
    } catch (cause) {
      throw isAway(cause) ? new StorageUnavailable(`${this.name}: ${(cause as Error).message}`, { cause }) : cause
    }
  }

  async ping(): Promise<void> {
    await this.reach(async () => await this.database.command({ ping: 1 }))
  }

  async close(): Promise<void> {
    await this.client.close()
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
