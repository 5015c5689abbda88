/** The page that Prometheus reads: of this process, or of all that serve the port together. */

import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client'
import type { Processes } from '../../core/index.ts'

/** What the others are asked for. */
const series = 'metrics'

/** Those that do not answer are left out. */
const patienceMs = 5_000

type Metrics = MetricObjectWithValues<MetricValue<string>>[]
type PromClient = Pick<typeof import('prom-client'), 'AggregatorRegistry'>

export async function pageOf(registry: Registry, processes: Processes | undefined, { AggregatorRegistry }: PromClient): Promise<string> {
  if (processes === undefined) return await registry.metrics()
  const own = await registry.getMetricsAsJSON()
  const { others, gone } = await processes.gather(series, own, patienceMs).catch(() => ({ others: [], gone: [] }))
  return await AggregatorRegistry.aggregate([own, ...(others as Metrics[]), ...(gone as Metrics[]).map(counted)]).metrics()
}

/** Shows the own series to other processes that make the page. @returns how to end that */
export function answerFor(registry: Registry, processes: Processes | undefined): (() => void) | undefined {
  return processes?.answer(series, () => registry.getMetricsAsJSON())
}

/** What those counted that are gone counts on; what they measured of themselves does not. */
function counted(metrics: Metrics): Metrics {
  return metrics.filter(({ type }) => String(type) !== 'gauge')
}
