/** Tokens of the last seconds, minutes, hours or days, for a picture that moves. */

import { periods } from '../../core/storage/periods.ts'
import { tokens, type UsageJournal } from './journal.ts'
import { Tally, tallies } from './tally.ts'

const granularities = {
  second: { seconds: 1, count: 60 },
  minute: { seconds: 60, count: 60 },
  hour: { seconds: 3600, count: 24 },
  day: { seconds: 86_400, count: 30 },
} as const

export type Granularity = keyof typeof granularities

export async function throughputOf(journal: UsageJournal | undefined, granularity: Granularity, timeZone: string, now: number): Promise<object> {
  const borders = bordersOf(granularity, timeZone, now)
  const { groups } = (await journal?.sums({ by: ['cache_type'], borders, measures: [...tokens] })) ?? { groups: [] }
  const byPeriod = tallies(groups, 'uncached', ({ period }) => String(period))
  const buckets = borders.slice(0, -1).map((start, period) => {
    const tally = byPeriod.get(String(period)) ?? new Tally('uncached')
    return {
      start: new Date(start).toISOString(),
      input_tokens: tally.tokens('input_tokens'),
      output_tokens: tally.tokens('output_tokens'),
      prompt_cached_tokens: tally.tokens('cached_input_tokens'),
      locally_cached_tokens: tally.localInput + tally.localOutput,
    }
  })
  return { granularity, bucket_seconds: granularities[granularity].seconds, buckets }
}

/** The last bucket is the one that runs. Seconds and minutes begin everywhere at the same time, hours and days do not. */
function bordersOf(granularity: Granularity, timeZone: string, now: number): readonly number[] {
  const { seconds, count } = granularities[granularity]
  const lengthMs = seconds * 1000
  if (granularity === 'hour' || granularity === 'day')
    return periods({ from: now - (count + 1) * lengthMs, to: now + 1, unit: granularity, timeZone }).borders.slice(-count - 1)
  const end = (Math.floor(now / lengthMs) + 1) * lengthMs
  return Array.from({ length: count + 1 }, (_, i) => end - (count - i) * lengthMs)
}
