/** The options of the plugin `presidio`. */

import type { OptionsSchema } from '../../core/index.ts'
import { guardProperties, lookbehindProperty, placeholderProperty, rolesProperty } from '../shared/guard/properties.ts'

export const schema = {
  type: 'object',
  properties: {
    analyzer_url: { type: 'string', minLength: 1, default: 'http://localhost:5002', description: 'The analyzer of Presidio; texts go to `/analyze` below it.' },
    api_key: { type: 'string', minLength: 1, secret: true, description: 'Sent as a bearer token; the address must be https then, or on this machine.' },
    language: { type: 'string', minLength: 1, default: 'en', description: 'Of the texts.' },
    entities: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      default: [],
      description: 'What to look for; everything that the analyzer knows by default.',
    },
    block_entities: { type: 'array', items: { type: 'string', minLength: 1 }, default: [], description: 'What to block, whatever the action is.' },
    score_threshold: { type: 'number', minimum: 0, maximum: 1, description: 'The confidence that the analyzer must have; by default it decides itself.' },
    allow_list: { type: 'array', items: { type: 'string', minLength: 1 }, default: [], description: 'Texts that are never matches.' },
    ad_hoc_recognizers: { type: 'array', items: { type: 'object' }, default: [], description: "Further recognizers, in the analyzer's format." },
    roles: rolesProperty(['user', 'assistant', 'tool']),
    action: { type: 'string', enum: ['anonymize', 'block', 'respond', 'warn'], default: 'anonymize', description: 'What happens to a match.' },
    operator: {
      type: 'string',
      enum: ['replace', 'mask', 'redact', 'hash'],
      default: 'replace',
      description: 'What anonymize puts in place of a match: a placeholder, asterisks, nothing, or its SHA-256.',
    },
    placeholder_format: placeholderProperty,
    restore: {
      type: 'boolean',
      default: false,
      description:
        'Whether values are put back in the reply in place of their placeholders; those that the model produced are not. Such a reply is not cached.',
    },
    restore_roles: {
      type: 'array',
      items: { type: 'string', enum: ['user', 'assistant', 'tool'] },
      default: ['user', 'assistant', 'tool'],
      description: 'The roles whose values are put back. Those of system and developer messages never are.',
    },
    restore_tools: { type: 'boolean', default: true, description: 'Whether values are put back in the arguments of tool calls, too.' },
    restore_tools_exclude: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      default: [],
      description: 'Tools in whose arguments values are not put back.',
    },
    timeout_ms: { type: 'integer', minimum: 1, maximum: 600_000, default: 5000, description: 'Milliseconds for one analysis.' },
    stream_chunk: { type: 'integer', minimum: 1, description: 'Accepted, but has no effect: streams are collected.' },
    stream_lookbehind: { ...lookbehindProperty(64), description: 'Accepted, but has no effect: streams are collected.' },
    ...guardProperties,
  },
} as const satisfies OptionsSchema
