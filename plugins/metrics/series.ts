/** The numbers of one series, and how they are shown. */

/** One line of the page. */
export interface Sample {
  readonly metricName: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

type Labels = Sample['labels']

export interface Series {
  /** Not shown any more: whoever holds it looks for another one. */
  isDropped: boolean
  /** How many want it to be shown. */
  holders: number
  add(value: number): void
  samples(name: string, labels: Labels): readonly Sample[]
}

/** A counter sums up, a gauge keeps the last value. */
export class NumberSeries implements Series {
  isDropped = false
  holders = 0
  readonly #keeps: 'sum' | 'last'
  #value = 0

  constructor(keeps: 'sum' | 'last') {
    this.#keeps = keeps
  }

  add(value: number): void {
    this.#value = this.#keeps === 'sum' ? this.#value + value : value
  }

  samples(metricName: string, labels: Labels): readonly Sample[] {
    return [{ metricName, labels, value: this.#value }]
  }
}

export class HistogramSeries implements Series {
  isDropped = false
  holders = 0
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0

  /** @param bounds ascending; a last bucket without a bound is added */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0)
  }

  add(value: number): void {
    this.#sum += value
    let bucket = 0
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] as number)) bucket++
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1
  }

  samples(name: string, labels: Labels): readonly Sample[] {
    let total = 0
    const buckets = this.#counts.map((count, i) => ({
      metricName: `${name}_bucket`,
      labels: { ...labels, le: this.#bounds[i] ?? '+Inf' },
      value: (total += count),
    }))
    return [...buckets, { metricName: `${name}_sum`, labels, value: this.#sum }, { metricName: `${name}_count`, labels, value: total }]
  }
}
