/** Bars over time, one stack for each period. */

import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { Empty } from './states.tsx'

export interface Series {
  readonly title: string
  readonly values: readonly (number | null)[]
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

export function Chart({ label, places, series, line = false, show }: ChartProps) {
  const holder = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const into = holder.current
    if (into === null) return undefined
    const style = getComputedStyle(into)
    const ink = style.getPropertyValue('--faint')
    const grid = { stroke: style.getPropertyValue('--line'), width: 1 }
    const chart = new uPlot(
      {
        width: into.clientWidth,
        height,
        cursor: { y: false },
        legend: { live: true },
        scales: { x: { time: false, range: () => [-0.5, Math.max(places.length, fewest) - 0.5] }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
        axes: [
          {
            stroke: ink,
            grid: { show: false },
            ticks: { show: false },
            incrs: [1, 2, 4, 6, 12, 24, 48],
            space: 90,
            values: (_, at) => at.map(place => places[place] ?? ''),
          },
          { stroke: ink, grid, ticks: grid, size: 64, values: (_, at) => at.map(show) },
        ],
        series: [
          { label: 'At', value: (_, place) => places[place] ?? '–' },
          ...series.map(({ title, colour }) => {
            const stroke = style.getPropertyValue(`--${colour}`)
            return {
              label: title,
              stroke,
              ...(line ? { width: 2, points: { size: 5 } } : { fill: stroke, width: 0, ...bars }),
              value: (_: uPlot, value: number | null) => (value === null ? '–' : show(value)),
            }
          }),
        ],
      },
      [places.map((_, at) => at), ...series.map(({ values }) => [...values])],
      into,
    )
    const resize = new ResizeObserver(() => chart.setSize({ width: into.clientWidth, height }))
    resize.observe(into)
    return () => {
      resize.disconnect()
      chart.destroy()
    }
  }, [places, series, line, show])
  if (series.every(({ values }) => values.every(value => value === null || value === 0))) return <Empty>Nothing in this time.</Empty>
  return <div class="chart" role="img" aria-label={label} ref={holder} />
}

const paths = uPlot.paths.bars?.({ size: [0.7, 40] })
const bars = { points: { show: false }, ...(paths === undefined ? {} : { paths }) }
