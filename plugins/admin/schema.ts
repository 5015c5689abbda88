/** The options of the plugin `admin`. */

import type { OptionsSchema } from '../../core/index.ts'
import { redisUrlSetting } from '../shared/redis-url.ts'

export const schema = {
  type: 'object',
  properties: {
    endpoints_enabled: {
      type: 'boolean',
      default: true,
      setting: 'admin.endpoints_enabled',
      env: 'ADMIN_ENDPOINTS_ENABLED',
      description: 'Whether the admin API is served. Off, each of its routes is 404.',
    },
    legacy_api_v1: {
      type: 'boolean',
      default: true,
      setting: 'admin.legacy_api_v1',
      env: 'ADMIN_LEGACY_API_V1',
      description: 'Whether `/admin/api/v1/…` answers as `/admin/…` does, with a `Deprecation` header.',
    },
    legacy_sunset: {
      type: 'string',
      minLength: 1,
      setting: 'admin.legacy_sunset',
      env: 'ADMIN_LEGACY_SUNSET',
      description: 'When the older prefix ends, as an HTTP date; sent as `Sunset` with its answers.',
    },
    swagger_enabled: {
      type: 'boolean',
      default: false,
      setting: 'server.swagger_enabled',
      env: 'SWAGGER_ENABLED',
      description: 'Whether `/openapi.json` and the page `/swagger/index.html` are served, to anybody.',
    },
    guardrails_enabled: {
      type: 'boolean',
      default: true,
      setting: 'guardrails.enabled',
      env: 'GUARDRAILS_ENABLED',
      description: 'Shown as `GUARDRAILS_ENABLED`.',
    },
    plugins_enabled: { type: 'boolean', default: true, setting: 'plugins.enabled', env: 'PLUGINS_ENABLED', description: 'Shown as `PLUGINS_ENABLED`.' },
    redis_url: { ...redisUrlSetting, setting: 'cache.response.simple.redis.url', description: 'Whether there is one is shown as `REDIS_URL`.' },
    models_redis_url: { ...redisUrlSetting, setting: 'cache.model.redis.url', description: 'The same.' },
  },
} as const satisfies OptionsSchema
