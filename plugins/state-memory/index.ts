/** Keeps the numbers that limits are counted by in this process: exact here, unknown to others. */

import { definePlugin, type Timer } from '../../core/index.ts'
import { MemoryState } from './memory-state.ts'

const sweepMs = 60_000

export default definePlugin({
  name: 'state-memory',
  description: 'Keeps the numbers that limits are counted by in this process.',
  provides: 'state',
  setup({ services: { clock } }) {
    const state = new MemoryState()
    let timer: Timer | undefined
    const sweepLater = () => {
      timer = clock.after(sweepMs, () => {
        state.sweep(clock.now())
        sweepLater()
      })
    }
    return { service: state, start: sweepLater, close: () => timer?.cancel() }
  },
})
