/** A strategy for virtual models: of the targets whose last calls went well, the cheapest or the fastest. */

import { definePlugin, type OptionsOf, type RouteOption } from '../../core/index.ts'
import { routeSchema, schema } from './schema.ts'

export default definePlugin({
  name: 'cheapest-healthy',
  description: 'Offers virtual models the strategy plugin `cheapest_healthy`.',
  schema,
  needs: ['models'],
  setup({ options, services: { models } }) {
    let withdraw = () => {}
    return {
      async open() {
        withdraw = models.strategy({
          name: 'cheapest_healthy',
          schema: routeSchema,
          choose: ({ options: targets, pinned, config }) => choose(targets, pinned, { ...options, ...config }),
        })
      },
      close: () => withdraw(),
    }
  },
})

/** A session stays where it is while that is healthy. Where nothing is, everything is considered. */
export function choose(targets: readonly RouteOption[], pinned: number | undefined, { max_error_rate: most, prefer }: OptionsOf<typeof schema>): number {
  const isHealthy = ({ health }: RouteOption) => health.errorRate <= most
  const kept = pinned === undefined ? undefined : targets[pinned]
  if (pinned !== undefined && kept !== undefined && isHealthy(kept)) return pinned
  const healthy = targets.filter(isHealthy)
  const [first, ...others] = healthy.length > 0 ? healthy : targets
  const value = (target: RouteOption) => (prefer === 'fastest' ? target.health.medianMs : target.priceUsd) ?? Number.POSITIVE_INFINITY
  const best = others.reduce((one, other) => (one !== undefined && value(other) < value(one) ? other : one), first)
  return best === undefined ? 0 : targets.indexOf(best)
}
