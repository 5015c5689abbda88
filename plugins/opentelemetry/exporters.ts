/** The ways to the collector, by protocol; nothing but the one that is taken is loaded. */

import { ExportResultCode, type ExportResult } from '@opentelemetry/core'
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics'
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import type { Collector, Signal } from './settings.ts'

export async function spanExporter(collector: Collector, log: Logger): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    collector.protocol === 'http/json' ? await import('@opentelemetry/exporter-trace-otlp-http') : await import('@opentelemetry/exporter-trace-otlp-proto')
  return told(new OTLPTraceExporter(settingsFor('traces', collector)), 'traces', collector, log)
}

export async function metricExporter(collector: Collector, log: Logger): Promise<PushMetricExporter> {
  const { OTLPMetricExporter } =
    collector.protocol === 'http/json' ? await import('@opentelemetry/exporter-metrics-otlp-http') : await import('@opentelemetry/exporter-metrics-otlp-proto')
  return told(new OTLPMetricExporter(settingsFor('metrics', collector)), 'metrics', collector, log)
}

function settingsFor(
  signal: Signal,
  { urls, headers, timeoutMs }: Collector,
): { readonly url: string; readonly headers: Record<string, string>; readonly timeoutMillis: number } {
  return { url: urls[signal].href, headers: { ...headers }, timeoutMillis: timeoutMs }
}

interface Exporter {
  export(items: never, done: (result: ExportResult) => void): void
}

/** Has the log say once that the collector does not take what it is sent, and once that it does again. */
function told<E extends Exporter>(exporter: E, signal: Signal, { urls }: Collector, log: Logger): E {
  const send = exporter.export.bind(exporter)
  let isDown = false
  const tell = ({ code, error }: ExportResult) => {
    const isLost = code === ExportResultCode.FAILED
    if (isLost && !isDown)
      log.warn(
        { collector: urls[signal].origin, signal, reason: error?.message },
        'the collector takes no telemetry; requests are served as before, and what is not taken is lost',
      )
    if (!isLost && isDown) log.info({ collector: urls[signal].origin, signal }, 'the collector takes telemetry again')
    isDown = isLost
  }
  return Object.assign(exporter, {
    export(items: never, done: (result: ExportResult) => void) {
      send(items, result => {
        tell(result)
        done(result)
      })
    },
  })
}
