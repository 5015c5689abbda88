/** The endpoints of the caches in the admin API. */

import { gatewayError, type AdminCall, type AdminEndpoint, type CacheLayer, type Processes, type UsageLedger } from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import type { Sum } from '../../core/storage/journal.ts'
import { periods } from '../../core/storage/periods.ts'
import { rangeOf, rangeParameters } from '../shared/admin/ranges.ts'
import file from '../../schemas/admin/cache.schema.json' with { type: 'json' }
import type { CacheOverview } from '../../schemas/admin/cache.schema.ts'
import { Hits } from './hits.ts'
import type { Layers } from './layers.ts'

interface EndpointsInput {
  readonly layers: Layers
  readonly usage: UsageLedger
  /** Those whose caches are cleared along. */
  readonly processes: Processes | undefined
  /** Milliseconds since 1970. */
  now(): number
}

/** What is forgotten. */
interface Forgotten {
  readonly layer: CacheLayer['name'] | 'all'
  readonly model: string | undefined
}

/** What other processes are asked to do, and for how long they are waited for: who is late forgets later. */
const question = 'cache-clear'
const patienceMs = 10_000

/** Forgets what another process was told to forget. @returns how to end that */
export function forgetAlong(processes: Processes | undefined, layers: Layers): () => void {
  return processes?.answer(question, (forgotten: Forgotten) => forget(forgotten, layers)) ?? (() => {})
}

export function cacheEndpoints({ layers, usage, processes, now }: EndpointsInput): readonly AdminEndpoint[] {
  return [
    {
      method: 'GET',
      path: '/cache/overview',
      scope: 'global',
      summary: 'What the response caches saved, in total and by day, and how they are configured.',
      response: definition(file, 'CacheOverview'),
      query: { type: 'object', properties: rangeParameters },
      handle: call => overview(call, { layers, usage, now: now() }),
    },
    {
      method: 'DELETE',
      path: '/cache',
      scope: 'global',
      summary: 'Removes cached answers.',
      query: {
        type: 'object',
        required: ['confirmation'],
        properties: {
          layer: { enum: ['exact', 'semantic', 'all'], default: 'all', description: 'Of which cache.' },
          model: { type: 'string', minLength: 1, maxLength: 256, description: 'Only answers of this model: its id, or `provider/model`.' },
          confirmation: { const: 'clear', description: 'The word `clear`.' },
        },
      },
      unavailable: () => (layers.named('all').length === 0 ? 'no answers are kept: the response cache is off' : undefined),
      handle: call => clear(call, layers, processes),
    },
  ]
}

async function overview(
  { query, timeZone }: AdminCall,
  { layers, usage, now }: Pick<EndpointsInput, 'layers' | 'usage'> & { readonly now: number },
): Promise<CacheOverview> {
  const { from, to } = rangeOf(query, { timeZone, now })
  const { borders, labels } = periods({ from, to, unit: 'day', timeZone })
  const sums = await usage.sums({
    filter: { from, to, not: { cache_type: null } },
    by: ['cache_type'],
    borders,
    measures: ['input_tokens', 'output_tokens', 'total_tokens', 'total_cost'],
  })
  const byDay = Map.groupBy(sums, ({ period }) => period)
  const daily = [...byDay].sort(([one], [other]) => one - other).map(([period, those]) => new Hits(those).day(labels[period] ?? ''))
  return { summary: new Hits(sums satisfies readonly Sum[]).summary, daily, layers: [...layers.told] }
}

async function clear({ query: { layer, model }, changed }: AdminCall, layers: Layers, processes: Processes | undefined): Promise<void> {
  const forgotten = { layer, model } as Forgotten
  if (layers.named(forgotten.layer).length === 0) throw gatewayError('feature_unavailable', `there is no ${String(layer)} cache`)
  await Promise.all([forget(forgotten, layers), processes?.ask(question, forgotten, patienceMs)])
  changed(undefined, { cleared: layer, ...(model === undefined ? {} : { model }) })
}

async function forget({ layer, model }: Forgotten, layers: Layers): Promise<void> {
  for (const { clear: forgetModel } of layers.named(layer)) await forgetModel(model)
}
