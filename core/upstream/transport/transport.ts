/** How bytes reach a provider and come back: over HTTP, or within this process. */

import type { Readable } from 'node:stream'
import type { ProviderCall } from '../../plugin/provider.ts'

/** A call, ready to leave. */
export interface OutgoingCall extends Readonly<Omit<ProviderCall, 'signal'>> {
  /** The body, where it flows: then `body` is undefined, and the call can be made once. Destroyed with the call. */
  readonly upload?: Readable
  /** The bodies of further calls that are made besides; the replies of all together, as a JSON array, are the reply. */
  readonly further?: readonly Buffer[]
}

export type ReplyHeaders = Readonly<Record<string, string | string[] | undefined>>

/** What a transport reports. After `onEnd` or `onError` it reports nothing more. */
export interface ReplyListener {
  onHead(status: number, headers: ReplyHeaders): void
  onData(chunk: Buffer): void
  onEnd(): void
  onError(cause: Error): void
}

/** A call under way. */
export interface Call {
  pause(): void
  resume(): void
  /** Ends the call; its listener hears nothing more. */
  abort(): void
}

export interface Transport {
  /** How many calls wait for a connection; absent where none ever do. */
  readonly queued?: number
  /** Never throws: what keeps a call from leaving, its listener hears. */
  send(call: OutgoingCall, listener: ReplyListener): Call
  close(): Promise<void>
}
