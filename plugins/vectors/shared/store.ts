/** The service `vectors` over one database: nothing is opened before a cache asks, and what fails says whose failure it is. */

import { StorageUnavailable, type Health, type SetupContext, type Taps, type VectorEntry, type VectorMatch, type VectorStore } from '../../../core/index.ts'
import { UnfitDatabase, type VectorDatabase } from './vector-database.ts'

/** Vectors are of 32 bits: what lies behind these digits is noise, and equal vectors must be equal. */
const digits = 1e6

/** What a plugin taps whose service is this database. @param name for people: `Qdrant`, `pgvector` … */
export function serving(
  name: string,
  database: VectorDatabase,
  { services: { health }, signal }: Pick<SetupContext<unknown>, 'services' | 'signal'>,
): Taps<'vectors'> {
  return { service: new Store(name, database, health, signal), close: () => database.close() }
}

class Store implements VectorStore {
  readonly #name: string
  readonly #database: VectorDatabase
  readonly #health: Health
  readonly #closed: AbortSignal
  #prepared: Promise<void> | undefined

  /** @param closed aborted when the store is closed */
  constructor(name: string, database: VectorDatabase, health: Health, closed: AbortSignal) {
    this.#name = name
    this.#database = database
    this.#health = health
    this.#closed = closed
  }

  /** A database that is away is prepared when it is back. @throws UnfitDatabase */
  async open(): Promise<void> {
    this.#closed.addEventListener(
      'abort',
      this.#health.check('vectors', () => this.#probe()),
    )
    await this.#asked(this.#closed, () => Promise.resolve()).catch((cause: unknown) => {
      if (cause instanceof UnfitDatabase) throw cause
    })
  }

  async nearest(vector: Float32Array, namespace: string, nowSeconds: number, signal: AbortSignal): Promise<VectorMatch | undefined> {
    const match = await this.#asked(signal, ended => this.#database.nearest(vector, namespace, nowSeconds, ended))
    return match === undefined ? undefined : { ...match, similarity: Math.round(match.similarity * digits) / digits }
  }

  put(entry: VectorEntry, signal: AbortSignal): Promise<boolean> {
    return this.#asked(signal, ended => this.#database.put(entry, ended))
  }

  expire(nowSeconds: number, signal: AbortSignal): Promise<void> {
    return this.#asked(signal, ended => this.#database.forget({ expiredAt: nowSeconds }, ended))
  }

  clear(model: string | undefined, signal: AbortSignal): Promise<void> {
    return this.#asked(signal, ended => this.#database.forget(model === undefined ? 'all' : { model }, ended))
  }

  ping(signal: AbortSignal): Promise<void> {
    return this.#asked(signal, ended => this.#database.ping(ended))
  }

  /** Nobody depends on a store that was closed. */
  async #probe(): Promise<'ok' | 'down'> {
    return await this.ping(this.#closed).then(
      () => 'ok' as const,
      () => (this.#closed.aborted ? ('ok' as const) : ('down' as const)),
    )
  }

  /** @throws UnfitDatabase, or StorageUnavailable for all else */
  async #asked<T>(signal: AbortSignal, work: (ended: AbortSignal) => Promise<T>): Promise<T> {
    const ended = AbortSignal.any([signal, this.#closed])
    try {
      this.#prepared ??= this.#database.prepare(this.#closed)
      const prepared = this.#prepared
      await unlessEnded(() => prepared, ended)
      return await unlessEnded(() => work(ended), ended)
    } catch (cause) {
      if (!ended.aborted) this.#prepared = undefined
      throw this.#named(cause)
    }
  }

  #named(cause: unknown): Error {
    const message = `${this.#name}: ${wordsOf(cause)}`
    return cause instanceof UnfitDatabase ? new UnfitDatabase(message, { cause: cause.cause }) : new StorageUnavailable(message, { cause })
  }
}

/** What comes after the end is nobody's. */
async function unlessEnded<T>(work: () => Promise<T>, ended: AbortSignal): Promise<T> {
  ended.throwIfAborted()
  const end = Promise.withResolvers<never>()
  const cut = () => end.reject(ended.reason as Error)
  ended.addEventListener('abort', cut, { once: true })
  try {
    return await Promise.race([work(), end.promise])
  } finally {
    ended.removeEventListener('abort', cut)
  }
}

/** Clients say `fetch failed`, and why in the cause. */
function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const deeper = cause.cause instanceof Error ? wordsOf(cause.cause) : ''
  const own = cause.message === '' && cause instanceof AggregateError ? cause.errors.map(wordsOf).join(', ') : cause.message
  return [own, ...(own.includes(deeper) ? [] : [deeper])].join(': ')
}
