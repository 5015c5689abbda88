/** The two halves of a translation: a dialect in which callers speak, and one in which a provider is spoken to. */

import type { JsonDocument, JsonNode } from '../document/document.ts'
import type { GatewayError } from '../errors.ts'
import type { StreamEvent } from '../stream/event.ts'
import type { VendorFraming } from '../stream/framing.ts'
import type { Ids } from './ids.ts'
import type { CallerPaths, Losses } from './losses.ts'
import type { PromptCaching } from './prompt-caching.ts'
import type { Emit, NeutralEvent, NeutralReply } from './reply.ts'
import type { JsonObject, NeutralRequest, Tool } from './request.ts'
import type { Usage } from './usage.ts'

/** What the configuration says about translation (`translation`, globally and per provider). */
export interface TranslationOptions {
  /** Every drop is refused. */
  readonly strict: boolean
  /** The header `X-Tapline-Dropped` names what was dropped. */
  readonly report_dropped: boolean
  /** A tool that takes free text becomes a function with one string. */
  readonly wrap_custom_tools: boolean
  /** Another vendor's state travels to Anthropic clients in thinking blocks that only Tapline can read. */
  readonly seal_foreign_state: boolean
}

/** Facts of a model that a writer needs; from the provider's tables, by patterns on the model's id. Absent: the newest known behaviour. */
export interface ModelTraits {
  /** Who issues and reads the model's opaque state: `anthropic`, `google`, `openai` … */
  readonly vendor?: string
  /** The family within the vendor; state does not pass from one to another. */
  readonly family?: string
  /** How it is told to think: by effort words, by a budget of tokens, by a level; `none` if it cannot. */
  readonly thinking?: 'adaptive' | 'budget' | 'level' | 'none'
  /** It thinks always; that cannot be switched off. */
  readonly alwaysThinks?: boolean
  /** The effort words that it takes, lowest first. */
  readonly efforts?: readonly string[]
  /** The least and the most tokens that a thinking budget may have, apart from none at all. */
  readonly budgets?: readonly [least: number, most: number]
  /** It takes no temperature, top_p or top_k. */
  readonly fixedSampling?: boolean
  /** It takes temperature or top_p, not both. */
  readonly singleSampling?: boolean
  /** It takes instructions amid the conversation, where they stood. */
  readonly systemTurns?: boolean
  /** The length of the longest tool name that it takes. */
  readonly toolNameLength?: number
  /** It goes on from an assistant's turn that ends the conversation. */
  readonly prefill?: boolean
  /** It takes a schema for its answer; else one of the fallbacks is used. */
  readonly jsonSchema?: boolean
  /** It keeps tool arguments to the schema when asked. */
  readonly strictTools?: boolean
  /** It sees images. */
  readonly images?: boolean
  /** `toolChoice` may be `required` or name a tool. */
  readonly forcedTools?: boolean
  /** Marks for the prompt cache may be sent: to an openai-chat target only if true, to one that has marks of its own unless false. */
  readonly cacheMarks?: boolean
  /** From how many tokens on its provider caches what prompts begin with, when it is asked to. Absent or 0: it is not to be asked. */
  readonly promptCacheTokens?: number
  /** Its provider caches up to the marks in a prompt (OpenAI). */
  readonly promptCacheBreakpoints?: boolean
  /** How many texts one call for embeddings may have. */
  readonly embeddingInputs?: number
  /** What it calls the limit of an answer in chat completions, where that is not `max_completion_tokens`. */
  readonly limitName?: 'max_tokens'
  /** What `max_tokens` says when the caller did not and the provider must be told. */
  readonly defaultMaxTokens?: number
}

