/** What a provider is made in, for tests that need none of it. */

import type { UpstreamDialect } from '../plugin/dialect.ts'
import type { ProviderDeps } from '../upstream/provider/provider.ts'

export function testProviderDeps(dialects: ReadonlyMap<string, UpstreamDialect> = new Map()): ProviderDeps {
  return {
    limits: { connections: 1, keepAliveMs: 1, responseHeaderMs: 0, streamIdleMs: 0 },
    dialects,
    translation: { strict: false, report_dropped: true, wrap_custom_tools: false, seal_foreign_state: false },
  }
}
