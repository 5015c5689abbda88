/** Traces and metrics of one gateway on their way to a collector. */

import { randomUUID } from 'node:crypto'
import type { Meter, Tracer } from '@opentelemetry/api'
import { defaultResource, resourceFromAttributes, type Resource } from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import type { Services } from '../../core/index.ts'
import { metricExporter, spanExporter } from './exporters.ts'
import { samplerOf } from './sampler.ts'
import { attributesOf, type Collector, type Options } from './settings.ts'

/** What a collector may take for the last it is sent. */
const closeLimitMs = 5000

interface TelemetryDeps extends Pick<Services, 'clock' | 'version'> {
  readonly options: Options
  readonly collector: Collector
  readonly log: Logger
}

export class Telemetry {
  /** Undefined where none are wanted, as is the other. */
  readonly tracer: Tracer | undefined
  readonly meter: Meter | undefined
  readonly #clock: Services['clock']
  readonly #providers: readonly { shutdown(): Promise<void> }[]

  private constructor({ clock, version: { version } }: TelemetryDeps, spans: TracerProvider | undefined, metrics: MeterProvider | undefined) {
    this.tracer = spans?.getTracer('tapline', version)
    this.meter = metrics?.getMeter('tapline', version)
    this.#clock = clock
    this.#providers = [spans, metrics].filter(provider => provider !== undefined)
  }

  /** Reaches for nothing before there is something to send. */
  static async begin(deps: TelemetryDeps): Promise<Telemetry> {
    const { options } = deps
    const resource = resourceOf(deps)
    const spans = options.traces_exporter === 'otlp' ? await tracerProvider(deps, resource) : undefined
    const metrics = options.metrics_exporter === 'otlp' ? await meterProvider(deps, resource) : undefined
    return new Telemetry(deps, spans, metrics)
  }

  /** Sends what waits, for as long as that may take. */
  async close(): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = this.#clock.after(closeLimitMs, resolve)
      void Promise.allSettled(this.#providers.map(provider => provider.shutdown())).then(() => {
        timer.cancel()
        resolve()
      })
    })
  }
}

/** Replicas of one name are told apart by an id that says nothing of where they run. */
function resourceOf({ options, version: { version } }: TelemetryDeps): Resource {
  return defaultResource().merge(resourceFromAttributes({ 'service.version': version, 'service.instance.id': randomUUID(), ...attributesOf(options) }))
}

async function tracerProvider({ options, collector, log }: TelemetryDeps, resource: Resource): Promise<TracerProvider> {
  const exporter = await spanExporter(collector, log)
  return new TracerProvider({
    resource,
    sampler: samplerOf(options),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: options.span_delay_ms })],
  })
}

async function meterProvider({ options: { metric_interval_ms: intervalMs }, collector, log }: TelemetryDeps, resource: Resource): Promise<MeterProvider> {
  const exporter = await metricExporter(collector, log)
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: Math.min(intervalMs, collector.timeoutMs),
  })
  return new MeterProvider({ resource, readers: [reader] })
}
