/** When the periods of budgets begin and end, all in UTC. */

import { periodMsOf } from '../shared/limits/rule.ts'
import { month } from './budget-rule.ts'

/** When days, weeks and months begin. */
export interface Anchors {
  readonly daily_reset_hour: number
  readonly daily_reset_minute: number
  /** 1 is Monday. */
  readonly weekly_reset_weekday: number
  readonly weekly_reset_hour: number
  readonly weekly_reset_minute: number
  /** 1 to 31; the last day of a month that has no such day. */
  readonly monthly_reset_day: number
  readonly monthly_reset_hour: number
  readonly monthly_reset_minute: number
}

export const defaultAnchors: Anchors = {
  daily_reset_hour: 0,
  daily_reset_minute: 0,
  weekly_reset_weekday: 1,
  weekly_reset_hour: 0,
  weekly_reset_minute: 0,
  monthly_reset_day: 1,
  monthly_reset_hour: 0,
  monthly_reset_minute: 0,
}

/** Milliseconds since 1970; the end is not part of it. */
export interface BudgetWindow {
  readonly startMs: number
  readonly endMs: number
}

const dayMs = 86_400_000
const weekMs = 7 * dayMs
/** The first Monday of 1970. */
const firstMondayMs = 4 * dayMs

/** The window of a period that a time lies in. */
export function windowAt(seconds: number, anchors: Anchors, nowMs: number): BudgetWindow {
  switch (seconds) {
    case 86_400:
      return aligned(dayMs, clockMs(anchors.daily_reset_hour, anchors.daily_reset_minute), nowMs)
    case 604_800:
      return aligned(
        weekMs,
        firstMondayMs + (anchors.weekly_reset_weekday - 1) * dayMs + clockMs(anchors.weekly_reset_hour, anchors.weekly_reset_minute),
        nowMs,
      )
    case month:
      return monthAt(anchors, nowMs)
  }
  return aligned(periodMsOf({ period_seconds: seconds }), 0, nowMs)
}

function aligned(lengthMs: number, offsetMs: number, nowMs: number): BudgetWindow {
  const startMs = Math.floor((nowMs - offsetMs) / lengthMs) * lengthMs + offsetMs
  return { startMs, endMs: startMs + lengthMs }
}

function monthAt(anchors: Anchors, nowMs: number): BudgetWindow {
  const date = new Date(nowMs)
  const [year, index] = [date.getUTCFullYear(), date.getUTCMonth()]
  const here = monthStart(anchors, year, index)
  return nowMs >= here ? { startMs: here, endMs: monthStart(anchors, year, index + 1) } : { startMs: monthStart(anchors, year, index - 1), endMs: here }
}

function monthStart({ monthly_reset_day: day, monthly_reset_hour: hour, monthly_reset_minute: minute }: Anchors, year: number, index: number): number {
  const lastDay = new Date(Date.UTC(year, index + 1, 0)).getUTCDate()
  return Date.UTC(year, index, Math.min(day, lastDay)) + clockMs(hour, minute)
}

function clockMs(hour: number, minute: number): number {
  return (hour * 60 + minute) * 60_000
}
