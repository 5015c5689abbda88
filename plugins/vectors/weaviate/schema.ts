/** The options of the plugin `weaviate`. */

import type { OptionsSchema } from '../../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    url: {
      type: 'string',
      format: 'uri',
      pattern: '^https?://',
      setting: 'cache.response.semantic.vector_store.weaviate.url',
      env: 'SEMANTIC_CACHE_WEAVIATE_URL',
      description: 'Where the HTTP API of Weaviate is: `http://localhost:8080`.',
    },
    class: {
      type: 'string',
      pattern: '^[A-Z][A-Za-z0-9]*$',
      maxLength: 256,
      default: 'TaplineSemanticCache',
      setting: 'cache.response.semantic.vector_store.weaviate.class',
      env: 'SEMANTIC_CACHE_WEAVIATE_CLASS',
      description: 'The class (collection) in PascalCase; made without a vectoriser if it is not there.',
    },
    api_key: {
      type: 'string',
      minLength: 1,
      secret: true,
      setting: 'cache.response.semantic.vector_store.weaviate.api_key',
      env: 'SEMANTIC_CACHE_WEAVIATE_API_KEY',
      description: 'The key of the server, if it asks for one.',
    },
  },
  required: ['url'],
} as const satisfies OptionsSchema
