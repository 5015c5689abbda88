/** Remembers responses: resolves what requests refer to, stores what was answered, and serves the life of what is stored. */

import { definePlugin } from '../../core/index.ts'
import { orRefusal } from '../../core/pipeline/verdict.ts'
import { Background } from './background.ts'
import { Keeper, wantsStore } from './keeper.ts'
import { Lifecycle } from './lifecycle.ts'
import { NativeResponses } from './native.ts'
import type { OpenResponse } from './open.ts'
import { ownedObjects } from './owned-objects.ts'
import { heldBytes } from './record.ts'
import { Resolver } from './resolver.ts'
import { Review } from './review.ts'
import { schema } from './schema.ts'
import { storeFailures } from './store-failures.ts'
import { ResponseStore } from './store.ts'
import { Sweep } from './sweep.ts'

const dayMs = 24 * 3600 * 1000

export default definePlugin({
  name: 'stored-responses',
  description: 'Stores responses, and resolves references to them and to conversations.',
  schema,
  provides: 'ownedObjects',
  needs: ['storage', 'conversations', 'providers'],
  wants: ['usage'],
  edits: false,
  // What is asked of providers may take as long as a call.
  timeoutMs: 0,
  setup({ options, services: { storage, conversations, providers, usage, pipelines, clock, meter }, log }) {
    const open = storage.records<OpenResponse>('open_responses')
    const store = new ResponseStore({
      responses: storage.records('responses'),
      open,
      items: storage.records('response_items'),
      clock,
      keepMs: options.keep_days * dayMs,
      failed: storeFailures(meter, log),
    })
    const native = new NativeResponses(providers)
    const review = new Review(pipelines)
    const background = new Background({ store, conversations, providers, usage, clock, review })
    const lifecycle = new Lifecycle(store, native, background, review)
    const sweep = new Sweep({ store, open, leases: storage.records('leases'), native, background, pipelines, clock, log })
    const resolver = new Resolver({ store, conversations })
    const keeper = new Keeper(store, resolver)

    return {
      service: ownedObjects(store),
      route(exchange) {
        if (exchange.operation === 'responses_lifecycle') return orRefusal(lifecycle.answer(exchange))
        if (wantsStore(exchange)) exchange.holdBytes = heldBytes
        keeper.watch(exchange)
        const resolving = resolver.resolve(exchange)
        return resolving === undefined ? undefined : orRefusal(resolving)
      },
      attempt: (exchange, attempt) => resolver.takeKey(exchange, attempt),
      response: exchange => keeper.keepReply(exchange),
      stream: {
        awaitsLast: exchange => keeper.isConcerned(exchange),
        last: (event, exchange) => keeper.keepLast(event, exchange),
      },
      complete: exchange => keeper.keepBegun(exchange),
      start: () => sweep.start(),
      async close() {
        await sweep.close()
        await store.settled()
      },
    }
  },
})