/** Where a translated call goes. */
export interface Destination {
  /** As the provider knows it. */
  readonly model: string
  /** The instance's name, for messages. */
  readonly provider: string
  /** The provider's type. */
  readonly type: string
  readonly traits: ModelTraits
  /** The instance's settings, for what only some providers want. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly options: TranslationOptions
}

/** A request in a provider's dialect. */
export interface SpelledRequest {
  readonly body: Buffer
  /** Further headers that the dialect asks for, flat. */
  readonly headers?: readonly string[]
  /** Tool names that were changed, new to old: put back in the answer. */
  readonly toolNames?: ReadonlyMap<string, string>
  /** Sequences that the provider does not stop at: Tapline does. */
  readonly emulatedStop?: readonly string[]
}

/** The side of a dialect that faces a provider. */
export interface UpstreamSide {
  /** The operation under which a provider of this dialect serves generation, for example `chat`; streams may have one of their own. */
  operation(isStream: boolean): string
  /** @throws GatewayError 400 for what can neither be carried nor dropped */
  request(request: NeutralRequest, to: Destination, losses: Losses): SpelledRequest
  /** A plain reply of status 2xx. `json` as `parseJson` reads it. @throws GatewayError when it is an error, or none at all */
  reply(json: JsonObject, from: Destination): NeutralReply
  /** Makes the reader of one stream. */
  stream(from: Destination): StreamReader
  /** The tokens that a plain reply tells, or one event of a stream: of replies that go by untranslated (passthrough). Absent: those count only where they are told as in a caller's dialect. */
  usage?(said: JsonNode): Usage | undefined
  /** Of streams; server-sent events by default. */
  readonly framing?: VendorFraming
  /** Whether an image at this http address has to come with the request, as data. Absent: addresses are sent on. */
  imageAsData?(url: string): boolean
  /** Absent: providers of this dialect are not asked to cache prompts. */
  readonly promptCaching?: PromptCaching
  /** Absent: providers of this dialect serve no embeddings, unless they speak the caller's dialect. */
  readonly embeddings?: EmbeddingsSide
}

/** How OpenAI's embeddings are spelled for a provider of this dialect. All functions are pure. */
export interface EmbeddingsSide {
  /** The operation under which a provider serves them, for example `embeddings`. */
  readonly operation: string
  /**
   * @param body the caller's request: `{"model", "input", "dimensions"?, "encoding_format"?}`
   * @returns one request, or several whose replies together are the answer: they may run side by side, their order is that of the inputs
   * @throws GatewayError 400 for what can neither be carried nor dropped
   */
  request(body: JsonObject, to: Destination, losses: Losses): SpelledRequest | readonly SpelledRequest[]
  /**
   * @param replies plain replies of status 2xx, in the order of the requests
   * @param request the caller's request
   * @returns OpenAI's list: `{"object": "list", "data": […], "model", "usage"?}`, in the caller's `encoding_format`
   * @throws GatewayError when one is an error, or lacks an embedding
   */
  reply(replies: readonly JsonObject[], from: Destination, request: JsonObject): JsonObject
}

/** Reads one provider's stream. */
export interface StreamReader {
  /** An event that differs in nothing but its text from one that came just before it, and that said one `delta`, says the same `delta` with that text: it need not be read. */
  readonly repeats?: boolean
  /** What it came upon that no other dialect has a place for, by its path: `choices.delta.x`. */
  readonly lost?: ReadonlySet<string>
  /** One event of the stream, in order. Never throws: what it cannot read it reports as an `error` event, or skips. */
  read(event: StreamEvent, emit: Emit): void
  /** The stream is over. What was held back comes now; if the answer is not complete, nothing is said of an end: the kernel reports it. */
  end(emit: Emit): void
}

/** What is kept of a request until its answer is over: conversations are long, and so is the wait for an answer. */
export interface AskedFor {
  readonly wants: NeutralRequest['wants']
  readonly reasoning?: NeutralRequest['reasoning'] | undefined
  /** Those that are more than a function. */
  readonly tools: readonly Pick<Tool, 'name' | 'custom' | 'own'>[]
}

/** What the writers of a reply need to know. */
export interface ReplyContext {
  readonly request: AskedFor
  /** An estimate, for streams that begin with what the prompt has cost, before anybody has counted, and for those that are stopped here. */
  readonly promptTokens?: number | undefined
  /** The caller's request as it came, for dialects that echo it. */
  readonly original: JsonDocument
  readonly from: Destination
  readonly requestId: string
  /** Unix seconds, the same for the whole reply. */
  readonly created: number
  readonly ids: Ids
  readonly losses: Losses
}

/** The side of a dialect that faces a caller. */
export interface CallerSide {
  /** Where this dialect has what others have at the top, for refusals: `{verbosity: 'text.verbosity'}`. */
  readonly paths?: CallerPaths
  /** @throws GatewayError 400 for what is not of this dialect */
  request(body: JsonObject, losses: Losses): NeutralRequest
  reply(reply: NeutralReply, context: ReplyContext): Buffer
  /** Makes the writer of one stream. */
  stream(context: ReplyContext): StreamWriter
  /** Whether its streams begin with what the prompt has cost: then `promptTokens` is in the context. */
  readonly beginsWithUsage?: boolean
}

/** Spells one stream: each step as the events that it amounts to, as text; empty if it waits for more. */
export interface StreamWriter {
  /** What it could not spell, once that has come about: it has ended the stream with an error event, and spells nothing more. */
  readonly failure?: GatewayError | undefined
  write(event: NeutralEvent): string
  /**
   * Spells many deltas of one block as `write` would one after another: texts that stand in JSON as they are, so that they need only be put between what
   * stands around each. Undefined where they have to be written one by one.
   */
  pieces?(key: string, texts: readonly string[]): string | undefined
}
