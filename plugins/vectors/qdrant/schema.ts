/** The options of the plugin `qdrant`. */

import type { OptionsSchema } from '../../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    url: {
      type: 'string',
      format: 'uri',
      pattern: '^https?://',
      setting: 'cache.response.semantic.vector_store.qdrant.url',
      env: 'SEMANTIC_CACHE_QDRANT_URL',
      description: 'Where Qdrant is, with its port: `http://localhost:6333`.',
    },
    collection: {
      type: 'string',
      pattern: '^[A-Za-z0-9_-]+$',
      maxLength: 255,
      default: 'tapline_semantic',
      setting: 'cache.response.semantic.vector_store.qdrant.collection',
      env: 'SEMANTIC_CACHE_QDRANT_COLLECTION',
      description: 'The collection; made with the first entry, whose vector says of which size.',
    },
    api_key: {
      type: 'string',
      minLength: 1,
      secret: true,
      setting: 'cache.response.semantic.vector_store.qdrant.api_key',
      env: 'SEMANTIC_CACHE_QDRANT_API_KEY',
      description: 'The key of the server, if it asks for one.',
    },
  },
  required: ['url'],
} as const satisfies OptionsSchema
