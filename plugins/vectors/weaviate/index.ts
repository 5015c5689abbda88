/** Keeps vectors in Weaviate, for all replicas. */

import { definePlugin } from '../../../core/index.ts'
import { serving } from '../shared/store.ts'
import { WeaviateClass } from './weaviate-class.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'weaviate',
  description: 'Keeps vectors in Weaviate.',
  schema,
  provides: 'vectors',
  setup: context => serving('Weaviate', new WeaviateClass(context.options), context),
})
