/** Keeps vectors in Pinecone, for all replicas. */

import { definePlugin } from '../../../core/index.ts'
import { Store } from '../shared/store.ts'
import { PineconeIndex } from './pinecone-index.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'pinecone',
  description: 'Keeps vectors in Pinecone.',
  schema,
  provides: 'vectors',
  setup({ options, services: { health }, signal }) {
    const database = new PineconeIndex(options)
    return { service: new Store({ name: 'Pinecone', database, health, signal }), close: () => database.close() }
  },
})
