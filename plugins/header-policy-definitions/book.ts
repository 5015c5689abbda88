/** All header policies by name: what the service `headerPolicies` answers from. */

import type { HeaderPolicyBook } from '../../core/index.ts'
import type { HeaderPolicy } from '../../core/upstream/headers/header-policy.ts'
import { Dependants } from '../shared/records/dependants.ts'
import { openOrLater } from '../shared/records/open-or-later.ts'
import type { PutOptions, Records, Stored } from '../../core/storage/records.ts'
import { Snapshot } from '../../core/storage/snapshot.ts'

export const collection = 'header_policies'

/** A policy as it is stored, under its name. */
export interface StoredPolicy extends Omit<HeaderPolicy, 'name'> {
  readonly created_at: number
  readonly updated_at: number
}

export interface DefinedPolicy {
  readonly policy: HeaderPolicy
  /** Undefined of those of the configuration. */
  readonly stored?: Stored<StoredPolicy>
}

interface Parts {
  readonly records: Records<StoredPolicy>
  readonly configured: readonly HeaderPolicy[]
  failed(cause: unknown): void
}

export class PolicyBook extends Dependants implements HeaderPolicyBook {
  readonly configured: readonly HeaderPolicy[]
  readonly #failed: (cause: unknown) => void
  readonly #kept: Snapshot<StoredPolicy>
  #told: Promise<void> = Promise.resolve()

  constructor({ records, configured, failed }: Parts) {
    super()
    this.configured = configured
    this.#failed = failed
    this.#kept = new Snapshot(
      records,
      () => {
        this.#told = this.#told.then(() => this.changed(failed))
      },
      failed,
    )
  }

  /** Those of the configuration, then those of the store. */
  get all(): readonly DefinedPolicy[] {
    return [...this.configured.map(policy => ({ policy })), ...this.#kept.all.map(defined)]
  }

  find(name: string): HeaderPolicy | undefined {
    return this.get(name)?.policy
  }

  /** What the configuration says of a name counts. */
  get(name: string): DefinedPolicy | undefined {
    const configured = this.configured.find(policy => policy.name === name)
    if (configured !== undefined) return { policy: configured }
    const stored = this.#kept.get(name)
    return stored === undefined ? undefined : defined(stored)
  }

  /** Without the store, only those of the configuration are there until it is back. */
  open(): Promise<void> {
    return openOrLater(this.#kept, this.#failed)
  }

  /** Reads the store, and has those who listen take over what changed. */
  async read(): Promise<void> {
    await this.#kept.read()
    await this.#told
  }

  async put(name: string, policy: StoredPolicy, options: PutOptions): Promise<void> {
    await this.#kept.put(name, policy, options)
    await this.#told
  }

  async delete(name: string, expected: number): Promise<void> {
    await this.#kept.delete(name, expected)
    await this.#told
  }

  async close(): Promise<void> {
    await this.#kept.close()
    await this.#told
  }
}

function defined(stored: Stored<StoredPolicy>): DefinedPolicy {
  const { created_at: _created, updated_at: _updated, ...policy } = stored.value
  return { policy: { ...policy, name: stored.id }, stored }
}
