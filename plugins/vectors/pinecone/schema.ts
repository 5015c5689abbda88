/** The options of the plugin `pinecone`. */

import type { OptionsSchema } from '../../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    host: {
      type: 'string',
      pattern: '^(https?://)?[A-Za-z0-9.-]+(:\\d+)?/?$',
      setting: 'cache.response.semantic.vector_store.pinecone.host',
      env: 'SEMANTIC_CACHE_PINECONE_HOST',
      description: 'The host of the index, as its console shows it: `https://name-project.svc.region.pinecone.io`.',
    },
    api_key: {
      type: 'string',
      minLength: 1,
      secret: true,
      setting: 'cache.response.semantic.vector_store.pinecone.api_key',
      env: 'SEMANTIC_CACHE_PINECONE_API_KEY',
      description: 'The key of the project.',
    },
    namespace: {
      type: 'string',
      minLength: 1,
      setting: 'cache.response.semantic.vector_store.pinecone.namespace',
      env: 'SEMANTIC_CACHE_PINECONE_NAMESPACE',
      description: 'Where in the index the entries are; its default namespace where absent.',
    },
    dimension: {
      type: 'integer',
      minimum: 1,
      maximum: 20_000,
      setting: 'cache.response.semantic.vector_store.pinecone.dimension',
      env: 'SEMANTIC_CACHE_PINECONE_DIMENSION',
      description: 'How many numbers a vector of the embedder has; an index of another dimension is refused.',
    },
  },
  required: ['host', 'api_key', 'dimension'],
} as const satisfies OptionsSchema
