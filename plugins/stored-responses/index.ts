/** Remembers responses: resolves what requests refer to, stores what was answered, and serves the life of what is stored. */

import { definePlugin, slot, type Attempt } from '../../core/index.ts'
import { orRefusal } from '../../core/pipeline/verdict.ts'
import { Background } from './background.ts'
import { Keeper, wantsStore } from './keeper.ts'
import { Lifecycle } from './lifecycle.ts'
import { NativeResponses } from './native.ts'
import type { OpenResponse } from './open.ts'
import { ownedObjects } from './owned-objects.ts'
import type { StoredResponse } from './record.ts'
import { resolve, type Resolved } from './references.ts'
import { Review } from './review.ts'
import { schema } from './schema.ts'
import { answerIn } from './snapshot.ts'
import { ResponseStore } from './store.ts'
import { Sweep } from './sweep.ts'

const dayMs = 24 * 3600 * 1000
/** What is held of an answer, so that it can be stored whole. */
const heldBytes = 64 * 1024 * 1024

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
  setup({ options, services, log }) {
    const { storage, conversations, providers, pipelines, clock, meter } = services
    const usage = services.usage
    const failures = meter.counter('response_snapshot_store_failures_total', 'Responses that could not be stored, by provider.', [
      'provider',
      'provider_name',
      'operation',
    ])
    const failed = (cause: unknown, operation: string, record: StoredResponse | undefined) => {
      failures(1, record?.provider_type ?? '', record?.provider ?? '', operation)
      log.warn({ err: cause, operation }, 'a response could not be stored')
    }
    const open = storage.records<OpenResponse>('open_responses')
    const store = new ResponseStore({
      responses: storage.records('responses'),
      open,
      items: storage.records('response_items'),
      clock,
      keepMs: options.keep_days * dayMs,
      failed,
    })
    const native = new NativeResponses(providers)
    const review = new Review(pipelines)
    const background = new Background({ store, conversations, providers, usage, clock, review })
    const lifecycle = new Lifecycle(store, native, background, review)
    const sweep = new Sweep({ store, open, leases: storage.records('leases'), native, background, pipelines, clock, log })
    const keeper = new Keeper(store)
    const resolved = slot<Resolved>()

    return {
      service: ownedObjects(store),
      route(exchange) {
        if (exchange.operation === 'responses_lifecycle') return orRefusal(lifecycle.answer(exchange))
        if (wantsStore(exchange)) exchange.holdBytes = heldBytes
        const resolving = resolve(exchange, { store, conversations })?.then(found => {
          if (found === undefined) return
          resolved.set(exchange, found)
          exchange.cache = 'bypass'
          exchange.holdBytes = heldBytes
        })
        return resolving === undefined ? undefined : orRefusal(resolving)
      },
      /** A provider knows an earlier response under the key that it was made with. */
      attempt(exchange, attempt) {
        const key = resolved.get(exchange)?.key
        if (key !== undefined) takeKey(attempt, key)
      },
      response(exchange) {
        const { reply } = exchange
        const references = resolved.get(exchange)
        if (reply?.status !== 200 || !keeper.isConcerned(exchange, references)) return undefined
        const { document } = reply
        return keeper.keep(exchange, document === undefined ? undefined : answerIn(document, document.root), references)
      },
      stream: {
        awaitsLast: exchange => keeper.isConcerned(exchange, resolved.get(exchange)),
        last: ({ document }, exchange) =>
          keeper.keep(exchange, document === undefined ? undefined : answerIn(document, document.root.get('response')), resolved.get(exchange)),
      },
      start: () => sweep.start(),
      async close() {
        await sweep.close()
        await store.settled()
      },
    }
  },
})

function takeKey(attempt: Attempt, { provider, fingerprint }: NonNullable<Resolved['key']>): void {
  const key = attempt.target.provider.name === provider && attempt.retry === 0 ? attempt.target.provider.keys.withFingerprint(fingerprint) : undefined
  if (key !== undefined) attempt.key = key
}
