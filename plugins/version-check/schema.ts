/** The options of the plugin `version-check`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    enabled: {
      type: 'boolean',
      default: false,
      setting: 'version_check.enabled',
      env: 'VERSION_CHECK_ENABLED',
      env_form: 'prefixed',
      description: 'Whether it is looked up if there is a newer version. Nothing is asked of anybody without this.',
    },
    url: {
      type: 'string',
      minLength: 1,
      setting: 'version_check.url',
      env: 'VERSION_CHECK_URL',
      env_form: 'prefixed',
      description: 'What is asked: an address that answers JSON with `version`, `latest` or `tag_name`, as npm and GitHub do.',
    },
    interval_hours: {
      type: 'number',
      minimum: 0.01,
      maximum: 480,
      default: 24,
      setting: 'version_check.interval_hours',
      env: 'VERSION_CHECK_INTERVAL_HOURS',
      env_form: 'prefixed',
      description: 'How often.',
    },
    timeout_seconds: {
      type: 'number',
      minimum: 0.1,
      maximum: 300,
      default: 5,
      setting: 'version_check.timeout_seconds',
      env: 'VERSION_CHECK_TIMEOUT_SECONDS',
      env_form: 'prefixed',
      description: 'How long an answer may take.',
    },
    max_daily_checks: {
      type: 'integer',
      minimum: 1,
      default: 500,
      setting: 'version_check.max_daily_checks',
      env: 'VERSION_CHECK_MAX_DAILY',
      env_form: 'prefixed',
      description: 'How often in one day (UTC) at most: all processes that share a store, and all their starts, together.',
    },
    offline: {
      type: 'boolean',
      default: false,
      setting: 'server.offline',
      env: 'OFFLINE',
      env_form: 'prefixed',
      description: 'Whether nothing is looked up all the same.',
    },
  },
} as const satisfies OptionsSchema
