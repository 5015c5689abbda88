/** How much of the heap that the process may have is in use, from 0 to 1. */

import { getHeapStatistics } from 'node:v8'
import type { Measure } from './sampling.ts'

export const heap: Measure = {
  reason: 'heap',
  everyMs: 500,
  read() {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
    return used / limit
  },
}
