/** Keeps vectors in Pinecone, for all replicas. */

import { definePlugin } from '../../../core/index.ts'
import { serving } from '../shared/store.ts'
import { PineconeIndex } from './pinecone-index.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'pinecone',
  description: 'Keeps vectors in Pinecone.',
  schema,
  provides: 'vectors',
  setup: context => serving('Pinecone', new PineconeIndex(context.options), context),
})
