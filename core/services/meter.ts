/** What is counted and measured, whoever shows it. */

/** Records one value under label values, in the order of the metric's labels. */
export interface Instrument {
  (value: number, ...labelValues: string[]): void
  /** The one series of these label values, for what is recorded often. */
  of(...labelValues: string[]): (value: number) => void
  /** The same for a series that goes when nobody holds it any more. */
  hold(...labelValues: string[]): HeldSeries
}

export interface HeldSeries {
  record(value: number): void
  /** Nothing more is recorded. */
  release(): void
}

/** Counts and measures; Prometheus or another exporter stands behind it when one is configured. */
export interface Meter {
  counter(name: string, help: string, labels: readonly string[]): Instrument
  /** Shows the last value recorded. @param ofSeveral what several processes show together */
  gauge(name: string, help: string, labels: readonly string[], ofSeveral?: 'sum' | 'max'): Instrument
  /** A gauge that what is recorded moves up and down. */
  upDown(name: string, help: string, labels: readonly string[]): Instrument
  histogram(name: string, help: string, labels: readonly string[], buckets: readonly number[]): Instrument
  /** A provider instance is gone: drops the series whose label `provider_name`, else `provider`, is its name. What is recorded of it later begins anew. */
  dropProvider(name: string): void
}

const noInstrument: Instrument = Object.assign(() => {}, { of: () => () => {}, hold: () => ({ record() {}, release() {} }) })

/** What stands in for a meter when nobody keeps metrics. */
export const noMeter: Meter = {
  counter: () => noInstrument,
  gauge: () => noInstrument,
  upDown: () => noInstrument,
  histogram: () => noInstrument,
  dropProvider() {},
}
