/** TimeRanges of time that are asked for by one condition, and which period each moment of them lies in. */

import type { Document } from 'mongodb'
import type { Segment } from '../shared/slots.ts'
import { oneOf } from './filters.ts'

export class TimeRanges {
  readonly #segments: readonly Segment[]

  /** @param segments that do not overlap, in any order */
  constructor(segments: readonly Segment[]) {
    this.#segments = segments.toSorted((one, other) => one.from - other.from)
  }

  condition(field: string): Document {
    return oneOf(this.#joined().map(({ from, to }) => ({ [field]: { $gte: from, $lt: to } })))
  }

  /** @throws RangeError for a moment outside */
  periodAt(moment: number): number {
    let [low, high] = [0, this.#segments.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.#segments[middle]?.from ?? Infinity) <= moment) low = middle
      else high = middle - 1
    }
    const found = this.#segments[low]
    if (found === undefined || moment < found.from || moment >= found.to) throw new RangeError(`${moment} lies in no stretch that was asked for`)
    return found.period
  }

  /** Those that follow each other without a gap, as one. */
  #joined(): readonly { readonly from: number; readonly to: number }[] {
    const joined: { from: number; to: number }[] = []
    for (const { from, to } of this.#segments) {
      const last = joined.at(-1)
      if (last?.to === from) last.to = to
      else joined.push({ from, to })
    }
    return joined
  }
}
