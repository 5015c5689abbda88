/** Keeps vectors in Qdrant, for all replicas. */

import { definePlugin } from '../../../core/index.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'qdrant',
  description: 'Keeps vectors in Qdrant.',
  schema,
  provides: 'vectors',
  async setup(context) {
    const [{ serving }, { QdrantCollection }] = await Promise.all([import('../shared/store.ts'), import('./qdrant-collection.ts')])
    return serving('Qdrant', new QdrantCollection(context.options), context)
  },
})
