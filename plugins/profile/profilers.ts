/** The profilers of V8: what the process did, or what it allocated and kept, while somebody waited. Both name functions and files, and hold no data. */

import type { Session } from 'node:inspector/promises'

export interface Profiler {
  /** Of the files that DevTools open. */
  readonly extension: string
  /** @returns the profile of the time for which `wait` takes */
  profile(session: Session, wait: () => Promise<void>): Promise<object>
}

const cpu: Profiler = {
  extension: 'cpuprofile',
  async profile(session, wait) {
    await session.post('Profiler.enable')
    await session.post('Profiler.start')
    await wait()
    return (await session.post('Profiler.stop')).profile
  },
}

const heap: Profiler = {
  extension: 'heapprofile',
  async profile(session, wait) {
    await session.post('HeapProfiler.enable')
    await session.post('HeapProfiler.startSampling')
    await wait()
    return (await session.post('HeapProfiler.stopSampling')).profile
  },
}

/** By the last segment of their paths. */
export const profilers: Readonly<Record<string, Profiler>> = { cpu, heap }
