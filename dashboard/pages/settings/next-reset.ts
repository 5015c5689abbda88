/** When the next day, week and month of budgets begin, by their settings; all in UTC. */

import type { BudgetSettings } from '../../../schemas/admin/budgets.schema.ts'

export const periods = ['daily', 'weekly', 'monthly'] as const
export type Period = (typeof periods)[number]

/** The first day from today whose hour and minute are to come and that is one on which the period begins. */
export function nextReset(period: Period, settings: BudgetSettings, now: Date): Date {
  const [hour, minute] = [settings[`${period}_reset_hour`], settings[`${period}_reset_minute`]]
  for (let days = 0; ; days++) {
    const at = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + days, hour, minute))
    if (at > now && beginsOn(period, settings, at)) return at
  }
}

function beginsOn(period: Period, { weekly_reset_weekday: weekday, monthly_reset_day: day }: BudgetSettings, at: Date): boolean {
  if (period === 'daily') return true
  if (period === 'weekly') return at.getUTCDay() === weekday % 7
  const lastDay = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate()
  return at.getUTCDate() === Math.min(day, lastDay)
}
