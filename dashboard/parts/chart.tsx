/** Bars over time, one stack for each period. */

import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { Empty } from './states.tsx'

export interface Series {
  readonly title: string
  readonly values: readonly (number | null)[]
  /** What the legend says, where that is not what is drawn. */
  readonly told?: readonly (number | null)[]
  /** The name of a colour of the style sheet. */
  readonly colour: string
}

interface ChartProps {
  readonly label: string
  /** What stands below each place, one for each value. */
  readonly places: readonly string[]
  readonly series: readonly Series[]
  readonly line?: boolean
  show(value: number): string
}

const height = 220
/** A single bar would fill the chart. */
const fewest = 7

export function Chart(props: ChartProps) {
  const { label, places, series, line = false } = props
  const holder = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | undefined>(undefined)
  // Drawn anew only where it looks different: what somebody points at stays pointed at while values come.
  const shown = useRef(props)
  shown.current = props
  const isEmpty = series.every(({ values }) => values.every(value => value === null || value === 0))
  const look = JSON.stringify([line, series.map(({ title, colour }) => [title, colour])])
  useEffect(() => {
    const into = holder.current
    if (into === null) return undefined
    const drawn = new uPlot(optionsOf(into, shown), dataOf(shown.current), into)
    chart.current = drawn
    const resize = new ResizeObserver(() => drawn.setSize({ width: into.clientWidth, height }))
    resize.observe(into)
    return () => {
      resize.disconnect()
      drawn.destroy()
      chart.current = undefined
    }
  }, [look, isEmpty])
  useEffect(() => chart.current?.setData(dataOf(shown.current)), [places, series])
  if (isEmpty) return <Empty>Nothing in this time.</Empty>
  return <div class="chart" role="img" aria-label={label} ref={holder} />
}

function dataOf({ places, series }: ChartProps): uPlot.AlignedData {
  return [places.map((_, at) => at), ...series.map(({ values }) => [...values])]
}

function optionsOf(into: HTMLElement, shown: { readonly current: ChartProps }): uPlot.Options {
  const style = getComputedStyle(into)
  const ink = style.getPropertyValue('--faint')
  const grid = { stroke: style.getPropertyValue('--line'), width: 1 }
  const { series, line = false } = shown.current
  return {
    width: into.clientWidth,
    height,
    cursor: { y: false },
    legend: { live: true },
    scales: {
      x: { time: false, range: () => [-0.5, Math.max(shown.current.places.length, fewest) - 0.5] },
      y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] },
    },
    axes: [
      {
        stroke: ink,
        grid: { show: false },
        ticks: { show: false },
        incrs: [1, 2, 4, 6, 12, 24, 48],
        space: 90,
        values: (_, at) => at.map(place => shown.current.places[place] ?? ''),
      },
      { stroke: ink, grid, ticks: grid, size: 64, values: (_, at) => at.map(value => shown.current.show(value)) },
    ],
    series: [
      { label: 'At', value: (_, place) => shown.current.places[place] ?? '–' },
      ...series.map(({ title, colour }, at) => {
        const stroke = style.getPropertyValue(`--${colour}`)
        return {
          label: title,
          stroke,
          ...(line ? { width: 2, points: { size: 5 } } : { fill: stroke, width: 0, ...bars }),
          value: (_: uPlot, __: number, ___: number, place: number | null) => valueAt(shown.current, at, place),
        }
      }),
    ],
  }
}

function valueAt({ series, show }: ChartProps, at: number, place: number | null): string {
  const { values, told = values } = series[at] ?? { values: [] }
  const value = place === null ? null : (told[place] ?? null)
  return value === null ? '–' : show(value)
}

/** One upon the other: the first is at the top, and is drawn before those that it stands on. */
export function stacked(series: readonly (Omit<Series, 'values'> & { readonly values: readonly number[] })[]): Series[] {
  return series.map((one, at) => ({
    ...one,
    told: one.values,
    values: one.values.map((_, place) => sum(series.slice(at).map(({ values }) => values[place] ?? 0))),
  }))
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}

const paths = uPlot.paths.bars?.({ size: [0.7, 40] })
const bars = { points: { show: false }, ...(paths === undefined ? {} : { paths }) }
