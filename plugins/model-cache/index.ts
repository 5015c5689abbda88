/** Keeps the models that providers listed, so that a gateway that starts while a provider is away knows them. */

import { resolve } from 'node:path'
import { definePlugin, type OptionsOf } from '../../core/index.ts'
import { cacheDirectory } from './cache-directory.ts'
import { Folder } from './folder.ts'
import { KeptModels } from './kept-models.ts'
import { RedisHash } from './redis-hash.ts'
import { schema } from './schema.ts'
import type { Shelf } from './shelf.ts'

export default definePlugin({
  name: 'model-cache',
  description: 'Keeps the models that providers listed, for a start at which they are away.',
  schema,
  provides: 'modelCache',
  needs: ['providers'],
  setup({ options, services: { providers, clock, pipelines }, log }) {
    const shelves = shelvesOf(options)
    const isNeeded = options.cache_dir === undefined && !started.has(pipelines)
    const kept = new KeptModels({
      shelves, providers: providers.values(), clock,
      needed: isNeeded ? shelves.find(shelf => shelf instanceof RedisHash) : undefined,
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
function shelvesOf({ redis_url: url, redis_key: key, redis_ttl: ttlMs, cache_dir: folder }: OptionsOf<typeof schema>): readonly Shelf[] {
  if (url === undefined) return [new Folder(folder === undefined ? cacheDirectory() : resolve(folder))]
  const redis = new RedisHash({ url, key, ttlMs })
  return folder === undefined ? [redis] : [redis, new Folder(resolve(folder))]
}
