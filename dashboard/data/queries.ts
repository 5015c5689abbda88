/** What several pages ask the gateway for, by the same keys: what one of them has read or written, the others show. */

import { useQuery, type UseQueryResult } from '@tanstack/preact-query'
import type { GuardrailType, PluginView } from '../../schemas/admin/guardrails.schema.ts'
import type { HeaderPolicyView } from '../../schemas/admin/header-policies.schema.ts'
import type { AdminModel } from '../../schemas/admin/models.schema.ts'
import type { ProvidersStatus } from '../../schemas/admin/providers.schema.ts'
import type { RateLimitList } from '../../schemas/admin/rate-limits.schema.ts'
import type { Config } from '../../schemas/admin/runtime.schema.ts'
import type { UserTree } from '../../schemas/admin/users.schema.ts'
import type { VirtualModelView } from '../../schemas/admin/virtual-models.schema.ts'
import type { WorkflowView } from '../../schemas/admin/workflows.schema.ts'
import { get } from './api.ts'

interface Options {
  readonly enabled?: boolean
  /** In milliseconds. */
  readonly refetchInterval?: number
}

function query<T>(queryKey: readonly string[], path: string): (options?: Options) => UseQueryResult<T> {
  return options => useQuery({ queryKey, queryFn: async () => await get<T>(path), ...options })
}

export const useModels = query<AdminModel[]>(['models', 'all'], '/models')
export const useVirtualModels = query<VirtualModelView[]>(['virtual-models'], '/virtual-models')
export const useProviders = query<ProvidersStatus>(['providers'], '/providers/status')
export const useRateLimits = query<RateLimitList>(['rate-limits'], '/rate-limits')
export const useUserTree = query<UserTree>(['users'], '/users')
export const useWorkflows = query<WorkflowView[]>(['workflows'], '/workflows')
export const useGuardrailTypes = query<GuardrailType[]>(['guardrails', 'types'], '/guardrails/types')
export const useHeaderPolicies = query<HeaderPolicyView[]>(['header-policies'], '/header-policies')
export const usePlugins = query<PluginView[]>(['plugins'], '/plugins')
export const useConfig = query<Config>(['runtime', 'config'], '/runtime/config')
