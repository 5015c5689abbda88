/** Time cut into slots that sums are kept for, and periods put together from them. */

import type { RollupShape } from './definition.ts'

export const quarterMs = 900_000
/** From the coarsest on. Midnights of every zone lie on quarters of an hour; the rest saves reading. */
const slotLengths: readonly number[] = [86_400_000, 3_600_000, quarterMs]

/** How long the slots of one part of a rollup are. By all dimensions there are about as many sums in a quarter of an hour as rows: where other parts answer most questions, the rows will do. */
export function slotLengthsOf(part: number, { parts }: Pick<RollupShape, 'parts'>): readonly number[] {
  return part === 0 && parts.length > 1 ? slotLengths.slice(0, -1) : slotLengths
}

/** A stretch of one period. */
export interface Segment {
  readonly period: number
  /** Inclusive. */
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

/** A stretch that whole slots of one length make up. */
export interface SlotSegment extends Segment {
  readonly length: number
}

/** What periods are put together from. */
export interface Cover {
  readonly slots: readonly SlotSegment[]
  /** What lies between the slots and the borders: to be summed from the rows. */
  readonly rows: readonly Segment[]
}

export interface TimeRange {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

const earliest = Number.MIN_SAFE_INTEGER
const latest = Number.MAX_SAFE_INTEGER

/** The periods between borders, as far as they lie in the range; the range itself where there are no borders. */
export function periodsIn({ from = earliest, to = latest }: TimeRange, borders: readonly number[] = [from, to]): readonly Segment[] {
  return borders.slice(1).flatMap((end, period) => {
    const segment = { period, from: borderOf(Math.max(from, borders[period] ?? from)), to: borderOf(Math.min(to, end)) }
    return segment.from < segment.to ? [segment] : []
  })
}

/** Rows have whole milliseconds: a border between two of them is as good as the later one. */
export function borderOf(time: number): number {
  return Math.min(Math.max(Math.ceil(time), earliest), latest)
}

/** Puts periods together from the fewest slots. @param lengths of slots, the longest first */
export function cover(periods: readonly Segment[], lengths: readonly number[]): Cover {
  const slots: SlotSegment[] = []
  const rows: Segment[] = []
  for (const period of periods) fill(period, lengths, { slots, rows })
  return { slots, rows }
}

/** What fits no slot of this length is left to shorter ones, and at last to the rows. */
function fill({ period, from, to }: Segment, [length, ...shorter]: readonly number[], into: { readonly slots: SlotSegment[]; readonly rows: Segment[] }): void {
  if (from >= to) return
  if (length === undefined) return void into.rows.push({ period, from, to })
  const [first, end] = [Math.ceil(from / length) * length, Math.floor(to / length) * length]
  if (first >= end) return fill({ period, from, to }, shorter, into)
  fill({ period, from, to: first }, shorter, into)
  into.slots.push({ period, from: first, to: end, length })
  fill({ period, from: end, to }, shorter, into)
}

/** Stretches of one period that meet, as one. */
export function merged(segments: readonly Segment[]): readonly Segment[] {
  const joined: Segment[] = []
  for (const { period, from, to } of segments) {
    const last = joined.at(-1)
    if (last?.period === period && last.to === from) joined[joined.length - 1] = { period, from: last.from, to }
    else joined.push({ period, from, to })
  }
  return joined
}

/** What of these is not before a time. */
export function since(first: number, segments: readonly Segment[]): readonly Segment[] {
  return segments.flatMap(segment => (segment.to > first ? [{ ...segment, from: Math.max(segment.from, first) }] : []))
}

/** When the slot began that a time lies in. */
export function slotOf(timestamp: number, length: number): number {
  return Math.floor(timestamp / length) * length
}
