/** Connections to Redis as plugins want them: a command fails at once while there is none, and one is tried to be made again and again. */

import { Redis } from 'ioredis'

const connectMs = 5_000
const longestReconnectMs = 2_000

/** One that connects when it is told to. @param commandMs how long a command may take */
export function redisAt(url: string, commandMs: number): Redis {
  return new Redis(url, {
    lazyConnect: true,
    connectTimeout: connectMs,
    commandTimeout: commandMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    enableAutoPipelining: true,
    retryStrategy: times => Math.min(times * 100, longestReconnectMs),
  })
}

/** For health checks. */
export async function probeRedis(redis: Redis): Promise<'ok' | 'down'> {
  return await redis.ping().then(
    () => 'ok' as const,
    () => 'down' as const,
  )
}
