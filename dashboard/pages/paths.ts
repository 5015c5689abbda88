/** The pages' addresses, names and who may see them, in the order of the menu. */

export interface PagePlace {
  /** Below the address of the dashboard. */
  readonly path: string
  readonly title: string
  /** Whether only those see it who may see all of the gateway. */
  readonly global?: boolean
  /** The feature that must be on, as `/admin/runtime/config` names it. */
  readonly needs?: string
}

export const pages = [
  { path: '/overview', title: 'Overview' },
  { path: '/usage', title: 'Usage', needs: 'USAGE_ENABLED' },
  { path: '/audit', title: 'Audit log', needs: 'LOGGING_ENABLED' },
  { path: '/live', title: 'Live', global: true, needs: 'DASHBOARD_LIVE_LOGS_ENABLED' },
  { path: '/playground', title: 'Playground' },
  { path: '/models', title: 'Models' },
  { path: '/aliases', title: 'Virtual models', global: true },
  { path: '/providers', title: 'Providers', global: true },
  { path: '/keys', title: 'API keys' },
  { path: '/limits', title: 'Limits' },
  { path: '/users', title: 'User paths' },
  { path: '/guardrails', title: 'Guardrails', global: true },
  { path: '/workflows', title: 'Workflows', global: true },
  { path: '/cache', title: 'Cache', global: true, needs: 'CACHE_ENABLED' },
  { path: '/settings', title: 'Settings' },
] as const satisfies readonly PagePlace[]

export type PagePath = (typeof pages)[number]['path']
