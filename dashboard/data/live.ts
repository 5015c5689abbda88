/** One connection to the gateway's live logs, shared by all who show them; it comes back by itself when it breaks, and goes on where it was. */

import { signal } from '@preact/signals'
import type { LiveEvent } from '../../schemas/admin/live.schema.ts'
import { isRefusal, openStream } from './api.ts'

/** `off` where the gateway tells nothing, or nobody listens. */
export type LiveState = 'live' | 'reconnecting' | 'off'

export const liveState = signal<LiveState>('off')
/** The process that tells; undefined until it told something. */
export const liveReplica = signal<string | undefined>(undefined)

type Listener = (event: LiveEvent) => void

const firstPauseMs = 1000
const longestPauseMs = 30_000
/** Heartbeats come far more often: a connection that is silent for so long is dead, even where nobody closed it. */
const longestSilenceMs = 60_000
const listeners = new Set<Listener>()
let stopped: AbortController | undefined

/** Hears events until the function that it returns is called. On `reset`, what is shown is to be read again. Nothing is open while nobody listens. */
export function listen(listener: Listener): () => void {
  listeners.add(listener)
  if (stopped === undefined) {
    stopped = new AbortController()
    liveState.value = 'reconnecting'
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

/** What was heard last. */
interface Place {
  readonly cursor: number
  readonly replica: string
}

async function stayConnected(stop: AbortSignal): Promise<void> {
  let last: Place | undefined
  let pauseMs = firstPauseMs
  for (let isFirst = true; !stop.aborted; isFirst = false) {
    try {
      await hear(
        stop,
        last,
        () => {
          liveState.value = 'live'
          // Who has no place to go on from is taken for somebody new, and not told that something was missed.
          if (!isFirst && last === undefined) tell(missed)
        },
        event => {
          pauseMs = firstPauseMs
          last = { cursor: event.seq, replica: event.data.replica_id }
          liveReplica.value = last.replica
          tell(event)
        },
      )
      if (!stop.aborted) liveState.value = 'reconnecting'
    } catch (cause) {
      if (!stop.aborted) liveState.value = isRefusal(cause) ? 'off' : 'reconnecting'
    }
    await pause(pauseMs, stop)
    pauseMs = Math.min(2 * pauseMs, longestPauseMs)
  }
}

const missed: LiveEvent = { seq: 0, type: 'reset', request_id: null, timestamp: '', data: { replica_id: '' } }

function tell(event: LiveEvent): void {
  for (const listener of listeners) listener(event)
}

/** One connection, to its end. The browser does not end it by itself when the network goes. */
async function hear(stop: AbortSignal, from: Place | undefined, begun: () => void, heard: Listener): Promise<void> {
  const broken = new AbortController()
  const cut = () => broken.abort()
  let silence = setTimeout(cut, longestSilenceMs)
  addEventListener('offline', cut)
  try {
    const events = await openStream<LiveEvent>('/live/logs', { ...from }, AbortSignal.any([stop, broken.signal]))
    begun()
    for await (const event of events) {
      clearTimeout(silence)
      silence = setTimeout(cut, longestSilenceMs)
      heard(event)
    }
  } finally {
    clearTimeout(silence)
    removeEventListener('offline', cut)
  }
}

/** Not longer than until the network is back. */
async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await new Promise<void>(resolve => {
    const wake = () => {
      clearTimeout(timer)
      removeEventListener('online', wake)
      stop.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, ms)
    addEventListener('online', wake)
    stop.addEventListener('abort', wake)
  })
}
