/** The options of the plugin `metrics`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    enabled: {
      type: 'boolean',
      default: false,
      setting: 'metrics.enabled',
      env: 'METRICS_ENABLED',
      description: 'Whether metrics are kept, and served to Prometheus.',
    },
    endpoint: {
      type: 'string',
      default: '/metrics',
      pattern: '^/(?!(v1|p|admin|mcp|health|version|swagger)(/|$))[^?#]+$',
      setting: 'metrics.endpoint',
      env: 'METRICS_ENDPOINT',
      description: "Where the page is served: a path that is none of the gateway's own.",
    },
    require_auth: {
      type: 'boolean',
      default: false,
      setting: 'metrics.require_auth',
      env: 'METRICS_REQUIRE_AUTH',
      description: 'Whether the page is shown only to callers with a credential.',
    },
    prefix: {
      type: 'string',
      default: 'tapline',
      pattern: '^[a-zA-Z_][a-zA-Z0-9_]*$',
      setting: 'metrics.prefix',
      env: 'METRICS_PREFIX',
      description: 'The first word of every name; `gomodel` keeps existing dashboards working.',
    },
  },
} as const satisfies OptionsSchema
