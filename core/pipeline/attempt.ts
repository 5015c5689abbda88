/** One call to one target, and how it ended. */

import type { JsonDocument } from '../document/document.ts'
import type { GatewayError } from '../errors.ts'
import { setHeader } from '../flat-headers.ts'
import type { HeaderEditing } from '../upstream/headers/header-edits.ts'
import type { Adaptation } from '../upstream/translation/adaptation.ts'
import type { Images } from '../upstream/images/remote-images.ts'
import type { Reply } from '../upstream/reply.ts'
import type { Target } from '../upstream/provider/target.ts'
import type { Translation } from '../upstream/translation/translation.ts'

export interface Failure {
  /**
   * `transport`: no answer came; `timeout`: Tapline's own limit; `status`: the provider's error; `empty`: status 2xx without a result;
   * `refused`: a tap on `attempt` kept the call back.
   */
  readonly kind: 'transport' | 'timeout' | 'status' | 'empty' | 'refused'
  /** What the caller sees if nothing follows. */
  readonly error: GatewayError
  /** The provider's status. */
  readonly status?: number
  /** The provider's words, for rules that match phrases. */
  readonly text: string
  /** The provider's error as it came. */
  readonly answer?: { readonly headers: Readonly<Record<string, string | string[] | undefined>>; readonly body: Buffer }
  /** The provider's time, as its reply says it. */
  readonly date?: string
  /** How long the provider asks to wait. */
  readonly retryAfterMs?: number
  /** The provider's own error, where it goes back as it is (passthrough). */
  readonly reply?: Reply
}

/** What the provider is asked to cache of the prompt. */
export interface PromptCachePlan {
  /** How many messages of the conversation belong to the part that is to be cached, behind the tools. An edit within them makes the cache miss: append behind them. */
  readonly prefixMessages: number
  /** The length of that part, estimated. */
  readonly prefixTokens: number
  /** Whether the body that left says so. */
  readonly isApplied: boolean
  /** Says so in the body as it goes to the provider; called anew where the body is spelled anew. Never throws or rejects. */
  apply(body: JsonDocument, dialect: string): void | Promise<void>
  /** Whether the provider refused the call because of what the plan added: then the call is made once more without it. */
  isRefused(failure: Failure): boolean
}

const noHeaders: readonly string[] = []

export class Attempt {
  readonly target: Target
  /** 0 for the first call to this target. */
  readonly retry: number
  readonly kind: 'primary' | 'retry' | 'failover'
  /** The provider key that the call carries. */
  key: string | undefined
  /** Headers that taps add to the call, flat; see `setHeader`. */
  readonly headers: string[] = []
  /** What policy changes in the headers of the call. */
  readonly headerEdits: HeaderEditing[] = []
  /** Headers of the provider's reply that the caller gets, flat. */
  relayed = noHeaders
  /** The provider is asked to report the usage of a stream; the event that this adds is withheld from a caller who did not ask for it. */
  askForUsage = false
  /** Milliseconds that a plain answer may take, where that is less than the configuration allows. */
  limitMs: number | undefined
  /** The call must not be repeated, whatever happens (a breaker's probe). */
  once = false
  /** What the provider is asked to cache; undefined if nothing. */
  promptCache: PromptCachePlan | undefined
  /** Images that the request names by URL, fetched for a provider that does not fetch them. */
  images: Images | undefined
  /** Translates between the caller's dialect and the provider's; undefined if the provider speaks the caller's. */
  translation: Translation | undefined
  /** Adapts an operation to a provider that spells it differently; undefined where it goes on as it came. */
  adaptation: Adaptation | undefined
  outcome: 'established' | 'failed' | 'cancelled' | undefined
  failure: Failure | undefined
  /** Monotonic milliseconds. */
  readonly startedAt: number
  settledAt: number | undefined

  constructor(target: Target, retry: number, kind: Attempt['kind'], startedAt: number) {
    this.target = target
    this.retry = retry
    this.kind = kind
    this.startedAt = startedAt
  }

  /** Sets a header of the call; replaces what taps set under that name. */
  setHeader(name: string, value: string): void {
    setHeader(this.headers, name, value)
  }
}
