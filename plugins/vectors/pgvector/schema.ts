/** The options of the plugin `pgvector`. */

import type { OptionsSchema } from '../../../core/index.ts'

export const schema = {
  type: 'object',
  properties: {
    url: {
      type: 'string',
      pattern: '^(postgres(ql)?|socket):',
      secret: true,
      setting: 'cache.response.semantic.vector_store.pgvector.url',
      env: 'SEMANTIC_CACHE_PGVECTOR_URL',
      description: 'The database, which has the extension `vector` or may make it: `postgresql://user:password@host:5432/name`.',
    },
    table: {
      type: 'string',
      pattern: '^[A-Za-z_][A-Za-z0-9_]{0,49}(\\.[A-Za-z_][A-Za-z0-9_]{0,49})?$',
      default: 'tapline_semantic_cache',
      setting: 'cache.response.semantic.vector_store.pgvector.table',
      env: 'SEMANTIC_CACHE_PGVECTOR_TABLE',
      description: 'The table, or `schema.table`; made if it is not there.',
    },
    dimension: {
      type: 'integer',
      minimum: 1,
      maximum: 16_000,
      setting: 'cache.response.semantic.vector_store.pgvector.dimension',
      env: 'SEMANTIC_CACHE_PGVECTOR_DIMENSION',
      description: 'How many numbers a vector of the embedder has; a table of another dimension is refused.',
    },
  },
  required: ['url', 'dimension'],
} as const satisfies OptionsSchema
