/** The options of the plugin `sessions`. */

import type { OptionsSchema } from '../../core/index.ts'
import { headerName } from '../../core/upstream/headers/header-edits.ts'

export const schema = {
  type: 'object',
  properties: {
    enabled: {
      type: 'boolean',
      default: true,
      setting: 'session.enabled',
      env: 'SESSION_KEEPING_ENABLED',
      description: 'Whether calls of one conversation are known to belong together.',
    },
    builtin_rules: {
      type: 'boolean',
      default: true,
      setting: 'session.builtin_rules',
      env: 'SESSION_BUILTIN_RULES',
      description: 'Whether the headers and members are read in which known clients name their session.',
    },
    auto_detect: {
      type: 'boolean',
      default: true,
      setting: 'session.auto_detect',
      env: 'SESSION_AUTO_DETECT',
      description: 'Whether chats that begin alike are taken for one session, where nobody names one.',
    },
    headers: {
      type: 'array',
      default: [],
      setting: 'session.headers',
      description: 'Further headers that name a session.',
      items: {
        type: 'object',
        additionalProperties: false,
        properties: {
          header: { type: 'string', pattern: headerName, description: 'Its name. Never a header that carries credentials.' },
          transform: { type: 'string', enum: ['session-uuid'], description: 'session-uuid takes the UUID behind session_.' },
        },
        required: ['header'],
      },
    },
    header_variables: {
      type: 'object',
      default: {},
      additionalProperties: { type: 'string' },
      setting: 'session.header_variables',
      env_family: 'SESSION_HEADER_',
      description: 'What `SESSION_HEADER_<n>` and `SESSION_HEADER_<n>_TRANSFORM` say, by `<n>` and what follows it; n is 1 or more.',
    },
  },
} as const satisfies OptionsSchema
