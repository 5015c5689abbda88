/** A generation request in no dialect: what every reader gives and every writer takes. */

/** Where a part stood in the caller's body, for errors: `messages[0].content[1].image_url.url`. */
interface Placed {
  readonly at?: string
}

/** A mark behind which the provider may cache the prompt (Anthropic's `cache_control`, as it was spelled). */
export interface CacheMark {
  readonly ttl?: string
}

interface Cacheable {
  readonly cache?: CacheMark
}

/** Opaque state of a vendor that has to come back to it with the history. Never given to another vendor. */
export interface VendorState {
  /** The family that issued it: `anthropic`, `google`, `openai` … */
  readonly vendor: string
  readonly value: string
  /** The model that issued it, where the carrier says so. */
  readonly model?: string
}

export interface SystemText extends Placed, Cacheable {
  readonly text: string
  readonly kind: 'system' | 'developer'
  /** The index of the turn before which it stood; 0 for what leads. */
  readonly before: number
}

export type Source =
  | { readonly kind: 'base64'; readonly mime: string; readonly data: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'file'; readonly vendor: string; readonly id: string }

export interface TextBlock extends Placed, Cacheable {
  readonly type: 'text'
  readonly text: string
  /** Sources and spans, as the dialect that gave them spells them. */
  readonly annotations?: readonly unknown[]
  /** State that came on this text (Gemini). */
  readonly state?: VendorState
}

export interface ImageBlock extends Placed, Cacheable {
  readonly type: 'image'
  readonly source: Source
  readonly detail?: string
}

export interface AudioBlock extends Placed {
  readonly type: 'audio'
  readonly mime: string
  /** Base64. */
  readonly data: string
}

export interface VideoBlock extends Placed {
  readonly type: 'video'
  readonly source: Source
}

export interface FileBlock extends Placed, Cacheable {
  readonly type: 'file'
  readonly source: Source | { readonly kind: 'text'; readonly text: string }
  readonly mime?: string
  readonly name?: string
  /** Anthropic's `context`. */
  readonly context?: string
  readonly citations?: boolean
}

export interface ReasoningBlock extends Placed {
  readonly type: 'reasoning'
  readonly text: string
  /** A summary of the reasoning, not the reasoning itself. */
  readonly isSummary?: boolean
  /** Encrypted reasoning without text, in its vendor's encoding. */
  readonly redacted?: string
  readonly state?: VendorState
  /** The id of the item that it came in (Responses). */
  readonly itemId?: string
}

export interface ToolCallBlock extends Placed, Cacheable {
  readonly type: 'tool_call'
  readonly id: string
  readonly name: string
  /** JSON as the model wrote it, broken or empty as that may be; of a custom tool: its free text. */
  readonly argumentsText: string
  readonly isCustom?: boolean
  readonly state?: VendorState
}

export interface ToolResultBlock extends Placed, Cacheable {
  readonly type: 'tool_result'
  readonly callId: string
  readonly name?: string
  readonly blocks: readonly (TextBlock | ImageBlock | FileBlock)[]
  readonly isError?: boolean
  readonly isCustom?: boolean
}

export interface RefusalBlock extends Placed {
  readonly type: 'refusal'
  readonly text: string
}

export type Block = TextBlock | ImageBlock | AudioBlock | VideoBlock | FileBlock | ReasoningBlock | ToolCallBlock | ToolResultBlock | RefusalBlock

/** Neighbouring turns of one role are kept apart; writers merge where they must. Tool results stand in turns of role `tool`, before what the user said with them. */
export interface Turn extends Placed {
  readonly role: 'user' | 'assistant' | 'tool'
  readonly blocks: readonly Block[]
  /** The speaker's name, where the caller gave one. */
  readonly name?: string
}

/** How the caller's dialect names a tool of a namespace. */
export interface OwnName {
  readonly namespace: string
  readonly name: string
}

