/** What the admin API says and takes of budgets. Made by schemas/generate.ts; edit budgets.schema.json instead. */

/**
 * This interface was referenced by `BudgetBodies`'s JSON-Schema
 * via the `definition` "Time".
 */
export type Time = string

/**
 * What the admin API says and takes of budgets
 */
export interface BudgetBodies {
  [k: string]: unknown
}
/**
 * A budget, and how much of it is spent, in USD.
 *
 * This interface was referenced by `BudgetBodies`'s JSON-Schema
 * via the `definition` "BudgetView".
 */
export interface BudgetView {
  scope: 'user_path' | 'label' | 'user' | 'key'
  /**
   * The user path, the label, or the id of the user or the key.
   */
  subject: string
  /**
   * Each direct child of the path has its own.
   */
  per_child: boolean
  /**
   * The child whose budget this is.
   */
  effective_subject?: string
  user_path?: string
  /**
   * 2592000 stands for a month.
   */
  period_seconds: number
  /**
   * `hourly`, `daily`, `weekly`, `monthly`, or seconds such as `90s`.
   */
  period_label: string
  amount: number
  /**
   * Budgets of the configuration are changed there.
   */
  source: 'config' | 'manual'
  last_reset_at?: Time
  created_at: Time
  updated_at: Time
  period_start: Time
  period_end: Time
  spent: number
  /**
   * Whether anything was spent in the period.
   */
  has_usage: boolean
  remaining: number
  usage_ratio: number
  /**
   * How much of the period is over.
   */
  period_ratio: number
}
/**
 * The budgets that the caller may see.
 *
 * This interface was referenced by `BudgetBodies`'s JSON-Schema
 * via the `definition` "BudgetList".
 */
export interface BudgetList {
  budgets: BudgetView[]
  server_time: Time
}
/**
 * The period, by its name or in seconds.
 *
 * This interface was referenced by `BudgetBodies`'s JSON-Schema
 * via the `definition` "BudgetKey".
 */
export interface BudgetKey {
  /**
   * `hourly`, `daily`, `weekly`, or `monthly`.
   */
  period?: string
  period_seconds?: number
}
/**
 * A budget to be set.
 *
 * This interface was referenced by `BudgetBodies`'s JSON-Schema
 * via the `definition` "BudgetWrite".
 */
export interface BudgetWrite {
  scope?: string
  subject?: string
  /**
   * In the place of `subject`.
   */
  user_path?: string
  per_child: boolean
  budget_key: BudgetKey
  /**
   * USD.
   */
  amount: number
}
/**
 * Which budget.
 *
 * This interface was referenced by `BudgetBodies`'s JSON-Schema
 * via the `definition` "BudgetName".
 */
export interface BudgetName {
  scope?: string
  subject?: string
  /**
   * In the place of `subject`.
   */
  user_path?: string
  per_child?: boolean
  budget_key: BudgetKey
}
/**
 * Which budget begins anew.
 *
 * This interface was referenced by `BudgetBodies`'s JSON-Schema
 * via the `definition` "BudgetReset".
 */
export interface BudgetReset {
  scope?: string
  subject?: string
  /**
   * In the place of `subject`.
   */
  user_path?: string
  period?: string
  period_seconds?: number
}
/**
 * When days, weeks and months begin, in UTC.
 *
 * This interface was referenced by `BudgetBodies`'s JSON-Schema
 * via the `definition` "BudgetSettings".
 */
export interface BudgetSettings {
  daily_reset_hour: number
  daily_reset_minute: number
  /**
   * 1 is Monday.
   */
  weekly_reset_weekday: number
  weekly_reset_hour: number
  weekly_reset_minute: number
  /**
   * In a month without this day, the last one.
   */
  monthly_reset_day: number
  monthly_reset_hour: number
  monthly_reset_minute: number
  updated_at: string | null
}
/**
 * What is to be another; what is left out stays.
 *
 * This interface was referenced by `BudgetBodies`'s JSON-Schema
 * via the `definition` "BudgetSettingsWrite".
 */
export interface BudgetSettingsWrite {
  daily_reset_hour?: number
  daily_reset_minute?: number
  weekly_reset_weekday?: number
  weekly_reset_hour?: number
  weekly_reset_minute?: number
  monthly_reset_day?: number
  monthly_reset_hour?: number
  monthly_reset_minute?: number
}
/**
 * That all are meant.
 *
 * This interface was referenced by `BudgetBodies`'s JSON-Schema
 * via the `definition` "ResetAll".
 */
export interface ResetAll {
  confirmation: 'reset'
}
/**
 * It is done.
 *
 * This interface was referenced by `BudgetBodies`'s JSON-Schema
 * via the `definition` "ResetDone".
 */
export interface ResetDone {
  status: 'ok'
}
