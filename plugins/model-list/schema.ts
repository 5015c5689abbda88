/** The options of the plugin `model-list`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    url: {
      type: 'string',
      minLength: 1,
      secret: true,
      setting: 'cache.model.model_list.url',
      env: 'MODEL_LIST_URL',
      description:
        'The catalogue of what models are and cost: an address (http, https, file), a path, or `off` for none. Without it, the catalogue that comes with Tapline counts, and nothing is downloaded.',
    },
    refresh_interval: {
      type: 'string',
      format: 'seconds',
      default: '3600',
      setting: 'cache.model.refresh_interval',
      env: 'CACHE_REFRESH_INTERVAL',
      description: 'How often the list is looked at again; 0 is never.',
    },
    offline: {
      type: 'boolean',
      default: false,
      setting: 'server.offline',
      env: 'OFFLINE',
      env_form: 'prefixed',
      description: 'Whether no list is downloaded, whatever address it has.',
    },
  },
} as const satisfies OptionsSchema
