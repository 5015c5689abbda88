/** Keeps the models that providers listed, so that a gateway that starts while a provider is away knows them. */

import { resolve } from 'node:path'
import { definePlugin, type OptionsOf } from '../../core/index.ts'
import { cacheDirectory } from './cache-directory.ts'
import { Folder } from './folder.ts'
import { KeptModels } from './kept-models.ts'
import { schema } from './schema.ts'
import type { ListStore } from './list-store.ts'

export default definePlugin({
  name: 'model-cache',
  description: 'Keeps the models that providers listed, for a start at which they are away.',
  schema,
  provides: 'modelCache',
  needs: ['providers'],
  async setup({ options, services: { providers, clock, pipelines }, log }) {
    const redis = await redisOf(options)
    const stores = storesOf(redis, options.cache_dir)
    const isNeeded = options.cache_dir === undefined && !started.has(pipelines)
    const kept = new KeptModels({
      stores,
      providers: providers.values(),
      clock,
      needed: isNeeded ? redis : undefined,
      warn: (facts, message) => log.warn(facts, message),
    })
    return {
      service: kept,
      async open() {
        await kept.open()
        started.add(pipelines)
      },
      close: () => kept.close(),
    }
  },
})

/** Gateways that run, by what all their configurations share: a reload must not fail for lists that nobody needs any more. */
const started = new WeakSet<object>()

/** Redis counts before the folder, which is used beside it only where somebody names one. */
function storesOf(redis: ListStore | undefined, folder: string | undefined): readonly ListStore[] {
  if (redis === undefined) return [new Folder(folder === undefined ? cacheDirectory() : resolve(folder))]
  return folder === undefined ? [redis] : [redis, new Folder(resolve(folder))]
}

async function redisOf({ redis_url: url, redis_key: key, redis_ttl: ttlMs }: OptionsOf<typeof schema>): Promise<ListStore | undefined> {
  if (url === undefined) return undefined
  const { RedisHash } = await import('./redis-hash.ts')
  return new RedisHash({ url, key, ttlMs })
}
