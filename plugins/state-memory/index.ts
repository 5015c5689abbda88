/** Keeps the numbers that limits are counted by in this process, or, where several serve one port, in the first of them: exact here, unknown to others. */

import { definePlugin } from '../../core/index.ts'
import { MemoryState } from '../../core/services/memory-state.ts'

export default definePlugin({
  name: 'state-memory',
  description: 'Keeps the numbers that limits are counted by in this process, or in the first of several.',
  provides: 'state',
  wants: ['processes'],
  setup: ({ services: { processes } }) => ({ service: processes?.state ?? new MemoryState() }),
})
