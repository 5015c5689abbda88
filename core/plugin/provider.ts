/** What a provider file tells the kernel: facts, and code only where facts do not suffice. */

import type { OptionsSchema } from './schema.ts'

/** A method and a path below the base URL, for example `POST /chat/completions`. */
export type Endpoint = `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`

/** One entry of a model list, in OpenAI's shape. */
export interface ModelEntry {
  readonly id: string
  readonly created?: number
  readonly owned_by?: string
}

/** A call that is about to leave, for `sign` and `answer`. */
export interface ProviderCall {
  readonly operation: string
  readonly method: string
  /** Path and query below the base URL. */
  readonly path: string
  /** Flat: name, value, name, value … May be appended to by `sign`. */
  readonly headers: string[]
  readonly body: Buffer | undefined
}

/** What an in-process provider answers: a status, flat headers, and the body whole or in pieces. */
export interface ProviderAnswer {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: Buffer | Iterable<Buffer>
}

/** One configured entry of `providers`, as its provider file sees it. */
export interface ProviderSettings {
  readonly name: string
  readonly type: string
  readonly base_url?: string
  readonly [option: string]: unknown
}

export interface ProviderDefinition {
  /** The type, as `providers.<name>.type` says it. */
  readonly name: string
  readonly description?: string
  /** Prefix of its environment variables; the name in upper case by default. */
  readonly env?: string
  readonly baseUrl?: string
  /** What an instance must have before it is registered. */
  readonly needs?: readonly ('api_key' | 'base_url')[]
  /** At least one of these must be given explicitly before an instance registers (local servers). */
  readonly needsOneOf?: readonly ('api_key' | 'base_url')[]
  /** The header that carries the key; `Authorization: Bearer` by default. */
  readonly auth?: { readonly header: string; readonly scheme?: string }
  /** The dialects that it speaks natively. */
  readonly dialects: readonly string[]
  /** Where each operation is served. An operation that is missing answers 501. */
  readonly operations: Readonly<Record<string, Endpoint>>
  /** The header in which it takes a request id. */
  readonly requestIdHeader?: string
  /** Whether a stream reports usage only when asked (`stream_options.include_usage`). */
  readonly usageOnRequest?: boolean
  /** Further settings of an instance of this type. */
  readonly schema?: OptionsSchema
  /** Registers by itself when no other instance did. */
  readonly fallback?: boolean
  /** Reads a model list; OpenAI's shape, or a bare array, by default. */
  models?(body: unknown): readonly ModelEntry[]
  /** Adds what the vendor wants on a call: signatures, versions. */
  sign?(call: ProviderCall, settings: ProviderSettings): void | Promise<void>
  /** Answers in process, without a network. */
  answer?(call: ProviderCall, settings: ProviderSettings): ProviderAnswer | Promise<ProviderAnswer>
}

/**
 * Makes a provider loadable by name, package or path.
 * @example
 * export default defineProvider({
 *   name: 'acme', baseUrl: 'https://api.acme.example/v1', needs: ['api_key'],
 *   dialects: ['openai-chat'], operations: { chat: 'POST /chat/completions', models: 'GET /models' },
 * })
 */
export function defineProvider(definition: ProviderDefinition): ProviderDefinition {
  return definition
}
