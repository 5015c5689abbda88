/** What each page shows. */

import type { FunctionComponent } from 'preact'
import type { Reach } from '../data/access.ts'
import { AliasesPage } from './aliases/index.tsx'
import { AuditPage } from './audit/index.tsx'
import { CachePage } from './cache.tsx'
import { GuardrailsPage } from './guardrails/index.tsx'
import { KeysPage } from './keys/index.tsx'
import { LimitsPage } from './limits/index.tsx'
import { LivePage } from './live.tsx'
import { ModelsPage } from './models/index.tsx'
import { OverviewPage } from './overview/index.tsx'
import type { PagePath } from './paths.ts'
import { PlaygroundPage } from './playground/index.tsx'
import { ProvidersPage } from './providers/index.tsx'
import { SettingsPage } from './settings/index.tsx'
import { UsagePage } from './usage/index.tsx'
import { UsersPage } from './users/index.tsx'
import { WorkflowsPage } from './workflows/index.tsx'

export const views: Readonly<Record<PagePath, FunctionComponent<{ readonly reach: Reach }>>> = {
  '/overview': OverviewPage,
  '/usage': UsagePage,
  '/audit': AuditPage,
  '/live': LivePage,
  '/playground': PlaygroundPage,
  '/models': ModelsPage,
  '/aliases': AliasesPage,
  '/providers': ProvidersPage,
  '/keys': KeysPage,
  '/limits': LimitsPage,
  '/users': UsersPage,
  '/guardrails': GuardrailsPage,
  '/workflows': WorkflowsPage,
  '/cache': CachePage,
  '/settings': SettingsPage,
}
