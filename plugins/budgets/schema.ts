/** The options of the plugin `budgets`. */

import type { OptionsSchema } from '../../core/index.ts'
import { limitsOf, limitsOfPath } from '../shared/limits/list-schemas.ts'
import { longestPeriodSeconds } from '../shared/limits/rule.ts'

const limits = {
  type: 'array',
  description: 'So much in each of these periods.',
  items: {
    type: 'object',
    required: ['amount'],
    additionalProperties: false,
    properties: {
      period: { enum: ['hourly', 'hour', 'daily', 'day', 'weekly', 'week', 'monthly', 'month'], description: 'A period of the calendar, in UTC.' },
      period_seconds: {
        type: 'integer',
        minimum: 1,
        maximum: longestPeriodSeconds,
        description: 'The period in seconds, instead; such periods begin with 1970.',
      },
      amount: { type: 'number', exclusiveMinimum: 0, description: 'USD.' },
    },
  },
} as const satisfies OptionsSchema

export const schema = {
  type: 'object',
  properties: {
    enabled: { type: 'boolean', default: true, setting: 'budgets.enabled', env: 'BUDGETS_ENABLED', description: 'Whether budgets hold.' },
    reserve_output_tokens: {
      type: 'integer',
      minimum: 0,
      default: 4096,
      setting: 'budgets.reserve_output_tokens',
      env: 'BUDGETS_RESERVE_OUTPUT_TOKENS',
      description: 'How many tokens of an answer are held for, where the request does not limit it.',
    },
    on_store_failure: {
      enum: ['closed', 'open'],
      default: 'closed',
      setting: 'budgets.on_store_failure',
      env: 'BUDGETS_ON_STORE_FAILURE',
      description: 'What happens to calls that a budget holds for while nobody can tell what was spent: `closed` refuses them, `open` lets them pass.',
    },
    user_paths: {
      type: 'array',
      default: [],
      setting: 'budgets.user_paths',
      description: 'Budgets of user paths and all below them.',
      items: limitsOfPath('budgets', limits),
    },
    labels: {
      type: 'array',
      default: [],
      setting: 'budgets.labels',
      description: 'Budgets of labels.',
      items: limitsOf('label', 'The label, in its upper and lower case.', limits),
    },
    users: {
      type: 'array',
      default: [],
      setting: 'budgets.users',
      description: 'Budgets of users.',
      items: limitsOf('user', 'The id of the user.', limits),
    },
    keys: {
      type: 'array',
      default: [],
      setting: 'budgets.keys',
      description: 'Budgets of managed keys.',
      items: limitsOf('key', 'The id of the key.', limits),
    },
    path_variables: {
      type: 'object',
      default: {},
      additionalProperties: { oneOf: [limits, { type: 'string' }] },
      setting: 'budgets.path_variables',
      env_family: 'SET_BUDGET_',
      description: 'What `SET_BUDGET_<PATH>` say, by `<PATH>`: pairs such as `daily=10,weekly=50`, or a JSON array of limits.',
    },
    hold: {
      type: 'number',
      format: 'seconds',
      default: 600,
      setting: 'http.timeout',
      env: 'HTTP_TIMEOUT',
      description: 'How long a whole call may take; what it may cost stays held so long after the process died that made it.',
    },
    retention_days: {
      type: 'integer',
      minimum: 0,
      default: 90,
      setting: 'usage.retention_days',
      env: 'USAGE_RETENTION_DAYS',
      description: 'How long usage records are kept; no budget has a longer period. 0: for ever.',
    },
    recording: {
      type: 'boolean',
      default: true,
      setting: 'usage.enabled',
      env: 'USAGE_ENABLED',
      description: 'Whether usage is recorded; without that, budgets do not hold.',
    },
  },
} as const satisfies OptionsSchema
