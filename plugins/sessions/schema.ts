/** The options of the plugin `sessions`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    enabled: { type: 'boolean', default: true, setting: 'session.enabled', env: 'SESSION_KEEPING_ENABLED', description: 'Whether calls of one conversation are known to belong together.' },
    builtin_rules: { type: 'boolean', default: true, setting: 'session.builtin_rules', env: 'SESSION_BUILTIN_RULES', description: 'Whether the headers and members are read in which known clients name their session.' },
    auto_detect: { type: 'boolean', default: true, setting: 'session.auto_detect', env: 'SESSION_AUTO_DETECT', description: 'Whether chats that begin alike are taken for one session, where nobody names one.' },
    headers: {
      type: 'array', default: [], setting: 'session.headers', description: 'Further headers that name a session.',
      items: {
        type: 'object',
        properties: {
          header: { type: 'string', pattern: "^(?!(?:[Aa]uthorization|[Xx]-[Aa][Pp][Ii]-[Kk]ey|[Cc]ookie)$)[A-Za-z0-9!#$%&'*+.^_`|~-]+$", description: 'Its name. Never a credential header.' },
          transform: { type: 'string', enum: ['session-uuid'], description: 'session-uuid takes the UUID behind session_.' },
        },
        required: ['header'],
      },
    },
  },
} as const satisfies OptionsSchema
