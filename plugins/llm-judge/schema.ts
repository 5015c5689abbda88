/** The options of the plugin `llm-judge`. */

import type { OptionsSchema } from '../../core/index.ts'
import { guardProperties } from '../shared/guard/properties.ts'

export const schema = {
  type: 'object',
  required: ['model', 'prompt'],
  properties: {
    model: { type: 'string', minLength: 1, input: 'model', description: 'The model that judges.' },
    prompt: { type: 'string', minLength: 1, input: 'textarea', description: 'What to block, in words. The answer format is added to it.' },
    user_path: { type: 'string', pattern: '^(/[^/:]+)+$', description: "The calls to the model are counted below this path; below the caller's by default." },
    target: {
      type: 'string',
      enum: ['auto', 'last_user', 'all_user', 'conversation'],
      default: 'auto',
      description:
        'What is judged. auto: the last message of the user, and the reply; last_user and all_user: of the prompt only; conversation: all of the prompt, and then all of it with the reply.',
    },
    action: { type: 'string', enum: ['block', 'respond', 'warn'], default: 'block', description: 'What happens on a verdict to block.' },
    respond_text: { type: 'string', minLength: 1, description: 'The text of respond; the message by default.' },
    on_unclear: {
      type: 'string',
      enum: ['allow', 'warn', 'block'],
      default: 'warn',
      description: 'What happens if the model gives no verdict, or one that cannot be understood.',
    },
    max_tokens: { type: 'integer', minimum: 1, default: 2048, description: 'The limit for a verdict; one that is cut off there does not count.' },
    temperature: { type: 'number', minimum: 0, maximum: 2, default: 0, description: 'Of the model.' },
    ...guardProperties,
  },
} as const satisfies OptionsSchema
