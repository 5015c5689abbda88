/** The models by provider, each with what is known of it: how its calls went, and which rate limits count for it. */

import { useQuery } from '@tanstack/preact-query'
import type { AdminModel } from '../../../schemas/admin/models.schema.ts'
import type { ModelHealth, ProviderStatus } from '../../../schemas/admin/providers.schema.ts'
import type { RateLimitView } from '../../../schemas/admin/rate-limits.schema.ts'
import type { Reach } from '../../data/access.ts'
import { get } from '../../data/api.ts'
import { useProviders, useRateLimits } from '../../data/queries.ts'
import { holding } from '../../data/search.ts'
import type { Rows } from '../../parts/data-table.tsx'

export interface KnownModel extends AdminModel {
  /** Undefined where there were no calls lately. */
  readonly health: ModelHealth | undefined
  readonly limits: readonly RateLimitView[]
}

export interface ProviderGroup {
  readonly name: string
  readonly type: string
  /** Undefined for those who do not see the whole gateway. */
  readonly status: ProviderStatus | undefined
  readonly limits: readonly RateLimitView[]
  readonly models: readonly KnownModel[]
}

/** @param search a part of what a model is called */
export function useCatalogue(reach: Reach, category: string, search: string): Rows<ProviderGroup> {
  const models = useQuery({ queryKey: ['models', category], queryFn: async () => await get<AdminModel[]>('/models', { category }) })
  const status = useProviders({ enabled: reach.global, refetchInterval: 10_000 })
  const limits = useRateLimits({ enabled: reach.isOn('RATE_LIMITS_ENABLED'), refetchInterval: 5000 })
  const holds = holding(search)
  const found = models.data?.filter(model => holds(model.selector, displayName(model)))
  const data = found && groupsOf(found, status.data?.providers ?? [], limits.data?.rate_limits ?? [])
  return { data, error: models.error, refetch: models.refetch }
}

export function displayName({ model: { metadata } }: AdminModel): string | undefined {
  const name = metadata?.['display_name']
  return typeof name === 'string' ? name : undefined
}

function groupsOf(models: readonly AdminModel[], status: readonly ProviderStatus[], limits: readonly RateLimitView[]): readonly ProviderGroup[] {
  return [...Map.groupBy(models, ({ provider_name: name }) => name)].map(([name, members]) => {
    const own = status.find(provider => provider.name === name)
    return {
      name,
      type: members[0]?.provider_type ?? '',
      status: own,
      limits: limits.filter(({ scope, subject }) => scope === 'provider' && isSame(subject, name)),
      models: members.map(model => ({
        ...model,
        health: own?.request_health.models.find(health => health.model === model.model.id),
        limits: limits.filter(({ scope, subject }) => scope === 'model' && (isSame(subject, model.selector) || isSame(subject, model.model.id))),
      })),
    }
  })
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
