/** The service `meter`: series are counted in plain numbers, and become prom-client's when the page is read. */

import type { Metric, Registry } from 'prom-client'
import type { Meter } from '../../core/index.ts'
import { HistogramSeries, NumberSeries, type Sample, type Series } from './series.ts'

type Labels = readonly string[]
type Record = (value: number, ...labelValues: string[]) => void
type Kind = 'counter' | 'gauge' | 'histogram'

/** Series of one metric; those that come later are counted together, as `other`. */
const mostSeries = 2000

export class PrometheusMeter implements Meter {
  readonly #registry: Registry
  readonly #prefix: string
  readonly #recorders = new Map<string, { readonly labels: string; readonly record: Record }>()

  constructor(registry: Registry, prefix: string) {
    this.#registry = registry
    this.#prefix = prefix
  }

  counter(name: string, help: string, labels: Labels): Record {
    return this.#recorder('counter', name, help, labels, () => new NumberSeries('sum'))
  }

  gauge(name: string, help: string, labels: Labels): Record {
    return this.#recorder('gauge', name, help, labels, () => new NumberSeries('last'))
  }

  histogram(name: string, help: string, labels: Labels, buckets: readonly number[]): Record {
    return this.#recorder('histogram', name, help, labels, () => new HistogramSeries(buckets))
  }

  /** Who asks again for a metric gets the same; with other labels (after a reload) it begins anew. */
  #recorder(kind: Kind, name: string, help: string, labels: Labels, make: () => Series): Record {
    const known = this.#recorders.get(name)
    const wanted = labels.join()
    if (known?.labels === wanted) return known.record
    const fullName = `${this.#prefix}_${name}`
    if (known !== undefined) this.#registry.removeSingleMetric(fullName)
    const store = new SeriesStore(labels, make)
    this.#registry.registerMetric(metricOf(kind, fullName, help, store))
    const record: Record = (value, ...values) => store.find(values).add(value)
    this.#recorders.set(name, { labels: wanted, record })
    return record
  }
}

/** The series of one metric, found with one look into a map. */
class SeriesStore {
  readonly #labels: Labels
  readonly #make: () => Series
  readonly #series = new Map<string, { readonly values: Labels; readonly series: Series }>()

  constructor(labels: Labels, make: () => Series) {
    this.#labels = labels
    this.#make = make
  }

  find(values: Labels): Series {
    const key = values.length === 1 ? values[0] as string : values.join('\0')
    return this.#series.get(key)?.series ?? this.#begin(key, values)
  }

  samples(name: string): readonly Sample[] {
    return [...this.#series.values()].flatMap(({ values, series }) => series.samples(name, Object.fromEntries(this.#labels.map((label, i) => [label, values[i] ?? '']))))
  }

  #begin(key: string, values: Labels): Series {
    if (this.#series.size >= mostSeries && values.some(value => value !== 'other')) return this.find(values.map(() => 'other'))
    const series = this.#make()
    this.#series.set(key, { values, series })
    return series
  }
}

/** A metric as prom-client's registry reads one. */
function metricOf(type: Kind, name: string, help: string, store: SeriesStore): Metric {
  const get = () => Promise.resolve({ name, help, type, aggregator: 'sum', values: store.samples(name) })
  return { name, help, type, get } as unknown as Metric
}
