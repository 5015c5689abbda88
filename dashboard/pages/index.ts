/** What each page shows. */

import type { FunctionComponent } from 'preact'
import type { Reach } from '../data/access.ts'
import { AuditPage } from './audit.tsx'
import { KeysPage } from './keys.tsx'
import { ModelsPage } from './models.tsx'
import { OverviewPage } from './overview.tsx'
import type { PagePath } from './paths.ts'
import { ProvidersPage } from './providers.tsx'
import { SettingsPage } from './settings.tsx'
import { UsagePage } from './usage.tsx'

export const views: Readonly<Record<PagePath, FunctionComponent<{ readonly reach: Reach }>>> = {
  '/overview': OverviewPage,
  '/usage': UsagePage,
  '/audit': AuditPage,
  '/models': ModelsPage,
  '/providers': ProvidersPage,
  '/keys': KeysPage,
  '/settings': SettingsPage,
}
