/** Looks up whether there is a newer version, if the operator wants it, and says so in the log and to administrators. */

import { definePlugin, type OptionsOf } from '../../core/index.ts'
import { definition } from '../shared/admin/definition.ts'
import { shownTime } from '../shared/admin/shown-time.ts'
import { serviceUrl } from '../../core/upstream/service-client.ts'
import { SettingFault } from '../../core/config/problems/setting-fault.ts'
import file from '../../schemas/admin/runtime.schema.json' with { type: 'json' }
import { newestVersion } from './ask.ts'
import { VersionChecks, type Checked } from './checks.ts'
import { schema } from './schema.ts'
import { isNewer } from './version-order.ts'

const hourMs = 3_600_000

export default definePlugin({
  name: 'version-check',
  description: 'Looks up whether there is a newer version.',
  schema,
  needs: ['storage', 'admin'],
  setup({ options, services: { storage, admin, clock, version }, log }) {
    const url = addressOf(options)
    let told: string | undefined
    const found = (latest: string) => {
      if (latest === told || !isNewer(latest, version.version)) return
      told = latest
      log.warn({ version: version.version, latest }, `there is a newer version: ${latest}`)
    }
    const checks = new VersionChecks({
      records: storage.records<Checked>('version_check'),
      clock,
      intervalMs: options.interval_hours * hourMs,
      mostInADay: options.max_daily_checks,
      found,
      ask: () => newestVersion(url, options.timeout_seconds * 1000),
      unread: cause => log.warn({ err: cause }, 'what is known of newer versions could not be read'),
      failed: cause => log.warn({ err: cause }, 'the newest version could not be looked up; it is tried again when it is time again'),
    })
    const view = () => {
      const { latest, checkedAt } = checks.known
      return {
        app: 'tapline',
        ...version,
        latest,
        update_available: latest !== null && isNewer(latest, version.version),
        checked_at: shownTime(checkedAt),
        enabled: true,
      }
    }
    let withdraw: (() => void) | undefined

    return {
      start() {
        if (options.offline) return log.info('nobody looks for a newer version: the gateway is offline')
        withdraw = admin.endpoint({
          method: 'GET',
          path: '/version',
          scope: 'subtree',
          summary: 'Which version runs, and whether there is a newer one.',
          response: definition(file, 'Version'),
          handle: view,
        })
        checks.start()
      },
      async close() {
        withdraw?.()
        await checks.close()
      },
    }
  },
})

/** @throws SettingFault if there is none */
function addressOf({ url }: OptionsOf<typeof schema>): URL {
  const pointer = '/version_check/url'
  if (url === undefined) throw new SettingFault([{ pointer, expected: 'an address', message: 'nobody is named who knows the newest version' }])
  try {
    return serviceUrl(url, false)
  } catch (cause) {
    throw new SettingFault([{ pointer, expected: 'an address', message: (cause as Error).message }])
  }
}
