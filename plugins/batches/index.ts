/** Serves batches to OpenAI's and to Anthropic's clients: run by the provider where it has such an API, else by the gateway. */

import { definePlugin, type Exchange, type Reply } from '../../core/index.ts'
import { scopeOf } from '../shared/objects/ownership.ts'
import { orStoreRefusal } from '../shared/objects/store-refusal.ts'
import { AnthropicRoutes } from './anthropic-routes.ts'
import { BatchService } from './batch-service.ts'
import { OpenAiRoutes } from './openai-routes.ts'
import { Runner } from './runner.ts'
import { schema } from './schema.ts'
import { BatchStore } from './store.ts'
import { unguarded } from './unguarded.ts'
import { BatchWorker } from './worker.ts'

export default definePlugin({
  name: 'batches',
  description: 'Serves /v1/batches and /v1/messages/batches.',
  schema,
  provides: 'ownedObjects',
  needs: ['storage', 'providers', 'files', 'usage'],
  // A long input takes its time; what is asked of providers has limits of its own.
  timeoutMs: 0,
  setup({ options, log, services: { storage, providers, files, usage, pipelines: whole, clock, health } }) {
    const pipelines = options.guarded ? whole : unguarded(whole)
    const store = new BatchStore(storage)
    const worker = new BatchWorker({
      store,
      files,
      pipelines,
      usage,
      providers,
      clock,
      log,
      concurrency: options.concurrency,
      isDraining: () => health.draining,
    })
    const runner = new Runner({ store, worker, leases: storage.records('leases'), clock, log, pollMs: options.poll_interval })
    const service = new BatchService({ store, files, pipelines, clock, maxRequests: options.max_requests }, { worker, runner, providers })
    const routes: Readonly<Record<string, (exchange: Exchange) => Promise<Reply>>> = {
      batches: exchange => new OpenAiRoutes(service, exchange).answer(),
      message_batches: exchange => new AnthropicRoutes(service, exchange, options.public_url).answer(),
    }
    return {
      service: [{ kind: 'batches', isReached: async ({ caller }, id, provider) => await store.isOnRecord(id, provider, scopeOf(caller)) }],
      route(exchange) {
        const answer = routes[exchange.operation]
        return answer === undefined ? undefined : orStoreRefusal(answer(exchange))
      },
      start: () => runner.start(),
      close: () => runner.close(),
    }
  },
})
