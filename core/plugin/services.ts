/** What plugins offer each other. A package adds its own kind by merging into `Services`. */

import type { Admin } from '../admin/endpoint.ts'
import type { GatewayError } from '../errors.ts'
import type { Caller, Exchange } from '../pipeline/exchange.ts'
import type { Rehearsal, ReviewedAnswer } from '../pipeline/rehearse.ts'
import type { Secrets } from '../storage/secrets.ts'
import type { SpoolDirectory } from '../storage/spool-directory.ts'
import type { Storage } from '../storage/storage.ts'
import type { Target } from '../upstream/target.ts'
import type { Access } from './access.ts'
import type { Conversations } from './conversations.ts'
import type { Files } from './files.ts'
import type { Keys, Pricing, UsageLedger } from './ledger.ts'
import type { GuardrailBook } from './guardrails.ts'
import type { HeaderPolicyBook } from './header-policies.ts'
import type { IdentitySource } from './identity.ts'
import type { KnownPlugins } from './known-plugins.ts'
import type { ModelEntry, ModelMetadata } from './provider.ts'
import type { ProviderInstance } from '../upstream/provider.ts'
import type { Variants } from './variants.ts'
import type { Workflows } from './workflows.ts'
import type { Limits, Saturation } from './limits.ts'
import type { RouteStrategy } from './routing.ts'
import type { State } from './state.ts'
import type { Users } from './users.ts'

/** Time that tests can turn. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Monotonic milliseconds. */
  elapsed(): number
  /** Calls back once, unless cancelled. */
  after(ms: number, callback: () => void): Timer
}

export interface Timer {
  cancel(): void
}

/** Records one value under label values, in the order of the metric's labels. */
export interface Instrument {
  (value: number, ...labelValues: string[]): void
  /** The one series of these label values, for what is recorded often. */
  of(...labelValues: string[]): (value: number) => void
}

/** Counts and measures; Prometheus or another exporter stands behind it when one is configured. */
export interface Meter {
  counter(name: string, help: string, labels: readonly string[]): Instrument
  /** Shows the last value recorded. */
  gauge(name: string, help: string, labels: readonly string[]): Instrument
  /** A gauge that what is recorded moves up and down. */
  upDown(name: string, help: string, labels: readonly string[]): Instrument
  histogram(name: string, help: string, labels: readonly string[], buckets: readonly number[]): Instrument
}

const noInstrument: Instrument = Object.assign(() => {}, { of: () => () => {} })

/** What stands in for a meter when nobody keeps metrics. */
export const noMeter: Meter = { counter: () => noInstrument, gauge: () => noInstrument, upDown: () => noInstrument, histogram: () => noInstrument }

/** Bytes kept for a while under a key. */
export interface CacheStore {
  get(key: string): Buffer | undefined | Promise<Buffer | undefined>
  set(key: string, value: Buffer, ttlMs: number): void | Promise<void>
  delete(key: string): void | Promise<void>
  /** Forgets what is kept under keys that begin so, and that are wanted. A store may be without; then nobody can clear it. */
  clear?(prefix: string, isWanted?: (key: string) => boolean): void | Promise<void>
}

/** A cache of answers that stands in pipelines. */
export interface CacheLayer {
  readonly name: 'exact' | 'semantic'
  /** Forgets all answers, or those of a model: its id, or `provider/model`. */
  clear(model: string | undefined): void | Promise<void>
}

/** The caches of answers, for administrators. */
export interface CacheLayers {
  /** @returns how to withdraw it */
  add(layer: CacheLayer): () => void
}

/** The models of one provider, and how they came to be known. */
export interface ModelInventory {
  readonly provider: ProviderInstance
  /** `loading` until the provider was asked once. `stale`: it could not be asked the last time, and an earlier list stands. */
  readonly state: 'loading' | 'fresh' | 'stale'
  /** By their ids. */
  readonly entries: ReadonlyMap<string, ModelEntry>
  /** Whether the provider is asked for its models at all; else the configuration names them. */
  readonly isAsked: boolean
  /** Milliseconds since 1970, and what went wrong the last time. */
  readonly lastFetch: { readonly at?: number; readonly succeededAt?: number; readonly error?: string }
}

