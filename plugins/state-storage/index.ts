/** Keeps the numbers that limits are counted by in the database that keeps all else, for all replicas. */

import { definePlugin } from '../../core/index.ts'

export default definePlugin({
  name: 'state-storage',
  description: 'Keeps the numbers that limits are counted by in the database.',
  provides: 'state',
  needs: ['storage'],
  setup({ services: { storage } }) {
    if (storage.state === undefined) throw new Error(`${storage.kind} cannot count for several replicas: state.backend must be redis or memory`)
    return { service: storage.state }
  },
})
