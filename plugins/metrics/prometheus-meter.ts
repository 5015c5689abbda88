/** The service `meter` over prom-client: each series is found with one look into a map, and no metric grows without bound. */

import type { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Meter } from '../../core/index.ts'

type PromClient = typeof import('prom-client')
type Labels = readonly string[]
type Record = (value: number, ...labelValues: string[]) => void

/** Series of one metric; those that come later are counted together, as `other`. */
const mostSeries = 2000

export class PrometheusMeter implements Meter {
  readonly #client: PromClient
  readonly #registry: Registry
  readonly #prefix: string
  readonly #recorders = new Map<string, { readonly labels: string; readonly record: Record }>()

  constructor(client: PromClient, registry: Registry, prefix: string) {
    this.#client = client
    this.#registry = registry
    this.#prefix = prefix
  }

  counter(name: string, help: string, labels: Labels): Record {
    return this.#recorder(name, labels, full => {
      const counter = new this.#client.Counter({ name: full, help, labelNames: labels, registers: [this.#registry] })
      return recorder(labels, (...values): Counter.Internal => counter.labels(...values), (series, value) => series.inc(value))
    })
  }

  gauge(name: string, help: string, labels: Labels): Record {
    return this.#recorder(name, labels, full => {
      const gauge = new this.#client.Gauge({ name: full, help, labelNames: labels, registers: [this.#registry] })
      return recorder(labels, (...values): Gauge.Internal<string> => gauge.labels(...values), (series, value) => series.set(value))
    })
  }

  histogram(name: string, help: string, labels: Labels, buckets: readonly number[]): Record {
    return this.#recorder(name, labels, full => {
      const histogram = new this.#client.Histogram({ name: full, help, labelNames: labels, buckets: [...buckets], registers: [this.#registry] })
      return recorder(labels, (...values): Histogram.Internal<string> => histogram.labels(...values), (series, value) => series.observe(value))
    })
  }

  /** Who asks again for a metric gets the same; with other labels (after a reload) it begins anew. */
  #recorder(name: string, labels: Labels, make: (fullName: string) => Record): Record {
    const known = this.#recorders.get(name)
    const wanted = labels.join()
    if (known?.labels === wanted) return known.record
    const full = `${this.#prefix}_${name}`
    if (known !== undefined) this.#registry.removeSingleMetric(full)
    const record = make(full)
    this.#recorders.set(name, { labels: wanted, record })
    return record
  }
}

function recorder<Series>(labels: Labels, seriesOf: (...values: string[]) => Series, add: (series: Series, value: number) => void): Record {
  const known = new Map<string, Series>()
  const others = labels.map(() => 'other')
  const find = (key: string, values: string[]): Series => {
    if (known.size >= mostSeries && values !== others) return known.get(others.join('\0')) ?? find(others.join('\0'), others)
    const series = seriesOf(...values)
    known.set(key, series)
    return series
  }
  return (value, ...values) => {
    const key = values.join('\0')
    add(known.get(key) ?? find(key, values), value)
  }
}
