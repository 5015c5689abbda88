/** Answers a request that means the same as an earlier one with the answer that it got then. */

import { definePlugin } from '../../core/index.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'cache-semantic',
  description: 'Answers requests that mean the same from a cache.',
  schema,
  presence: 'cache.response.semantic',
  needs: ['vectors', 'cacheLayers', 'providers', 'models'],
  onError: 'open',
  // Searching has a limit of its own.
  timeoutMs: 0,
  edits: false,
  async setup(context) {
    const { serving } = await import('./serving.ts')
    return serving(context)
  },
})
