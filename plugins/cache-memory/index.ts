/** A cache store in this process's memory: the least recently used goes first, bounded by bytes. */

import { LRUCache } from 'lru-cache'
import { definePlugin, type OptionsSchema } from '../../core/index.ts'

/** What an entry takes besides its key and value, about. */
const overheadBytes = 256

const schema = {
  type: 'object',
  properties: {
    max_bytes: {
      type: 'number',
      format: 'size',
      minimum: 1,
      default: '64M',
      setting: 'cache.response.simple.memory.max_bytes',
      env: 'RESPONSE_CACHE_MEMORY_MAX',
      description: 'How much memory the entries may take.',
    },
  },
} as const satisfies OptionsSchema

export default definePlugin({
  name: 'cache-memory',
  description: 'Keeps cache entries in memory.',
  schema,
  provides: 'cache',
  setup({ options, services: { clock } }) {
    const entries = new LRUCache<string, Buffer>({
      maxSize: options.max_bytes,
      sizeCalculation: (value, key) => value.length + 2 * key.length + overheadBytes,
      ttlResolution: 0,
      perf: { now: () => clock.elapsed() + 1 }, // lru-cache takes 0 for "never"
    })
    return {
      service: {
        get: key => entries.get(key),
        set(key: string, value: Buffer, ttlMs: number) {
          entries.set(key, value, { ttl: Math.ceil(ttlMs) })
        },
        delete(key: string) {
          entries.delete(key)
        },
        clear(prefix: string, isWanted = (_: string) => true) {
          for (const key of entries.keys()) if (key.startsWith(prefix) && isWanted(key)) entries.delete(key)
        },
      },
      close: () => entries.clear(),
    }
  },
})
