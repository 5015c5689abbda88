/** The URL of Redis, as settings take it. Apart from the connections, whose client takes long to load. */

import type { OptionsSchema } from '../../core/index.ts'

/** A URL with its scheme, or the path of a socket. */
export const redisUrl = {
  type: 'string',
  pattern: '^(rediss?://|/)',
  secret: true,
  description: 'Where Redis is: `redis://user:password@host:6379/0`.',
} as const satisfies OptionsSchema

/** The same, as `REDIS_URL` gives it too. */
export const redisUrlSetting = { ...redisUrl, env: 'REDIS_URL', env_form: 'bare' } as const satisfies OptionsSchema
