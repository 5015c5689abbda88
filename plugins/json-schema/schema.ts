/** The options of the plugin `json-schema`. */

import type { OptionsSchema } from '../../core/index.ts'
import { guardProperties } from '../shared/guard/properties.ts'

export const schema = {
  type: 'object',
  properties: {
    schema: { type: 'object', description: 'A JSON Schema (2020-12) that every reply with a text must match; by default the one that the request asks for.' },
    repair: { type: 'boolean', default: true, description: 'Whether a model is asked, once, to repair what does not match.' },
    model: { type: 'string', minLength: 1, input: 'model', description: 'The model that repairs; by default the one that answered.' },
    user_path: { type: 'string', pattern: '^(/[^/:]+)+$', description: "The calls to the model are counted below this path; below the caller's by default." },
    max_tokens: { type: 'integer', minimum: 1, default: 4096, description: 'Of a repaired reply.' },
    on_invalid: { type: 'string', enum: ['block', 'warn'], default: 'block', description: 'What happens to a reply that does not match.' },
    message: { type: 'string', minLength: 1, default: 'The answer does not match the JSON schema', description: 'The text of a block.' },
    block_status: guardProperties.block_status,
  },
} as const satisfies OptionsSchema
