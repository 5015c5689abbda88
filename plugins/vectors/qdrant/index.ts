/** Keeps vectors in Qdrant, for all replicas. */

import { definePlugin } from '../../../core/index.ts'
import { Store } from '../shared/store.ts'
import { QdrantCollection } from './qdrant-collection.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'qdrant',
  description: 'Keeps vectors in Qdrant.',
  schema,
  provides: 'vectors',
  setup({ options, services: { health }, signal }) {
    const database = new QdrantCollection(options)
    return { service: new Store({ name: 'Qdrant', database, health, signal }), close: () => database.close() }
  },
})
