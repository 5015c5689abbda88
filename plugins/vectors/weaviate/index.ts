/** Keeps vectors in Weaviate, for all replicas. */

import { definePlugin } from '../../../core/index.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'weaviate',
  description: 'Keeps vectors in Weaviate.',
  schema,
  provides: 'vectors',
  async setup(context) {
    const [{ serving }, { WeaviateClass }] = await Promise.all([import('../shared/store.ts'), import('./weaviate-class.ts')])
    return serving('Weaviate', new WeaviateClass(context.options), context)
  },
})
