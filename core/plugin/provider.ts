/** What a provider file tells the kernel: facts, and code only where facts do not suffice. */

import type { JsonDocument } from '../document/document.ts'
import type { GatewayError } from '../errors.ts'
import type { WrittenHeaders } from '../flat-headers.ts'
import type { Losses } from '../neutral/losses.ts'
import type { JsonObject } from '../neutral/request.ts'
import type { ModelTraits } from '../neutral/translation.ts'
import type { OperationAdapter } from './adapter.ts'
import type { OptionsOf, OptionsSchema } from './schema.ts'

/** A method and a path below the base URL, for example `POST /chat/completions`. */
export type Endpoint = `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`

/** One entry of a model list, in OpenAI's shape. */
export interface ModelEntry {
  readonly id: string
  readonly created?: number
  readonly owned_by?: string
  /** What the listing says of the model. */
  readonly metadata?: ModelMetadata
}

/** What is known of a model, as `models[].metadata` says it: `context_window`, `max_output_tokens`, `modes`, `capabilities`, `pricing` … */
export type ModelMetadata = Readonly<Record<string, unknown>>

/** A call that is about to leave, for `sign` and `answer`. */
export interface ProviderCall {
  readonly operation: string
  readonly method: string
  /** Path and query below the base URL. May be replaced by `sign`. */
  path: string
  /** Flat: name, value, name, value … May be appended to by `sign`. */
  readonly headers: string[]
  readonly body: Buffer | undefined
  /** Aborted when the caller leaves, or time is up; for `answer`. */
  readonly signal?: AbortSignal
  /** The user path that the call counts for, if it has one. */
  readonly userPath?: string
}

/** What an in-process provider answers: a status, headers, and the body whole or in pieces. */
export interface ProviderAnswer {
  readonly status: number
  readonly headers: WrittenHeaders
  readonly body: Buffer | Iterable<Buffer> | AsyncIterable<Buffer>
}

/** One configured entry of `providers`, as its provider file sees it. */
export interface ProviderSettings {
  readonly name: string
  readonly type: string
  readonly base_url?: string
  readonly proxy_url?: string
  /** Those of the type's `variables` that are set. */
  readonly variables?: Readonly<Record<string, string>>
  /** The folder of the configuration, for types whose settings name packages. */
  readonly directory?: string
  readonly [option: string]: unknown
}

/** The settings of an instance whose type has this schema: what has a default, or is required, is present. */
export type SettingsOf<S extends OptionsSchema> = ProviderSettings & OptionsOf<S>

/** The call for which a body is respelled or rerouted. */
export interface CallFacts<Settings extends ProviderSettings = ProviderSettings> {
  readonly operation: string
  /** The dialect of the body. */
  readonly dialect: string
  /** As the provider knows it. */
  readonly model: string
  readonly settings: Settings
  readonly streamed: boolean
  /** The words that `learn` has given for this instance so far. */
  readonly learned?: ReadonlySet<string>
}

export interface RespellFacts<Settings extends ProviderSettings = ProviderSettings> extends CallFacts<Settings> {
  /** Where it is noted what the vendor does not take. */
  readonly losses: Losses
  /** The body was spelled by the dialect's writer, not by the caller. */
  readonly isTranslated?: boolean
  /** Has Tapline end the answer at these sequences, as the vendor would not; absent where the answer goes on as it comes. */
  stopAt?(sequences: readonly string[]): void
}

/** The vendor's refusal of a call. */
export interface Refusal {
  readonly status: number
  readonly code: string | null
  readonly param: string | null
  readonly message: string
  /** The provider's time, as its reply says it (the header `Date`). */
  readonly date?: string
}

/** What a vendor's own format of errors says. */
export interface VendorRefusal {
  readonly message: string
  readonly code?: string | undefined
  /** The member of the request that is at fault. */
  readonly param?: string | undefined
}

