/** Keeps the numbers that limits are counted by in this process: exact here, unknown to others. */

import { definePlugin } from '../../core/index.ts'
import { MemoryState } from '../../core/limits/memory-state.ts'

export default definePlugin({
  name: 'state-memory',
  description: 'Keeps the numbers that limits are counted by in this process.',
  provides: 'state',
  setup: () => ({ service: new MemoryState() }),
})
