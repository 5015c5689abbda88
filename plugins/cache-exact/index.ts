/** Answers a request that is equal to an earlier one with the answer that it got then: streams with streams. */

import { definePlugin } from '../../core/index.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'cache-exact',
  description: 'Answers equal requests from a cache.',
  schema,
  presence: 'cache.response.simple',
  needs: ['cache', 'cacheLayers'],
  onError: 'open',
  // Who waits for an identical call waits as long as that call may take.
  timeoutMs: 0,
  edits: false,
  async setup(context) {
    const { serving } = await import('./serving.ts')
    return serving(context)
  },
})