export interface Tool extends Placed, Cacheable {
  readonly name: string
  /** Under which the caller knows it, if its dialect has namespaces and it is in one. */
  readonly own?: OwnName
  readonly description?: string
  /** JSON Schema of the arguments, as a value of `parseJson`; undefined if the caller gave none. */
  readonly schema?: Json
  readonly strict?: boolean
  /** A tool that takes free text; its own settings as they were spelled. */
  readonly custom?: Json
  /** A tool that the vendor runs, or whose shape the vendor fixed, as it was spelled. */
  readonly hosted?: Json
}

export type ToolChoice =
  | { readonly kind: 'auto' | 'none' | 'required' }
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'allowed'; readonly names: readonly string[]; readonly mode: 'auto' | 'required' }

export type Output = Placed &
  (
    | { readonly kind: 'json_object' }
    | {
        readonly kind: 'json_schema'
        readonly name: string
        readonly schema: Json
        readonly strict?: boolean
        /** `strict` was derived, not said by the caller. */
        readonly isDerived?: boolean
        readonly description?: string
      }
  )

/** How much the model shall think. What is absent the caller did not say. */
export interface ReasoningControls {
  /** `none`, `minimal`, `low`, `medium`, `high`, `xhigh`, `max`, or a word of the vendor's. */
  readonly effort?: string
  /** The effort was derived, not said by the caller. */
  readonly isDerived?: boolean
  /** Tokens. */
  readonly budget?: number
  readonly isEnabled?: boolean
  /** How the caller wants to see it: `auto`, `concise`, `detailed`. */
  readonly summary?: string
  /** Anthropic's `thinking.display`. */
  readonly display?: string
}

export interface Sampling {
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly seed?: number
  readonly presencePenalty?: number
  readonly frequencyPenalty?: number
  readonly logitBias?: Json
  /** How many answers are asked for. */
  readonly count?: number
}

/** Wishes that change no answer, or that only some vendors know. Absent: not said. */
export interface Hints {
  readonly user?: string
  readonly safetyIdentifier?: string
  readonly metadata?: Json
  readonly serviceTier?: string
  readonly store?: boolean
  readonly verbosity?: string
  readonly promptCacheKey?: string
  /** How long the provider's cache keeps the prompt, and the like (OpenAI). */
  readonly promptCacheOptions?: Json
  /** The same of older models. */
  readonly promptCacheRetention?: Json
  /** What the provider shall do about content that it does not want (OpenAI). */
  readonly moderation?: Json
  readonly prediction?: Json
  readonly modalities?: readonly string[]
  readonly audio?: Json
  readonly webSearch?: Json
  readonly truncation?: string
}

/** What the caller asked to see. */
export interface Wants {
  /** A stream's usage event (openai-chat). */
  readonly usageEvent?: boolean
  readonly logprobs?: boolean
  /** The field that asked for them, if it has another name. */
  readonly logprobsAt?: string
  readonly topLogprobs?: number
  /** Encrypted reasoning in the reply (openai-responses). */
  readonly encryptedReasoning?: boolean
  /** False: the caller switched thinking off, or asked for its text not to be shown. */
  readonly reasoning?: boolean
}

/** A value of JSON. Integers that JavaScript cannot hold are raw JSON (see `json.ts`). */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
export type JsonObject = { readonly [name: string]: Json }

export interface NeutralRequest {
  /** The dialect that it was read from. */
  readonly from: string
  readonly model: string
  readonly system: readonly SystemText[]
  readonly turns: readonly Turn[]
  readonly tools: readonly Tool[]
  readonly toolChoice?: ToolChoice
  readonly parallelToolCalls?: boolean
  readonly output?: Output
  readonly reasoning?: ReasoningControls
  readonly maxOutputTokens?: number
  readonly sampling: Sampling
  readonly stop: readonly string[]
  readonly hints: Hints
  readonly wants: Wants
  /** A cache mark for the whole prompt (Anthropic's top level). */
  readonly cache?: CacheMark
  readonly isStream: boolean
  /** Members of the top level that the reader does not know, as they were spelled. */
  readonly extras: JsonObject
  /** What was meant for one vendor: `extra_body.google` and its like. */
  readonly vendorExtras: { readonly [vendor: string]: JsonObject }
}
