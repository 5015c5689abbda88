/** What the gateway says of itself to administrators: who they are, which version runs, what is switched on. */

import { gatewayError, type AdminEndpoint } from '../../core/index.ts'
import type { GivenServices } from '../../core/services/services.ts'
import { definition } from '../shared/admin/definition.ts'
import file from '../../schemas/admin/runtime.schema.json' with { type: 'json' }
import type { AdminOffers } from './admin-offers.ts'
import type { Refreshing } from './refreshing.ts'

/** What has no plugin to speak for it is off. */
const known = [
  'DEMO_MODE',
  'FAILOVER_ENABLED',
  'LOGGING_ENABLED',
  'LOGGING_RETENTION_DAYS',
  'USAGE_ENABLED',
  'BUDGETS_ENABLED',
  'RATE_LIMITS_ENABLED',
  'PER_CHILD_QUOTAS_ENABLED',
  'GUARDRAILS_ENABLED',
  'PLUGINS_ENABLED',
  'CACHE_ENABLED',
  'REDIS_URL',
  'ENCRYPTION_KEY',
  'SEMANTIC_CACHE_ENABLED',
  'USAGE_PRICING_RECALCULATION_ENABLED',
  'DASHBOARD_LIVE_LOGS_ENABLED',
  'MCP_ENABLED',
  'VIRTUAL_MODEL_STRATEGIES',
  'USER_PATH_HEADER',
]

/** The endpoints that belong to no other plugin. */
export function runtimeEndpoints(
  offers: AdminOffers,
  refreshing: Refreshing,
  { version, health, configurations }: GivenServices<never, 'configurations'>,
): readonly AdminEndpoint[] {
  return [
    {
      method: 'GET',
      path: '/access',
      scope: 'subtree',
      summary: 'What the caller may administer.',
      response: definition(file, 'Access'),
      handle: ({ scope: { isGlobal, root } }) => (isGlobal ? { scope: 'global' } : { scope: 'user_path', user_path: root }),
    },
    {
      method: 'GET',
      path: '/version',
      scope: 'subtree',
      summary: 'Which version runs, and whether there is a newer one.',
      response: definition(file, 'Version'),
      handle: () => ({ app: 'tapline', ...version, latest: null, update_available: false, checked_at: null, enabled: false }),
    },
    {
      method: 'GET',
      path: '/runtime/config',
      scope: 'subtree',
      summary: 'What is switched on, by the names of the settings.',
      response: definition(file, 'Config'),
      handle: () => ({
        ...Object.fromEntries(known.map(name => [name, 'off'])),
        ...Object.fromEntries(offers.settings.all.map(({ name, read }) => [name, spelled(read())])),
      }),
    },
    {
      method: 'GET',
      path: '/runtime/configuration',
      scope: 'global',
      summary: 'Every setting of the configuration, with its value and where that comes from; secrets redacted.',
      response: definition(file, 'Configuration'),
      handle: () => ({
        settings: (configurations?.settings ?? []).map(({ pointer, ...setting }) => ({ key: pointer.slice(1).replaceAll('/', '.'), ...setting })),
      }),
    },
    {
      method: 'GET',
      path: '/runtime/health',
      scope: 'global',
      summary: 'Whether the process that answers is ready, and how many records it lost.',
      response: definition(file, 'Health'),
      handle: async () => ({ ...(await health.report()), lost_records: health.lostRecords }),
    },
    {
      method: 'GET',
      path: '/runtime/settings',
      scope: 'global',
      summary: 'The settings that plugins let administrators change while the gateway runs.',
      response: definition(file, 'Settings'),
      handle: () => ({ settings: [] }),
    },
    {
      method: 'PUT',
      path: '/runtime/settings/:key',
      scope: 'global',
      summary: 'Changes one of these settings.',
      body: definition(file, 'SettingWrite'),
      response: definition(file, 'Setting'),
      handle({ params }) {
        throw gatewayError('runtime_setting_not_found', `there is no setting ${JSON.stringify(params['key'])}`)
      },
    },
    {
      method: 'POST',
      path: '/runtime/refresh',
      scope: 'global',
      summary: 'Rereads models, keys and stored definitions; the report says what failed.',
      response: definition(file, 'Refresh'),
      handle: ({ exchange }) => refreshing.run(exchange.log),
    },
  ]
}

function spelled(value: string | boolean): string {
  return typeof value === 'string' ? value : value ? 'on' : 'off'
}
