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
  { path: '/models', title: 'Models' },
  { path: '/providers', title: 'Providers', global: true },
  { path: '/keys', title: 'API keys' },
  { path: '/settings', title: 'Settings' },
] as const satisfies readonly PagePlace[]

export type PagePath = (typeof pages)[number]['path']