/** The registry of models. */
export interface Models {
  /** By provider, in the order of the configuration. */
  readonly inventories: readonly ModelInventory[]
  /** All that is known of a model; undefined if nobody says anything. */
  metadata(provider: ProviderInstance, entry: ModelEntry): ModelMetadata | undefined
  /** The target of a selector (`gpt-x`, `openai/gpt-x`), real models only; `undefined` if nothing serves it. */
  find(selector: string): Target | undefined
  /** Where calls that name this model go, in order; virtual models first. None if nothing serves it. */
  targets(selector: string): readonly Target[]
  /** Offers a way to choose among the targets of virtual models. @returns how to withdraw it */
  strategy(strategy: RouteStrategy): () => void
  /** Says what a million tokens in and a million out cost together, in USD. @returns how to withdraw it */
  prices(price: (target: Target) => number | undefined): () => void
}

/** What keeps calls back from providers that fail. */
export interface BreakerSource {
  /** The worst of a provider's breakers; undefined if it has none. */
  stateOf(provider: ProviderInstance): 'closed' | 'half-open' | 'open' | undefined
  /** Lets calls through again, whatever happened before. */
  reset(provider: ProviderInstance): void
}

/** What plugins tell administrators of the providers. */
export interface ProviderBoard {
  /** Says under which rules a provider is called, for example `retry`. @returns how to withdraw it */
  rules(name: string, of: (provider: ProviderInstance) => Readonly<Record<string, unknown>> | undefined): () => void
  /** Shows breakers, and lets them be reset. @returns how to withdraw them */
  breakers(source: BreakerSource): () => void
}

/** What readiness depends on. */
export interface Health {
  readonly draining: boolean
  /** Names a check that `/health/ready` reports; `down` makes the gateway degraded. */
  check(name: string, probe: () => Promise<'ok' | 'down'>): void
  report(): Promise<{ readonly status: 'ready' | 'degraded' | 'not_ready'; readonly checks: Readonly<Record<string, string>> }>
}

/** A request that the gateway makes to itself. */
export interface InnerCall {
  readonly method: string
  /** As a caller would send it, for example `/v1/chat/completions`. */
  readonly path: string
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
  /** In whose name; no credential is asked for. */
  readonly caller: Caller
  readonly userPath: string
  readonly labels?: readonly string[]
  readonly session?: string
  /** Of a plugin's own calls: policy does not look at them, and their usage is recorded as a plugin's. Such a call asks for a whole answer, not for a stream. */
  readonly origin?: Exchange['origin']
  /** Ends the call when aborted. */
  readonly signal?: AbortSignal
}

export interface InnerAnswer {
  readonly requestId: string
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** A route of the gateway. */
export interface RouteFacts {
  /** Upper case; `ALL` is any method. */
  readonly method: string
  /** With `:name` and `*name` for what varies. */
  readonly path: string
  readonly pipeline: string
  readonly operation: string
  readonly dialect: string | undefined
  readonly body: 'json' | 'bytes' | 'form' | 'none'
}

/** The gateway's own pipelines, without a socket: for batches, and for plugins that ask a model. */
export interface Pipelines {
  /** Of the configuration that serves; none before one does. */
  readonly routes: readonly RouteFacts[]
  /** Takes a request through the whole pipeline of its route. Never rejects for what a caller would see as an error answer. */
  call(request: InnerCall): Promise<InnerAnswer>
  /** What policy makes of a request, and where it would go. Nothing is sent or counted. */
  rehearse(request: InnerCall): Promise<Rehearsal | GatewayError>
  /** What policy makes of an answer that came another way for this request. */
  review(request: InnerCall, answer: Buffer): Promise<ReviewedAnswer | GatewayError>
}

export interface Services {
  readonly clock: Clock
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly meter: Meter
  readonly providers: ReadonlyMap<string, ProviderInstance>
  readonly health: Health
  readonly version: { readonly version: string; readonly commit: string }
  readonly cache: CacheStore
  readonly cacheLayers: CacheLayers
  readonly models: Models
  readonly access: Access
  readonly users: Users
  readonly storage: Storage
  readonly secrets: Secrets
  /** Rows that wait for the store, on the local disk. */
  readonly spool: SpoolDirectory
  readonly admin: Admin
  readonly providerBoard: ProviderBoard
  readonly pricing: Pricing
  readonly usage: UsageLedger
  readonly keys: Keys
  /** Of all plugins that recognise callers; each offers a list. */
  readonly identities: readonly IdentitySource[]
  readonly files: Files
  readonly pipelines: Pipelines
  readonly conversations: Conversations
  readonly variants: Variants
  readonly knownPlugins: KnownPlugins
  readonly guardrails: GuardrailBook
  readonly headerPolicies: HeaderPolicyBook
  readonly workflows: Workflows
  readonly state: State
  readonly saturation: Saturation
  readonly budgets: Limits
  readonly rateLimits: Limits
}

export type ServiceName = keyof Services