/** Facts that depend on an instance's settings. */
export interface ResolvedFacts {
  readonly baseUrl?: string
  /** Headers that every call carries unless something else gives them. */
  readonly defaultHeaders?: Readonly<Record<string, string>>
  readonly dialects?: readonly string[]
  readonly operations?: Readonly<Record<string, Endpoint>>
  /** Where the models are listed, if that is another host. */
  readonly listingUrl?: string
}

/** A call for each model by which its provider says more of it. A model of which it says nothing is listed all the same. */
export interface ModelDetails {
  readonly endpoint: Endpoint
  /** The body of the call, to be spelled as JSON. */
  ask(id: string): unknown
  read(reply: unknown): ModelMetadata
}

/** The header that carries an instance's key, and the word before it. */
export interface KeyHeader {
  readonly header: string
  readonly scheme?: string
}

export interface ProviderDefinition<S extends OptionsSchema = OptionsSchema> {
  /** The type, as `providers.<name>.type` says it. */
  readonly name: string
  readonly description?: string
  /** Prefix of its environment variables; the name in upper case by default. */
  readonly env?: string
  readonly baseUrl?: string
  /** Variables that give the base URL of an instance which says none, but do not make one: the first that is set counts. */
  readonly baseUrlVariables?: readonly string[]
  /** Variables of the vendor's own, for all instances: those that are set stand in `settings.variables`, by name. */
  readonly variables?: readonly string[]
  /** What an instance must have before it is registered. */
  readonly needs?: readonly ('api_key' | 'base_url')[]
  /** At least one of these must be given explicitly before an instance registers (local servers). */
  readonly needsOneOf?: readonly ('api_key' | 'base_url')[]
  /** The header that carries the key; `Authorization: Bearer` by default. */
  readonly auth?: KeyHeader
  /** The dialects that it speaks natively. */
  readonly dialects: readonly string[]
  /** Where each operation is served. An operation that is missing answers 501. */
  readonly operations: Readonly<Record<string, Endpoint>>
  /** The header in which it takes a request id. */
  readonly requestIdHeader?: string
  /** Whether a stream reports usage only when asked (`stream_options.include_usage`). */
  readonly usageOnRequest?: boolean
  /** What its usage counts beside the prompt and the answer, and not as a part of them. */
  readonly countsApart?: readonly ('cache' | 'reasoning')[]
  /** Its settings name packages or files: `settings.directory` says from which folder they are looked for. */
  readonly namesPackages?: boolean
  /** Further settings of an instance of this type; gives them their types. */
  readonly schema?: S
  /** The model for embeddings where the operator names none. */
  readonly embeddingModel?: string
  /** Registers by itself when no other instance did. */
  readonly fallback?: boolean
  /** Headers of the caller that go along when it speaks this provider's dialect itself; lower case. */
  readonly callerHeaders?: readonly string[]
  /** The caller's query goes along when it speaks this provider's dialect itself. */
  readonly callerQuery?: boolean
  /** Headers that every call carries unless something else gives them. */
  readonly defaultHeaders?: Readonly<Record<string, string>>
  /** Query parameters in which the vendor takes credentials: a caller's are not passed on. */
  readonly queryCredentials?: readonly string[]
  /** Further text members of the vendor's errors that callers of OpenAI's dialects get. A model may have written them: withheld where guardrails see replies. */
  readonly errorMembers?: readonly string[]
  /** Statuses of the vendor's own, and what they mean. */
  readonly statuses?: Readonly<Record<number, number>>
  /** The base URL that a word stands for, for example a region; `undefined` for what is no such word. */
  baseUrlFor?(word: string): string | undefined
  /** Facts that depend on an instance's settings; what it leaves out is as above. */
  resolve?(settings: SettingsOf<S>): ResolvedFacts
  /** What a writer of its dialect needs to know of a model. */
  traits?(model: string, settings: SettingsOf<S>): ModelTraits
  /** Spells a body in the provider's own dialect, native or translated, the way this vendor wants it: edits of `body`. @throws GatewayError 400 */
  respell?(body: JsonDocument, call: RespellFacts<SettingsOf<S>>): void
  /** How its batches spell the path of the calls, for example `/chat/completions` for `/v1/chat/completions`. */
  batchPath?(path: string, settings: SettingsOf<S>): string
  /**
   * Names the dialect to which this very request must be translated although the provider speaks the caller's; of several that a request
   * in another dialect could be translated to, the one that suits it.
   */
  reroute?(body: JsonDocument, call: CallFacts<SettingsOf<S>>): string | undefined
  /**
   * Makes, for one reply or stream, what turns the vendor's own spelling into that of its dialect, before a translated answer is read:
   * called with a plain reply, or with each event of a stream. It returns `undefined` for an event that says nothing; no function: nothing needs turning.
   */
  normalizer?(settings: SettingsOf<S>): ((json: JsonObject) => JsonObject | undefined) | undefined
  /** What is wrong with a reply of status 2xx, or with an event, that its dialect cannot see: a vendor's own error codes. */
  fault?(json: JsonObject, provider: string): GatewayError | undefined
  /**
   * What a refusal teaches: a word that later calls of this instance find in `learned`. A word that is new has the call respelled and made
   * once more.
   */
  learn?(refusal: Refusal, call: CallFacts<SettingsOf<S>>): string | undefined
  /** Reads an error of another shape than the usual ones, from its JSON. `undefined` for what is no such error. */
  errorOf?(body: unknown): VendorRefusal | undefined
  /** A better text for a refusal, where the vendor's own does not say what to do. */
  explain?(refusal: Refusal): string | undefined
  /** What is known of its models without asking, by id; a date or `-latest` at the end of an id does not count. */
  readonly catalogue?: Readonly<Record<string, ModelMetadata>>
  /** Callers who speak its dialect itself get all headers of its replies, but those of one connection. */
  readonly relaysHeaders?: boolean
  /** Headers of the vendor's replies that callers get; lower case. */
  readonly replyHeaders?: readonly string[]
  /** The header that has the id of an answer which does not say one itself; lower case. */
  readonly replyIdHeader?: string
  /** The one spelling of a model's id, of several that mean the same. */
  canonical?(id: string): string
  /** Where a passed-through call goes: path and query below the base URL. As the caller wrote them by default. */
  passthrough?(target: string, settings: SettingsOf<S>): string
  /** Operations that it serves in a spelling of its own, by name; `operations` says where. */
  readonly adapters?: Readonly<Record<string, OperationAdapter>>
  /** Reads a model list; OpenAI's shape, or a bare array, by default. */
  models?(body: unknown): readonly ModelEntry[]
  /** Where the list goes on: the query of its next page, for example `?after_id=x`; `undefined` behind the last. */
  nextPage?(body: unknown): string | undefined
  /** Says of each listed model what the list leaves out. */
  readonly modelDetails?: ModelDetails
  /** How long a page of its model list may take, in milliseconds. 10 s by default. */
  readonly listingTimeoutMs?: number
  /** Adds what the vendor wants on a call: signatures, versions. */
  sign?(call: ProviderCall, settings: SettingsOf<S>): void | Promise<void>
  /** What `sign` adds depends on the body: one that flows is collected first, up to 64 MiB. */
  readonly signsBody?: boolean
  /** The provider answered 401: what `sign` keeps is stale. The call is signed and made once more. */
  onUnauthorized?(settings: SettingsOf<S>): void
  /** Whether an image at this http address has to come with the call, as data, though the dialect would take the address. A call with one that was not fetched is refused; `'refused'`: without trying. */
  imageAsData?(url: string, settings: SettingsOf<S>): boolean | 'refused'
  /** Answers in process, without a network. */
  answer?(call: ProviderCall, settings: SettingsOf<S>): ProviderAnswer | Promise<ProviderAnswer>
}

/**
 * Makes a provider loadable by name, package or path.
 * @example
 * export default defineProvider({
 *   name: 'acme', baseUrl: 'https://api.acme.example/v1', needs: ['api_key'],
 *   dialects: ['openai-chat'], operations: { chat: 'POST /chat/completions', models: 'GET /models' },
 * })
 */
export function defineProvider<const S extends OptionsSchema>(definition: ProviderDefinition<S>): ProviderDefinition<S> {
  return definition
}
