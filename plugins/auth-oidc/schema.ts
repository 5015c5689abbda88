/** The options of the plugin `auth-oidc`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    issuer: {
      type: 'string',
      minLength: 1,
      setting: 'auth.oidc.issuer',
      env: 'OIDC_ISSUER',
      description: "Whose tokens are taken, as the issuer names itself: https, or http on this machine. Without it, nobody's.",
    },
    audience: {
      type: 'string',
      minLength: 1,
      setting: 'auth.oidc.audience',
      env: 'OIDC_AUDIENCE',
      description: 'For whom a token must have been made. Needed beside an issuer, who makes tokens for others, too.',
    },
    claims: {
      type: 'object',
      default: {},
      additionalProperties: false,
      setting: 'auth.oidc.claims',
      description: 'The names of claims that say more of the caller. Dots lead into objects.',
      properties: {
        user_path: { type: 'string', minLength: 1, description: 'The path that calls are made for. A token without it is refused then.' },
        labels: { type: 'string', minLength: 1, description: 'A label, or a list of them.' },
        admin_scope: {
          type: 'string',
          minLength: 1,
          description:
            'The path that the caller administers; `/` is everything. A token without it administers nothing, and none does where no claim is named here.',
        },
      },
    },
    clock_skew: {
      type: 'number',
      format: 'duration',
      minimum: 0,
      maximum: 300_000,
      default: '30s',
      setting: 'auth.oidc.clock_skew',
      description: "How far the issuer's clock may be from this one.",
    },
  },
} as const satisfies OptionsSchema
