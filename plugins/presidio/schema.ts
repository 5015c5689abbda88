/** The options of the plugin `presidio`. */

import { guardProperties, lookbehindProperty, placeholderProperty, rolesProperty, type OptionsSchema } from '../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    analyzer_url: { type: 'string', minLength: 1, default: 'http://localhost:5002', description: 'The analyzer of Presidio; texts go to `/analyze` below it.' },
    api_key: { type: 'string', minLength: 1, secret: true, description: 'Sent as a bearer token; the address must be https then, or on this machine.' },
    language: { type: 'string', minLength: 1, default: 'en', description: 'Of the texts.' },
    entities: { type: 'array', items: { type: 'string', minLength: 1 }, default: [], description: 'What is looked for; all that the analyzer knows by default.' },
    block_entities: { type: 'array', items: { type: 'string', minLength: 1 }, default: [], description: 'What is blocked, whatever the action is.' },
    score_threshold: { type: 'number', minimum: 0, maximum: 1, description: 'How sure the analyzer must be; as it decides itself by default.' },
    allow_list: { type: 'array', items: { type: 'string', minLength: 1 }, default: [], description: 'Texts that are nothing to be found.' },
    ad_hoc_recognizers: { type: 'array', items: { type: 'object' }, default: [], description: 'Further recognizers, as the analyzer takes them.' },
    roles: rolesProperty(['user', 'assistant', 'tool']),
    action: { type: 'string', enum: ['anonymize', 'block', 'respond', 'warn'], default: 'anonymize', description: 'What a find leads to.' },
    operator: { type: 'string', enum: ['replace', 'mask', 'redact', 'hash'], default: 'replace', description: 'What anonymize puts in the place of a find: a placeholder, asterisks, nothing, or its SHA-256.' },
    placeholder_format: placeholderProperty,
    restore: { type: 'boolean', default: false, description: 'Whether values are put back in the reply where their placeholders stand; those that the model made up are not. Such a reply is not cached.' },
    restore_roles: { type: 'array', items: { type: 'string', enum: ['user', 'assistant', 'tool'] }, default: ['user', 'assistant', 'tool'], description: 'Whose values are put back. Those of system and developer messages never are.' },
    restore_tools: { type: 'boolean', default: true, description: 'Whether values are put back in the arguments of tool calls, too.' },
    restore_tools_exclude: { type: 'array', items: { type: 'string', minLength: 1 }, default: [], description: 'Tools in whose arguments they are not.' },
    timeout_ms: { type: 'integer', minimum: 1, maximum: 600_000, default: 5000, description: 'Milliseconds for one analysis.' },
    stream_chunk: { type: 'integer', minimum: 1, description: 'Read, and of no effect: streams are collected.' },
    stream_lookbehind: { ...lookbehindProperty(64), description: 'Read, and of no effect: streams are collected.' },
    ...guardProperties,
  },
} as const satisfies OptionsSchema
