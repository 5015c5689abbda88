/** The figures that are looked for first. Each leads to the page that tells more. */

import type { AuditStats } from '../../../schemas/admin/audit.schema.ts'
import { addressOf } from '../../data/url.ts'
import { count, money, share, shortCount } from '../../data/words.ts'
import { Cards, type Figure } from '../../parts/cards.tsx'
import { Waiting } from '../../parts/states.tsx'
import { useStats, useSums, type Days } from './queries.ts'

export function Figures({ range, logs }: { readonly range: Days; readonly logs: boolean }) {
  const { data, error, refetch } = useSums(range)
  const { data: stats } = useStats(range, logs)
  if (data === undefined) return <Waiting error={error} retry={refetch} />
  const { provided, cached } = data
  const requests = provided.total_requests + cached.total_requests
  const prompts = provided.uncached_input_tokens + provided.cached_input_tokens + provided.cache_write_input_tokens
  const usage = (filters: Record<string, string>) => addressOf('/usage', range, filters)
  return (
    <Cards
      figures={[
        { title: 'Requests', value: shortCount(requests), to: usage({}) },
        ...(logs ? [succeeded(stats, addressOf('/audit', range))] : []),
        { title: 'Input tokens', value: shortCount(provided.total_input_tokens), note: 'to providers', to: usage({ show: 'tokens', cache: 'uncached' }) },
        { title: 'Output tokens', value: shortCount(provided.total_output_tokens), note: 'from providers', to: usage({ show: 'tokens', cache: 'uncached' }) },
        { title: 'Estimated cost', value: money(provided.total_cost), to: usage({ show: 'cost' }) },
        { title: 'Saved cost', value: saved(cached), note: 'by the local cache', to: usage({ show: 'cost', cache: 'cached' }) },
        { title: 'Cache hits', value: shortCount(cached.total_requests), note: ofAll(cached.total_requests, requests), to: usage({ cache: 'cached' }) },
        {
          title: 'Prompt cache',
          value: share(provided.cached_input_tokens, prompts),
          note: 'of the input, read by providers from their caches',
          to: usage({ cache: 'uncached' }),
        },
      ]}
    />
  )
}

function succeeded(stats: AuditStats | undefined, to: string): Figure {
  if (stats === undefined) return { title: 'Succeeded', value: '…', to }
  const { success_rate: rate, status_4xx: refused, status_5xx: failed } = stats.summary
  return { title: 'Succeeded', value: rate === null ? '–' : share(rate, 1), note: `${count(refused)} refused, ${count(failed)} failed`, to }
}

/** Nothing was saved where there was no hit; with hits, the price may be unknown. */
function saved({ total_requests: hits, total_cost: cost }: { readonly total_requests: number; readonly total_cost: number | null }): string {
  return money(hits === 0 ? 0 : cost)
}

function ofAll(part: number, all: number): string | undefined {
  return all === 0 ? undefined : `${share(part, all)} of all requests`
}
