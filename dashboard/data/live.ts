/** One connection to the gateway's live logs, shared by all who show them; it comes back by itself when it breaks. */

import { signal } from '@preact/signals'
import type { LiveEvent } from '../../schemas/admin/live.schema.ts'
import { openStream } from './api.ts'

export type LiveState = 'off' | 'connecting' | 'live'

export const liveState = signal<LiveState>('off')

type Listener = (event: LiveEvent) => void

const firstPauseMs = 1000
const longestPauseMs = 30_000
const listeners = new Set<Listener>()
let stopped: AbortController | undefined

/** Hears events until the function that it returns is called. Nothing is open while nobody listens. */
export function listen(listener: Listener): () => void {
  listeners.add(listener)
  if (stopped === undefined) {
    stopped = new AbortController()
    void stayConnected(stopped.signal)
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    stopped?.abort()
    stopped = undefined
    liveState.value = 'off'
  }
}

async function stayConnected(signal: AbortSignal): Promise<void> {
  let last: { readonly cursor: number; readonly replica: string } | undefined
  for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    liveState.value = 'connecting'
    try {
      const events = await openStream<LiveEvent>('/live/logs', { ...last }, signal)
      liveState.value = 'live'
      for await (const event of events) {
        pauseMs = firstPauseMs
        last = { cursor: event.seq, replica: event.data.replica_id }
        for (const listener of listeners) listener(event)
      }
    } catch {
      // Told by the state; the next try tells more.
    }
    if (!signal.aborted) await pause(pauseMs, signal)
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>(resolve => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
