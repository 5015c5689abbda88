/** Lists in Redis: one hash, of a list for each provider. */

import type { Redis } from 'ioredis'
import type { ListStore } from './list-store.ts'
import { redisAt } from '../shared/redis.ts'

const commandMs = 2_000

export interface RedisHashOptions {
  readonly url: string
  readonly key: string
  readonly ttlMs: number
}

export class RedisHash implements ListStore {
  readonly name = 'Redis'
  readonly keepsMs: number
  readonly #key: string
  readonly #redis: Redis

  constructor({ url, key, ttlMs }: RedisHashOptions) {
    this.keepsMs = ttlMs
    this.#key = key
    this.#redis = redisAt(url, commandMs)
    this.#redis.on('error', () => {}) // who asks for something is told
  }

  async read(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (this.#redis.status === 'wait') await this.#redis.connect()
    const texts = ids.length === 0 ? await this.#redis.ping().then(() => []) : await this.#redis.hmget(this.#key, ...ids)
    return new Map(ids.flatMap((id, at) => (typeof texts[at] === 'string' ? [[id, texts[at]] as const] : [])))
  }

  async write(id: string, text: string): Promise<void> {
    const answers = await this.#redis.multi().hset(this.#key, id, text).pexpire(this.#key, this.keepsMs).exec()
    const refused = answers?.find(([cause]) => cause !== null)?.[0]
    // The error itself has the whole command, which would be logged with it.
    if (refused !== null && refused !== undefined) throw new Error(refused.message)
  }

  async close(): Promise<void> {
    if (this.#redis.status !== 'wait') await this.#redis.quit().catch(() => {})
    this.#redis.disconnect()
  }
}
