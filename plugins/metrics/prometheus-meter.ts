/** The service `meter`: series are counted in plain numbers, and become prom-client's when the page is read. */

import type { Metric, Registry } from 'prom-client'
import type { Instrument, Meter } from '../../core/index.ts'
import type { HeldSeries } from '../../core/services/meter.ts'
import { HistogramSeries, NumberSeries, type Sample, type Series } from './series.ts'

type Labels = readonly string[]
type Kind = 'counter' | 'gauge' | 'histogram'
/** What several processes show together. */
type Together = 'sum' | 'max'

/** Series of one metric; those that come later are counted together, as `other`. */
const mostSeries = 2000

export class PrometheusMeter implements Meter {
  readonly #registry: Registry
  readonly #prefix: string
  readonly #instruments = new Map<string, { readonly labels: string; readonly instrument: Instrument; readonly store: SeriesStore }>()

  constructor(registry: Registry, prefix: string) {
    this.#registry = registry
    this.#prefix = prefix
  }

  counter(name: string, help: string, labels: Labels): Instrument {
    return this.#instrument('counter', name, help, labels, () => new NumberSeries('sum'))
  }

  gauge(name: string, help: string, labels: Labels, ofSeveral: Together = 'sum'): Instrument {
    return this.#instrument('gauge', name, help, labels, () => new NumberSeries('last'), ofSeveral)
  }

  upDown(name: string, help: string, labels: Labels): Instrument {
    return this.#instrument('gauge', name, help, labels, () => new NumberSeries('sum'))
  }

  histogram(name: string, help: string, labels: Labels, buckets: readonly number[]): Instrument {
    return this.#instrument('histogram', name, help, labels, () => new HistogramSeries(buckets))
  }

  dropProvider(name: string): void {
    for (const { store } of this.#instruments.values()) store.dropProvider(name)
  }

  /** Who asks again for a metric gets the same; with other labels (after a reload) it begins anew. */
  #instrument(kind: Kind, name: string, help: string, labels: Labels, make: () => Series, ofSeveral: Together = 'sum'): Instrument {
    const known = this.#instruments.get(name)
    const wanted = labels.join()
    if (known?.labels === wanted) return known.instrument
    const fullName = `${this.#prefix}_${name}`
    if (known !== undefined) this.#registry.removeSingleMetric(fullName)
    const store = new SeriesStore(labels, make)
    this.#registry.registerMetric(metricOf(kind, fullName, help, store, ofSeveral))
    const instrument = instrumentOf(store)
    this.#instruments.set(name, { labels: wanted, instrument, store })
    return instrument
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
    const key = values.length === 1 ? (values[0] as string) : values.join('\0')
    return this.#series.get(key)?.series ?? this.#begin(key, values)
  }

  samples(name: string): readonly Sample[] {
    return [...this.#series.values()].flatMap(({ values, series }) =>
      series.samples(name, Object.fromEntries(this.#labels.map((label, i) => [label, values[i] ?? '']))),
    )
  }

  dropProvider(name: string): void {
    const at = this.#labels.indexOf(this.#labels.includes('provider_name') ? 'provider_name' : 'provider')
    if (at < 0) return
    for (const [key, { values, series }] of this.#series) {
      if (values[at] === name) this.#drop(key, series)
    }
  }

  /** Shows a series until as many let go of it as held it. @returns how to let go */
  hold(values: Labels): () => void {
    const series = this.find(values)
    series.holders += 1
    return () => {
      series.holders -= 1
      const [key] = [...this.#series].find(([, known]) => known.series === series) ?? []
      if (series.holders === 0 && key !== undefined) this.#drop(key, series)
    }
  }

  #drop(key: string, series: Series): void {
    series.isDropped = true
    this.#series.delete(key)
  }

  #begin(key: string, values: Labels): Series {
    if (this.#series.size >= mostSeries && values.some(value => value !== 'other')) return this.find(values.map(() => 'other'))
    const series = this.#make()
    this.#series.set(key, { values, series })
    return series
  }
}

function instrumentOf(store: SeriesStore): Instrument {
  const record = (value: number, ...values: string[]) => store.find(values).add(value)
  const of = (...values: string[]) => {
    let series = store.find(values)
    return (value: number) => {
      if (series.isDropped) series = store.find(values)
      series.add(value)
    }
  }
  const hold = (...values: string[]): HeldSeries => {
    const letGo = store.hold(values)
    const add = of(...values)
    let isHeld = true
    return {
      record(value) {
        if (isHeld) add(value)
      },
      release() {
        if (isHeld) letGo()
        isHeld = false
      },
    }
  }
  return Object.assign(record, { of, hold })
}

/** A metric as prom-client's registry reads one. */
function metricOf(type: Kind, name: string, help: string, store: SeriesStore, aggregator: Together): Metric {
  const get = () => Promise.resolve({ name, help, type, aggregator, values: store.samples(name) })
  return { name, help, type, get } as unknown as Metric
}
