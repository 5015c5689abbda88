/** The rules that stand: those of the configuration, and those that administrators made, the same on all replicas. */

import { gatewayError } from '../../../core/errors.ts'
import type { Clock } from '../../../core/services/clock.ts'
import type { Stored } from '../../../core/storage/records.ts'
import { Snapshot } from '../../../core/storage/snapshot.ts'
import { StorageUnavailable, type Storage } from '../../../core/storage/storage.ts'
import { idOf, type LimitIdentity, type LimitRule, type StandingRule } from './rule.ts'

/** A rule as it is stored. */
export type KeptRule<R extends LimitRule> = R & {
  readonly created_at: number
  readonly updated_at: number
}

interface KeptReset {
  readonly reset_at: number
}

export interface RuleStoreOptions<R extends LimitRule> {
  readonly storage: Storage
  /** Of the collections; lower-case words joined by `_`. */
  readonly name: string
  readonly clock: Clock
  readonly configured: readonly R[]
  /** Called whenever the store was read: another set of rules may hold. */
  readonly changed: () => void
  /** Told why they could not be read; those read before stand. */
  readonly failed: (cause: unknown) => void
}

export class RuleStore<R extends LimitRule> {
  readonly #options: RuleStoreOptions<R>
  readonly #configured: ReadonlyMap<string, R>
  readonly #startedAt: number
  readonly #kept: Snapshot<KeptRule<R>>
  readonly #resets: Snapshot<KeptReset>
  #standing: ReadonlyMap<string, StandingRule<R>>

  constructor(options: RuleStoreOptions<R>) {
    const { storage, name, clock, configured, failed } = options
    this.#options = options
    this.#startedAt = clock.now()
    this.#configured = new Map(configured.map(rule => [idOf(rule), rule]))
    this.#kept = new Snapshot(storage.records<KeptRule<R>>(name), () => this.#changed(), failed)
    this.#resets = new Snapshot(storage.records<KeptReset>(`${name}_resets`), () => this.#changed(), failed)
    this.#standing = this.#collected()
  }

  /** Without the store, the rules of the configuration hold until it is back. */
  async open(): Promise<void> {
    await Promise.all([this.#kept.open(), this.#resets.open()]).catch((cause: unknown) => {
      if (!(cause instanceof StorageUnavailable)) throw cause
      this.#options.failed(cause)
    })
  }

  async read(): Promise<void> {
    await Promise.all([this.#kept.read(), this.#resets.read()])
  }

  async close(): Promise<void> {
    await Promise.all([this.#kept.close(), this.#resets.close()])
  }

  /** By their identities. */
  get all(): readonly StandingRule<R>[] {
    return [...this.#standing.values()].sort((one, other) => (one.id < other.id ? -1 : 1))
  }

  get(identity: LimitIdentity): StandingRule<R> | undefined {
    return this.#standing.get(idOf(identity))
  }

  /** @throws GatewayError if the configuration says it, Conflict if somebody else wrote it meanwhile */
  async put(rule: R): Promise<void> {
    const id = this.#changeable(rule)
    const known = this.#kept.get(id)
    const now = this.#options.clock.now()
    await this.#kept.put(
      id,
      { ...rule, created_at: known?.value.created_at ?? now, updated_at: now },
      { expected: known?.revision ?? 0, ...(rule.scope === 'user_path' ? { owner: rule.subject } : {}) },
    )
  }

  /** @throws GatewayError if the configuration says it, or it is not there, Conflict if somebody else wrote it meanwhile */
  async delete(identity: LimitIdentity): Promise<void> {
    const id = this.#changeable(identity)
    this.#must(id, identity)
    await this.#kept.delete(id, this.#kept.get(id)?.revision)
  }

  /** Nothing before now counts any more. @throws GatewayError if it is not there */
  async reset(identities: readonly LimitIdentity[]): Promise<void> {
    const ids = identities.map(identity => this.#must(idOf(identity), identity).id)
    for (const id of ids) await this.#resets.put(id, { reset_at: this.#options.clock.now() })
  }

  #must(id: string, { scope, subject }: LimitIdentity): StandingRule<R> {
    const standing = this.#standing.get(id)
    if (standing === undefined) throw gatewayError('not_found', `there is no such limit for ${scope} ${subject}`, { param: 'subject' })
    return standing
  }

  #changeable(identity: LimitIdentity): string {
    const id = idOf(identity)
    if (this.#configured.has(id)) throw gatewayError('managed_resource', 'this limit comes from the configuration: change it there')
    return id
  }

  #changed(): void {
    this.#standing = this.#collected()
    this.#options.changed()
  }

  #collected(): ReadonlyMap<string, StandingRule<R>> {
    const configured = [...this.#configured].map(([id, rule]) => this.#stand(id, rule, 'config', this.#startedAt, this.#startedAt))
    const kept = this.#kept.all
      .filter(({ id }) => !this.#configured.has(id))
      .map(({ id, value }: Stored<KeptRule<R>>) => this.#stand(id, value, 'manual', value.created_at, value.updated_at))
    return new Map([...configured, ...kept].map(rule => [rule.id, rule]))
  }

  #stand(id: string, rule: R, source: 'config' | 'manual', createdAt: number, updatedAt: number): StandingRule<R> {
    // What the configuration says is as old as nobody knows.
    const since = source === 'manual' ? createdAt : 0
    const reset = this.#resets.get(id)?.value.reset_at
    const resetAt = reset !== undefined && reset >= since ? reset : undefined
    return { ...rule, id, source, createdAt, updatedAt, resetAt, countersSince: resetAt ?? since }
  }
}
