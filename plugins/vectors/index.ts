/** Stands for the place where vectors are kept: it becomes the step of that place, and nothing while no cache asks for meanings. */

import { definePlugin, type OptionsSchema } from '../../core/index.ts'

const schema = {
  type: 'object',
  properties: {
    enabled: {
      type: 'boolean',
      default: false,
      setting: 'cache.response.semantic.enabled',
      env: 'SEMANTIC_CACHE_ENABLED',
      description: 'Whether requests that mean the same are answered from the cache. The block alone switches it on.',
    },
    type: {
      type: 'string',
      minLength: 1,
      default: 'embedded',
      setting: 'cache.response.semantic.vector_store.type',
      env: 'SEMANTIC_CACHE_VECTOR_STORE_TYPE',
      description: 'Where vectors are kept: `embedded`, `pgvector`, `qdrant`, `pinecone`, `weaviate`, or a plugin of your own by package or path.',
    },
    options: { type: 'object', setting: 'cache.response.semantic.vector_store.options', description: 'The options of a plugin of your own.' },
  },
} as const satisfies OptionsSchema

/** What each store is told stands there, in a block of its name; what one of the operator's own is told, in `options`. */
const block = '/cache/response/semantic/vector_store'

export default definePlugin({
  name: 'vectors',
  description: 'Chooses where the semantic cache keeps vectors.',
  schema,
  presence: 'cache.response.semantic',
  expand({ enabled, type, options = {} }, at) {
    const place = at(`${block}/type`)
    return enabled ? [{ use: type, options, optionsAt: `${block}/${/^[a-z]+$/.test(type) ? type : 'options'}`, ...(place === undefined ? {} : { place }) }] : []
  },
})
