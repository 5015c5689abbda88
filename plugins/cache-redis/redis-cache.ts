/** Bytes in Redis, which forgets them when their time is over. Where it is away, every call fails at once: callers do without. */

import type { Redis } from 'ioredis'
import { StorageUnavailable, type CacheStore } from '../../core/index.ts'
import { probeRedis, redisAt } from '../shared/redis.ts'

const commandMs = 5_000
/** How many keys Redis looks at in one step of a search. */
const scanned = '1000'

export interface RedisCacheOptions {
  readonly url: string
  /** Of all keys. */
  readonly prefix: string
  /** Somebody begins to use it. */
  readonly opened: (cache: RedisCache) => void
}

export class RedisCache implements CacheStore {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #opened: (cache: RedisCache) => void
  #opening: Promise<void> | undefined
  /** Why there is no connection. */
  #lost: Error | undefined

  constructor({ url, prefix, opened }: RedisCacheOptions) {
    this.#prefix = prefix
    this.#opened = opened
    this.#redis = redisAt(url, commandMs)
    this.#redis
      .on('error', (cause: Error) => {
        this.#lost = cause
      })
      .on('ready', () => {
        this.#lost = undefined
      })
  }

  /** Connects; where that fails, it goes on trying. */
  open(): Promise<void> {
    if (this.#opening !== undefined) return this.#opening
    this.#opened(this)
    return (this.#opening = this.#redis.connect().catch(() => {})) // told by 'error'
  }

  /** Where nobody opened it, nothing is said to Redis. */
  async close(): Promise<void> {
    if (this.#opening !== undefined) await this.#redis.quit().catch(() => {})
    this.#redis.disconnect()
  }

  async probe(): Promise<'ok' | 'down'> {
    return await probeRedis(this.#redis)
  }

  async get(key: string): Promise<Buffer | undefined> {
    return (await this.#answered(this.#redis.getBuffer(this.#prefix + key))) ?? undefined
  }

  async set(key: string, value: Buffer, ttlMs: number): Promise<void> {
    await this.#answered(this.#redis.set(this.#prefix + key, value, 'PX', Math.ceil(ttlMs)))
  }

  async delete(key: string): Promise<void> {
    await this.#answered(this.#redis.unlink(this.#prefix + key))
  }

  async clear(prefix: string, isWanted: (key: string) => boolean = () => true): Promise<void> {
    let cursor = '0'
    do {
      const [next, found] = await this.#answered(this.#redis.scan(cursor, 'MATCH', `${literally(this.#prefix + prefix)}*`, 'COUNT', scanned))
      const unwanted = found.filter(key => isWanted(key.slice(this.#prefix.length)))
      if (unwanted.length > 0) await this.#answered(this.#redis.unlink(...unwanted))
      cursor = next
    } while (cursor !== '0')
  }

  /** @throws StorageUnavailable */
  async #answered<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked
    } catch (cause) {
      const reason = this.#lost ?? (cause as Error)
      throw new StorageUnavailable(`Redis: ${reason.message}`, { cause: reason })
    }
  }
}

/** A text in a pattern of Redis that means only itself. */
function literally(text: string): string {
  return text.replace(/[\\*?[\]^]/g, String.raw`\$&`)
}
