/** What the admin API is made of: endpoints that plugins offer, checked and rendered in one place. */

import type { Exchange } from '../pipeline/exchange.ts'
import type { Reply } from '../upstream/reply.ts'
import type { AdminScope } from './admin-scope.ts'

type Schema = Readonly<Record<string, unknown>>

export interface AdminEndpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/admin`, for example `/auth-keys/:id/deactivate`. */
  readonly path: string
  /** `global`: only those who see everything; `subtree`: also those confined to a path, and the handler confines what it shows and takes. */
  readonly scope: 'global' | 'subtree'
  /** One sentence for the API's page. */
  readonly summary: string
  /** The query's parameters: an object schema whose members are strings, numbers, integers or booleans. Values are converted; others are refused with 400. */
  readonly query?: Schema
  /** The JSON body. Where `false` stands for "no body", leave it out. Unknown members are refused with 400. */
  readonly body?: Schema
  /** A body may be left out. */
  readonly bodyOptional?: true
  /** The answer, for the API's page and its tests; with `produces`, what each part of it is. */
  readonly response?: Schema
  /** An answer may be 204 all the same, where nothing is left to show. */
  readonly mayBeEmpty?: true
  /** The content types of an answer that is no JSON. Without this and `response`, the answer is 204. */
  readonly produces?: readonly string[]
  /** Of an answer with a body; 200 where absent. */
  readonly status?: number
  /** What of an answer its `ETag` is made of, where some of it changes by itself; `ifMatch` is then given the same. */
  readonly tagged?: (answer: never) => unknown
  /** What answers when its feature is switched off: 503 `feature_unavailable` with these words. Asked after the parameters were checked. */
  readonly unavailable?: () => string | undefined
  /**
   * @returns a JSON value (200), nothing (204), or a reply of its own (streams, files)
   * @throws GatewayError for every refusal
   */
  handle(call: AdminCall): unknown
}

/** One call to an endpoint, checked. */
export interface AdminCall {
  readonly exchange: Exchange
  readonly scope: AdminScope
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body: unknown
  /** The IANA zone of the caller's days; `UTC` where none was named. */
  readonly timeZone: string
  /**
   * Confines a user path that the caller asks for.
   * @param path absent is the root of the scope
   * @throws GatewayError `user_path_out_of_scope`
   */
  confine(path: string | undefined): string
  /**
   * Call with the stored view before a write, and with the listing that holds it where callers read that.
   * @throws GatewayError `precondition_failed` if the caller's `If-Match` names none of them, or says `*` and nothing is stored
   */
  ifMatch(...current: readonly unknown[]): void
  /** For the audit record of a write: what was there, and what is now. */
  changed(before: unknown, after: unknown): void
  /** Answers with headers or a status of its own. */
  reply(facts: { readonly status?: number; readonly headers?: readonly string[]; readonly body: Buffer | AsyncIterable<Buffer> }): Reply
}

/** A part of `POST /admin/runtime/refresh`. */
export interface RefreshStep {
  /** `model_list`, `providers`, `model_registry_cache`, `auth_keys`, `virtual_models`, `guardrails` and `workflows` run in this order, others behind them. */
  readonly name: string
  /** @returns what the report shall say beside; `status` is `ok` where it says nothing else. @throws when it failed */
  run(): Promise<RefreshFacts | void>
}

export interface RefreshFacts {
  readonly status?: 'ok' | 'partial' | 'skipped'
  readonly model_count?: number
  readonly provider_count?: number
}

/** The service `admin`: a table of endpoints. */
export interface Admin {
  /** Offers an endpoint, in the place of an older one of the same method and path. @returns how to withdraw it */
  endpoint(endpoint: AdminEndpoint): () => void
  /** Names a value of `GET /admin/runtime/config`; read whenever it is asked for. Never a secret. @returns how to withdraw it */
  setting(name: string, read: () => string | boolean): () => void
  /** Takes part in `POST /admin/runtime/refresh`. @returns how to withdraw it */
  refresh(step: RefreshStep): () => void
  /** Called with every write that succeeded, after its answer was made. @returns how to end it */
  onChange(listener: (event: AdminChange) => void): () => void
}

/** A write that somebody made. */
export interface AdminChange {
  readonly exchange: Exchange
  readonly endpoint: Pick<AdminEndpoint, 'method' | 'path'>
  readonly before: unknown
  readonly after: unknown
}
