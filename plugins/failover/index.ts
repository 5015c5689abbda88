/** Goes on to the next target when one has failed for good. */

import { definePlugin, next, type Attempt } from '../../core/index.ts'
import { schema } from './schema.ts'
import { failureOf, triggers } from './triggers.ts'

const operations: ReadonlySet<string> = new Set(['chat', 'responses', 'messages'])

export default definePlugin({
  name: 'failover',
  description: 'Goes on to the next target when one has failed.',
  schema,
  olderSettings: [
    {
      setting: 'fallback.default_mode',
      envs: ['FEATURE_FALLBACK_MODE', 'FAILOVER_MODE'],
      schema: { enum: ['off', 'manual', 'auto'] },
      instead: 'calls fail over where a virtual model has further targets',
    },
    { setting: 'fallback', becomes: 'failover' },
    { setting: 'failover.overrides', instead: 'virtual models say it for each model' },
  ],
  needs: ['admin'],
  edits: false,
  setup({ options, services: { admin } }) {
    const isTrigger = triggers(options.retry_on_statuses, options.retry_on_errors)
    const most = options.max_attempts === 0 ? Number.POSITIVE_INFINITY : options.max_attempts

    return {
      close: admin.setting('FAILOVER_ENABLED', () => true),
      recover({ operation, attempts }) {
        const failure = failureOf(attempts)
        if (failure === undefined || !operations.has(operation) || !isTrigger(failure)) return undefined
        return attempts.filter(isTry).length < most ? next : undefined
      },
    }
  },
})

/** Whether another target was called: one that was kept back, by its breaker or a limit, is passed by. */
function isTry({ kind, failure }: Attempt): boolean {
  return kind === 'failover' && failure?.kind !== 'refused'
}
