/** What plugins offer each other. A package adds its own kind by merging into `Services`. */

import type { Admin } from './admin.ts'
import type { Secrets } from '../storage/secrets.ts'
import type { SpoolDirectory } from '../storage/spool/spool-directory.ts'
import type { Storage } from '../storage/storage.ts'
import type { ProviderInstance } from '../upstream/provider/provider.ts'
import type { Access } from './access.ts'
import type { AddedProviders, Configurations } from './added-providers.ts'
import type { CacheLayers, CacheStore } from './caches.ts'
import type { Catalogue } from './catalogue.ts'
import type { Clock } from './clock.ts'
import type { Conversations } from './conversations.ts'
import type { Files } from './files.ts'
import type { GuardrailBook } from './guardrails.ts'
import type { HeaderPolicyBook } from './header-policies.ts'
import type { Health } from './health.ts'
import type { IdentitySource } from './identity.ts'
import type { KnownPlugins } from './known-plugins.ts'
import type { Keys, Pricing, UsageLedger } from './ledger.ts'
import type { Limits, Saturation } from './limits.ts'
import type { LiveLog } from './live-log.ts'
import type { Meter } from './meter.ts'
import type { ModelCache } from './model-cache.ts'
import type { Models } from './models.ts'
import type { OwnedObjects } from './owned-objects.ts'
import type { Pipelines } from './pipelines.ts'
import type { Processes } from './processes.ts'
import type { ProviderBoard } from './provider-status.ts'
import type { State } from './state.ts'
import type { Users } from './users.ts'
import type { Variants } from './variants.ts'
import type { VectorStore } from './vectors.ts'
import type { Workflows } from './workflows.ts'

/** The services that every plugin is given, whether it asks or not. */
export interface AlwaysThere {
  readonly clock: Clock
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly meter: Meter
  readonly health: Health
  readonly version: { readonly version: string; readonly commit: string }
  readonly pipelines: Pipelines
}

export interface Services extends AlwaysThere {
  readonly providers: ReadonlyMap<string, ProviderInstance>
  /** The names of instances that somebody declared and that are not there, for example for want of a key. */
  readonly absentProviders: ReadonlySet<string>
  readonly cache: CacheStore
  readonly cacheLayers: CacheLayers
  readonly vectors: VectorStore
  readonly models: Models
  readonly modelCache: ModelCache
  readonly catalogue: Catalogue
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
  readonly live: LiveLog
  /** Of all plugins that recognise callers; each offers a list. */
  readonly identities: readonly IdentitySource[]
  readonly files: Files
  /** Of all plugins that have objects of callers on record; each offers a list. */
  readonly ownedObjects: readonly OwnedObjects[]
  /** For those that want it: only where several processes serve one port. */
  readonly processes: Processes
  /** For those that want it: only in a gateway that serves. */
  readonly configurations: Configurations
  readonly addedProviders: AddedProviders
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

/** The services that a plugin is given: those that it needs, and those that it wants where somebody offers them. */
export type GivenServices<Needs extends ServiceName, Wants extends ServiceName = never> = Pick<Services, keyof AlwaysThere | Needs> & {
  readonly [Want in Wants]?: Services[Want] | undefined
}
