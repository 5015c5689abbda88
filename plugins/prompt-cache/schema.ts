/** The options of the plugin `prompt-cache`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    enabled: {
      type: 'boolean',
      default: false,
      setting: 'cache.response.prompt_planner.enabled',
      env: 'PROVIDER_PROMPT_CACHE_PLANNER_ENABLED',
      description: 'Whether providers are asked to cache what prompts begin with, where the client does not say how.',
    },
  },
} as const satisfies OptionsSchema
