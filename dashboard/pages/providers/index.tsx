/** The providers: whether they answer, and if not, why. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/preact-query'
import type { ProvidersStatus, ProviderStatus } from '../../schemas/admin/providers.schema.ts'
import type { Refresh } from '../../schemas/admin/runtime.schema.ts'
import { get, send } from '../data/api.ts'
import { count, time } from '../data/words.ts'
import { Badge } from '../parts/cards.tsx'
import { Empty, Failed, Loading } from '../parts/states.tsx'

const kinds = { healthy: 'good', degraded: 'warn', unhealthy: 'bad' } as const

export function ProvidersPage() {
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery({
    queryKey: ['providers'],
    queryFn: async () => await get<ProvidersStatus>('/providers/status'),
    refetchInterval: 10_000,
  })
  const refresh = useMutation({
    mutationFn: async () => await send<Refresh>('POST', '/runtime/refresh', {}),
    onSuccess: async () => await queries.invalidateQueries(),
  })
  return (
    <>
      <header class="head">
        <h1>Providers</h1>
        <button type="button" disabled={refresh.isPending} onClick={() => refresh.mutate()}>
          {refresh.isPending ? 'Asking them …' : 'Ask them anew'}
        </button>
      </header>
      {refresh.data !== undefined && (
        <p role="status" class="faint">
          {refresh.data.steps.map(({ name, status }) => `${name} ${status}`).join(', ')}
        </p>
      )}
      {data === undefined ? error === null ? <Loading /> : <Failed error={error} retry={refetch} /> : <Cards providers={data.providers} reread={refetch} />}
    </>
  )
}

function Cards({ providers, reread }: { readonly providers: readonly ProviderStatus[]; readonly reread: () => unknown }) {
  if (providers.length === 0) return <Empty>No provider is configured.</Empty>
  return (
    <div class="panels">
      {providers.map(provider => (
        <Provider key={provider.name} provider={provider} reread={reread} />
      ))}
    </div>
  )
}

function Provider({ provider, reread }: { readonly provider: ProviderStatus; readonly reread: () => unknown }) {
  const { name, type, status, status_label: label, status_reason: reason, runtime, config, circuit_state: circuit, request_health: health } = provider
  const reset = useMutation({
    mutationFn: async () => await send('POST', `/providers/${encodeURIComponent(name)}/circuit-breaker/reset`, {}),
    onSuccess: reread,
  })
  return (
    <article>
      <header>
        <h2>
          {name} {name !== type && <small class="faint">{type}</small>}
        </h2>
        <Badge kind={kinds[status]}>{label}</Badge>
      </header>
      <p>{reason}</p>
      <dl class="facts">
        {config.base_url !== null && [<dt>Address</dt>, <dd>{config.base_url}</dd>]}
        <dt>Models</dt>
        <dd>
          {count(runtime.discovered_model_count)}
          {runtime.using_cached_models && ' of an earlier list'}
        </dd>
        <dt>Asked for them</dt>
        <dd>{time(runtime.last_model_fetch_at)}</dd>
        <dt>Last {Math.round(health.window_seconds / 60)} minutes</dt>
        <dd>
          {count(health.requests)} calls, {count(health.errors)} failed
        </dd>
        {circuit !== undefined &&
          circuit !== 'closed' && [
            <dt>Circuit breaker</dt>,
            <dd>
              <Badge kind="bad">{circuit}</Badge>{' '}
              <button type="button" onClick={() => reset.mutate()}>
                Close it
              </button>
            </dd>,
          ]}
      </dl>
      {health.models
        .filter(({ flagged }) => flagged)
        .map(({ model, errors, requests, last_error: last }) => (
          <p key={model} class="state failed">
            {model}: {count(errors)} of {count(requests)} failed. {last === undefined ? '' : `${last.status_code}: ${last.message}`}
          </p>
        ))}
    </article>
  )
}
