/** A model's answer in no dialect: whole, and as the events of a stream. */

import type { GatewayError } from '../errors.ts'
import type { Json, JsonObject, VendorState } from './request.ts'
import type { Usage } from './usage.ts'

/** Why the model stopped. */
export type Finish = 'stop' | 'stop_sequence' | 'length' | 'tool_calls' | 'content_filter' | 'refusal' | 'context_window' | 'pause'

export type ReplyBlock =
  | { readonly type: 'text'; readonly text: string; readonly annotations?: readonly Json[]; readonly state?: VendorState }
  | {
      readonly type: 'reasoning'
      readonly text: string
      readonly isSummary?: boolean
      readonly redacted?: string
      readonly state?: VendorState
      readonly itemId?: string
    }
  | {
      readonly type: 'tool_call'
      readonly id: string
      readonly name: string
      readonly argumentsText: string
      readonly isCustom?: boolean
      readonly state?: VendorState
    }
  | { readonly type: 'refusal'; readonly text: string }
  | { readonly type: 'image'; readonly mime: string; readonly data: string }

export interface NeutralReply {
  /** The provider's id of the answer. */
  readonly id?: string
  /** The model as the provider names it. */
  readonly model?: string
  /** Unix seconds. */
  readonly created?: number
  readonly blocks: readonly ReplyBlock[]
  readonly finish: Finish
  readonly stopSequence?: string
  readonly usage?: Usage
  readonly serviceTier?: string
  /** What the tokens of the text were worth to the model, as chat completions spell it: `{token, logprob, bytes, top_logprobs}`. */
  readonly logprobs?: readonly JsonObject[]
  /** What the reader does not know, as it was spelled. */
  readonly extras?: JsonObject
  /** The same within its usage. */
  readonly usageExtras?: JsonObject
  /** The same at places that other dialects do not have, by its path: `choices.x`. */
  readonly lost?: readonly string[]
}

/**
 * A step of a streamed answer. A reader promises: `start` first and once; `delta`, `state` and `meta` only between the `open` and the `close`
 * of their key; every key closed before `finish`; `usage` may repeat, the last one counts and comes before `end`; either `finish` and then
 * `end`, or `error`, is the last. `finish` waits until usage can no longer come.
 */
export type NeutralEvent =
  /** `extras`: of the whole answer, as in the whole reply. */
  | { readonly type: 'start'; readonly id?: string; readonly model?: string; readonly extras?: JsonObject }
  | { readonly type: 'open'; readonly key: string; readonly block: OpenedBlock }
  /** `logprobs`: of a text, as in the whole reply, if they were asked for. */
  | { readonly type: 'delta'; readonly key: string; readonly text: string; readonly logprobs?: readonly JsonObject[] }
  /** Vendor state of an open block; pieces of one value follow one another. */
  | { readonly type: 'state'; readonly key: string; readonly state: VendorState }
  /** Annotations of an open text. */
  | { readonly type: 'meta'; readonly key: string; readonly annotations: readonly Json[] }
  | { readonly type: 'close'; readonly key: string }
  /** `extras`: what the reader does not know of it. `isEstimated`: counted here, as the provider was not heard to its end. */
  | { readonly type: 'usage'; readonly usage: Usage; readonly extras?: JsonObject; readonly isEstimated?: true }
  /** `extras`: of the whole answer, said after its start. */
  | { readonly type: 'finish'; readonly finish: Finish; readonly stopSequence?: string; readonly serviceTier?: string; readonly extras?: JsonObject }
  /** The provider reports an error of its own. */
  | { readonly type: 'error'; readonly error: GatewayError }
  | { readonly type: 'end' }

/** What an `open` event announces. Texts come as deltas; a redacted reasoning and an image are there at once. */
export type OpenedBlock =
  | { readonly type: 'text' | 'refusal' }
  | { readonly type: 'reasoning'; readonly isSummary?: boolean; readonly redacted?: string; readonly itemId?: string }
  | { readonly type: 'tool_call'; readonly id: string; readonly name: string; readonly isCustom?: boolean; readonly state?: VendorState }
  | { readonly type: 'image'; readonly mime: string; readonly data: string }

export type Emit = (event: NeutralEvent) => void
