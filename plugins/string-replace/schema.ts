/** The options of the plugin `string-replace`. */

import type { OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  required: ['rules'],
  properties: {
    rules: { type: 'string', minLength: 1, description: 'One rule per line: `find => replace`. Lines that begin with # say nothing. Without `=>`, the rule only finds.' },
    mode: { type: 'string', enum: ['literal', 'regex'], default: 'literal', description: 'literal knows \\n, \\t and \\\\ on both sides; regex is RE2, with $1, $& and $$ in the replacement.' },
    case_insensitive: { type: 'boolean', default: false, description: 'Whether upper and lower case are the same.' },
    roles: {
      type: 'array', items: { type: 'string', enum: ['system', 'developer', 'user', 'assistant', 'tool', 'all'] }, minItems: 1, default: ['user'],
      description: 'Whose messages of a prompt are looked at. Replies are looked at whole.',
    },
    on_match: { type: 'string', enum: ['replace', 'block', 'respond', 'warn'], default: 'replace', description: 'What a match leads to. respond collects streams before they leave.' },
    message: { type: 'string', minLength: 1, default: 'Request blocked by policy', description: 'What block and respond say.' },
    block_status: { type: 'integer', minimum: 400, maximum: 599, description: 'The status of a block: 400 for a prompt and 502 for a reply by default.' },
    stream_lookbehind: { type: 'integer', minimum: 0, maximum: 65_536, default: 64, description: 'Characters of a stream that are held back; finds matches of one more than that for certain.' },
    compat_headers: { type: 'boolean', default: true, setting: 'server.compat_headers', env: 'COMPAT_HEADERS', description: 'Whether a warning is also sent under the compatible name, X-GoModel-Guardrail.' },
  },
} as const satisfies OptionsSchema
