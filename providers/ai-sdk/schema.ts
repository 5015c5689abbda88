/** The settings of an instance. */

import type { OptionsSchema, SettingsOf } from '../../core/index.ts'

export const schema = {
  type: 'object',
  required: ['package'],
  properties: {
    package: { type: 'string', minLength: 1, description: 'The npm package, installed beside the configuration, for example @ai-sdk/mistral; or a path.' },
    options: { type: 'object', default: {}, description: 'What its create function is given; api_key and base_url become apiKey and baseURL.' },
    create: { type: 'string', minLength: 1, description: 'The name of its create function, if it has several.' },
    language_model: {
      type: 'string',
      minLength: 1,
      description: "The method of its provider that makes a language model, such as chat or responses; the provider's own choice by default.",
    },
  },
} as const satisfies OptionsSchema

export type Settings = SettingsOf<typeof schema>
