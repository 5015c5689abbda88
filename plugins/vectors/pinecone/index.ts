/** Keeps vectors in Pinecone, for all replicas. */

import { definePlugin } from '../../../core/index.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'pinecone',
  description: 'Keeps vectors in Pinecone.',
  schema,
  provides: 'vectors',
  async setup(context) {
    const [{ serving }, { PineconeIndex }] = await Promise.all([import('../shared/store.ts'), import('./pinecone-index.ts')])
    return serving('Pinecone', new PineconeIndex(context.options), context)
  },
})
