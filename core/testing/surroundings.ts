/** What a provider is made in, for tests that need none of it. */

import type { UpstreamDialect } from '../plugin/dialect.ts'
import type { ProviderSurroundings } from '../upstream/provider.ts'

export function testSurroundings(dialects: ReadonlyMap<string, UpstreamDialect> = new Map()): ProviderSurroundings {
  return {
    limits: { connections: 1, keepAliveMs: 1 },
    dialects,
    translation: { strict: false, report_dropped: true, wrap_custom_tools: false, seal_foreign_state: false },
  }
}
