/** Sends traces and metrics to a collector that speaks OTLP. The SDK is loaded here and nowhere else, and only where this is switched on. */

import { definePlugin } from '../../core/index.ts'
import type { Observer } from './observer.ts'
import { schema } from './schema.ts'
import { attributesOf, collectorOf, warningsOf } from './settings.ts'
import type { Telemetry } from './telemetry.ts'

export default definePlugin({
  name: 'opentelemetry',
  description: 'Sends traces and metrics to an OpenTelemetry collector.',
  schema,
  edits: false,
  onError: 'open',
  setup({ options, services: { clock, version, pipelines }, log }) {
    const collector = collectorOf(options)
    attributesOf(options)
    let telemetry: Telemetry | undefined
    let observer: Observer | undefined

    return {
      async open() {
        for (const warning of warningsOf(collector, options)) log.warn(warning)
        const [{ Telemetry }, { Observer }] = await Promise.all([import('./telemetry.ts'), import('./observer.ts')])
        telemetry = await Telemetry.begin({ options, collector, clock, version, log })
        observer = new Observer(telemetry, options, pipelines)
      },
      request: exchange => observer?.arrived(exchange),
      attempt: (exchange, attempt) => observer?.started(exchange, attempt),
      settled: (exchange, attempt) => observer?.settled(exchange, attempt),
      complete: exchange => observer?.completed(exchange),
      finished: exchange => observer?.finished(exchange),
      close: () => telemetry?.close(),
    }
  },
})
