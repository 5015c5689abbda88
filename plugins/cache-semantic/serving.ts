/** What the plugin taps once it is on. */

import type { OptionsOf, SetupContext, Taps } from '../../core/index.ts'
import { readAgain } from '../shared/records/read-again.ts'
import { layerFacts } from '../shared/cache/layer-facts.ts'
import { cacheMeters } from '../shared/cache/meters.ts'
import { Outage } from '../shared/cache/outage.ts'
import { WriteQueue } from '../shared/cache/write-queue.ts'
import { Embedder } from './embedder.ts'
import { chosenEmbedder } from './embedder-choice.ts'
import type { schema } from './schema.ts'
import { Search } from './search.ts'
import { SemanticCache } from './semantic-cache.ts'

const cleanupMs = 3_600_000

export function serving({ options, services, log, signal }: SetupContext<OptionsOf<typeof schema>, 'vectors' | 'cacheLayers' | 'providers' | 'models'>): Taps {
  const { vectors, cacheLayers, providers, models, pipelines, clock, meter } = services
  const outage = new Outage(clock, log, 'the semantic cache failed; going on without it')
  const meters = cacheMeters(meter, 'semantic')
  const chosen = chosenEmbedder(options, providers)
  const embedder = new Embedder(pipelines, models, chosen)
  const writes = new WriteQueue({ clock, store: 'the vector store', dropped: meters.dropped, failed: cause => outage.complain(cause) })
  const semantic = new SemanticCache({ options, search: new Search({ embedder, vectors, outage, clock }), embedder, vectors, writes, clock, meters })
  const clear = (model: string | undefined) => {
    semantic.clear()
    return vectors.clear(model, signal)
  }
  const facts = { ...layerFacts(options), embedder: `${chosen.provider.name}/${chosen.model}`, similarity_threshold: options.similarity_threshold }
  const withdraw = [() => writes.close(), cacheLayers.add({ name: 'semantic', facts, clear })]
  const cleanUp = () => vectors.expire(Math.floor(clock.now() / 1000), signal)
  return {
    async open() {
      await vectors.open?.()
    },
    start() {
      withdraw.push(readAgain(clock, cleanupMs, cleanUp, cause => outage.complain(cause)))
    },
    lookup: exchange => semantic.lookup(exchange),
    response: exchange => semantic.keepPlain(exchange),
    stream: 'pass',
    finished: exchange => semantic.keepStream(exchange),
    close() {
      for (const end of withdraw) end()
    },
  }
}
