/** A request that has come, and the way back, whoever reads its connection. */

import type { GivenHeaders } from '../flat-headers.ts'
import type { Upload } from '../form/upload.ts'
import type { Sink } from '../pipeline/delivery/sink.ts'
import type { Stoppable } from '../pipeline/stoppable.ts'
import type { Clock } from '../services/clock.ts'
import type { BodyLimits, BodySource } from './body.ts'

export interface Arrival extends GivenHeaders, BodySource {
  readonly method: string
  /** Below the base path. */
  readonly url: string
  readonly remoteAddress: string
  /** What runs for it, from when it began until its answer is out. */
  exchange: Stoppable | undefined
  /** The body as it comes. @throws GatewayError `unsupported_content_encoding` */
  upload(limits: BodyLimits): Upload
  /** The way back. @param stallMs how long a caller may take nothing of a reply that is there to its end; 0 is for ever */
  sink(clock: Clock, stallMs: number): Sink
  /** Calls back once: when the answer is out, or the caller gone before. */
  whenOver(callback: (isAnswered: boolean) => void): void
}
