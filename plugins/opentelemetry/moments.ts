/** Moments of an exchange as spans want them. */

import type { HrTime } from '@opentelemetry/api'
import type { Clock } from '../../core/index.ts'

/** @param at monotonic milliseconds. Seconds and nanoseconds, which nobody takes for anything but a time of day. */
export function momentOf(clock: Clock, at: number): HrTime {
  const ms = clock.now() - (clock.elapsed() - at)
  const seconds = Math.floor(ms / 1000)
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)]
}
