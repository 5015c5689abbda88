/** The options of the plugin `cache-semantic`. */

import type { OptionsSchema } from '../../core/index.ts'
import { streamingProperties } from '../shared/cache/settings.ts'

export const schema = {
  type: 'object',
  properties: {
    enabled: {
      type: 'boolean',
      default: false,
      setting: 'cache.response.semantic.enabled',
      env: 'SEMANTIC_CACHE_ENABLED',
      description: 'Whether requests that mean the same are answered from the cache. The block alone switches it on.',
    },
    similarity_threshold: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.92,
      setting: 'cache.response.semantic.similarity_threshold',
      env: 'SEMANTIC_CACHE_THRESHOLD',
      description:
        'How much a question must resemble an earlier one to get its answer: the cosine of the angle between the two. The header `X-Cache-Semantic-Threshold` of a request goes before, down to 0.8.',
    },
    ttl: {
      type: 'number',
      format: 'seconds',
      minimum: 0,
      default: 3600,
      setting: 'cache.response.semantic.ttl',
      env: 'SEMANTIC_CACHE_TTL',
      description: 'How long an entry lives; 0 is for ever.',
    },
    max_conversation_messages: {
      type: 'integer',
      minimum: 1,
      default: 3,
      setting: 'cache.response.semantic.max_conversation_messages',
      env: 'SEMANTIC_CACHE_MAX_CONV_MESSAGES',
      description: 'Longer conversations go by this cache. Messages of the system and of developers do not count.',
    },
    exclude_system_prompt: {
      type: 'boolean',
      default: false,
      setting: 'cache.response.semantic.exclude_system_prompt',
      env: 'SEMANTIC_CACHE_EXCLUDE_SYSTEM_PROMPT',
      description: 'Whether requests that differ in messages of the system and of developers share entries.',
    },
    embedder_provider: {
      type: 'string',
      minLength: 1,
      setting: 'cache.response.semantic.embedder.provider',
      env: 'SEMANTIC_CACHE_EMBEDDER_PROVIDER',
      description: 'The provider, by its name under `providers`, whose model turns questions into vectors.',
    },
    embedder_model: {
      type: 'string',
      minLength: 1,
      setting: 'cache.response.semantic.embedder.model',
      env: 'SEMANTIC_CACHE_EMBEDDER_MODEL',
      description: 'That model. By default the one that the type of the provider is known for.',
    },
    max_entry_bytes: {
      type: 'number',
      format: 'size',
      minimum: 1,
      default: '2M',
      setting: 'cache.response.semantic.max_entry_bytes',
      env: 'SEMANTIC_CACHE_MAX_ENTRY',
      description: 'Larger answers are not kept.',
    },
    ...streamingProperties,
  },
} as const satisfies OptionsSchema
