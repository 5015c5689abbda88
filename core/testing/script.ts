/** What a scripted upstream answers to one request. */

import type { WrittenHeaders } from '../flat-headers.ts'
import type { Encoding } from './encode.ts'
import type { ReceivedRequest } from './received-request.ts'

/** One reply, well or badly behaved. Without `early`, `refuse`, it begins when the request has arrived whole. */
export interface Script {
  /** 200 by default. */
  readonly status?: number
  /** By name, or flat (name, value, name, value …). `content-type` and `content-length` are added unless named. */
  readonly headers?: WrittenHeaders
  /** The whole body, sent with its length: bytes, text, or a value that is sent as JSON. */
  readonly body?: Buffer | string | object
  /** The body in pieces, sent without a length, as `text/event-stream` unless `headers` say otherwise. Pulled as the client reads, so it may be endless. */
  readonly chunks?: Iterable<Buffer | string>
  /** Cuts the body at these byte offsets instead, each piece sent in a turn of its own. */
  readonly splitAt?: readonly number[] | 'every byte'
  /** Compresses the body; of `chunks`, each can be decoded as soon as it has come. */
  readonly encoding?: Encoding
  /** Sends one chunk per turn of the event loop. */
  readonly trickle?: boolean
  readonly gates?: ScriptGates
  /** Breaks the connection after so many bytes of the body, or in place of its end if it is shorter. */
  readonly cutAfter?: number
  /** How the connection breaks: by a reset (the default), or by an orderly close amid the reply. */
  readonly cut?: 'reset' | 'end'
  /** Answers as soon as the request's headers have come, while its body may still be under way. */
  readonly early?: boolean
  /** Resets the connection as soon as the request's headers have come. */
  readonly refuse?: boolean
  /** Takes the request and says nothing, until the client leaves. */
  readonly silent?: boolean
  /** These bytes instead of an HTTP reply; then the connection is closed. */
  readonly malformed?: Buffer | string
}

/** Where a reply waits until the test lets it go on. Any promise is a gate; a `Gate` also says when it is reached. */
export interface ScriptGates {
  readonly beforeHeaders?: PromiseLike<unknown>
  /** By the chunk's index; what comes before it has left by then. */
  readonly beforeChunk?: Readonly<Record<number, PromiseLike<unknown>>>
  /** Before the end of the reply, or before the cut. */
  readonly beforeEnd?: PromiseLike<unknown>
}

/** A script, or a function that writes one when the request has arrived whole. */
export type Cue = Script | ((request: ReceivedRequest) => Script)
