/** Turns model requests away while the gateway has more to do than it can. */

import { definePlugin } from '../../core/index.ts'
import { Gate } from './gate.ts'
import { heap } from './heap.ts'
import { Limit } from './limit.ts'
import { LoopDelay } from './loop-delay.ts'
import { presenceOn } from './presence.ts'
import { Sampling } from './sampling.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'load-shed',
  description: 'Turns model requests away while the gateway has more to do than it can.',
  schema,
  needs: ['providers'],
  edits: false,
  setup({ options, services: { clock, meter, pipelines, providers } }) {
    const shed = meter.counter('shed_total', 'Requests that were turned away for too much load.', ['reason'])
    const measured = [
      { measure: new LoopDelay(clock), limit: new Limit(options.event_loop_delay) },
      { measure: heap, limit: new Limit(options.heap_ratio) },
    ]
    const gauges = measured
      .filter(({ limit }) => limit.value < Number.POSITIVE_INFINITY)
      .map(parts => new Sampling({ ...parts, clock, changed: () => gate.settle() }))
    const gate: Gate = new Gate({
      presence: presenceOn(pipelines),
      inFlight: new Limit(options.max_in_flight),
      queue: new Limit(options.max_queue_per_origin),
      gauges,
      longestQueue: () => Math.max(0, ...[...providers.values()].map(({ queued }) => queued)),
      shed: reason => shed(1, reason),
    })
    return {
      request: exchange => gate.enter(exchange),
      finished: exchange => gate.leave(exchange),
      start() {
        for (const gauge of gauges) gauge.start()
      },
      close() {
        for (const gauge of gauges) gauge.close()
      },
    }
  },
})
