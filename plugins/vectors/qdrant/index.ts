/** Keeps vectors in Qdrant, for all replicas. */

import { definePlugin } from '../../../core/index.ts'
import { serving } from '../shared/store.ts'
import { QdrantCollection } from './qdrant-collection.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'qdrant',
  description: 'Keeps vectors in Qdrant.',
  schema,
  provides: 'vectors',
  setup: context => serving('Qdrant', new QdrantCollection(context.options), context),
})
