/** The versions of workflows in the store, and which of them are active. */

import { randomUUID } from 'node:crypto'
import { StorageUnavailable, type Storage, type WorkflowScope } from '../../core/index.ts'
import type { Records } from '../../core/storage/records.ts'
import { Snapshot } from '../../core/storage/snapshot.ts'
import { orConflict } from '../shared/records/or-conflict.ts'
import { keyOf } from './scope.ts'
import type { ScopeState, Version } from './version.ts'

type Written = WorkflowScope & Pick<Version, 'name' | 'description' | 'workflow_payload' | 'workflow_hash'>

export class Versions {
  readonly #records: Records<Version>
  readonly #scopes: Snapshot<ScopeState>
  /** Those that were read; a version never changes. */
  readonly #known = new Map<string, Version>()
  readonly #failed: (cause: unknown) => void

  /** @param changed called whenever what is active may have changed */
  constructor(storage: Storage, changed: () => void, failed: (cause: unknown) => void) {
    this.#records = storage.records('workflows')
    this.#scopes = new Snapshot(storage.records('workflow_scopes'), changed, failed)
    this.#failed = failed
  }

  /** Without the store, there are none until it is back. */
  async open(standing: readonly Version[]): Promise<void> {
    try {
      await this.#scopes.open()
      for (const version of standing) await this.#keep(version)
    } catch (cause) {
      if (!(cause instanceof StorageUnavailable)) throw cause
      this.#failed(cause)
    }
  }

  read(): Promise<void> {
    return this.#scopes.read()
  }

  close(): Promise<void> {
    return this.#scopes.close()
  }

  /** Those that are active now. */
  async active(): Promise<readonly Version[]> {
    const ids = this.#scopes.all.map(({ value }) => value.active).filter(id => id !== null)
    return (await Promise.all(ids.map(id => this.get(id)))).filter(version => version !== undefined)
  }

  isActive(version: Version): boolean {
    return this.#scopes.get(keyOf(version))?.value.active === version.id
  }

  /** Active or not. */
  async get(id: string): Promise<Version | undefined> {
    const version = this.#known.get(id) ?? (await this.#records.get(id))?.value
    if (version !== undefined) this.#known.set(id, version)
    return version
  }

  /** Makes a new version for a scope, and has it take the place of the one before. @throws Conflict if somebody else did so meanwhile */
  async create(written: Written, now: number): Promise<Version> {
    const key = keyOf(written)
    const before = this.#scopes.get(key)
    const version: Version = {
      ...written,
      id: randomUUID(),
      version: (before?.value.version ?? 0) + 1,
      managed: false,
      managed_default: false,
      created_at: now,
    }
    await this.#records.put(version.id, version, { expected: 0 })
    try {
      await this.#scopes.put(key, { active: version.id, version: version.version }, { expected: before?.revision ?? 0 })
    } catch (cause) {
      await this.#records.delete(version.id)
      throw cause
    }
    return version
  }

  /** @throws Conflict if somebody else changed the scope meanwhile */
  async deactivate(version: Version): Promise<void> {
    const key = keyOf(version)
    const state = this.#scopes.get(key)
    if (state !== undefined) await this.#scopes.put(key, { ...state.value, active: null }, { expected: state.revision })
  }

  /** Keeps a version of the configuration's, for who looks it up by its id later. */
  async #keep(version: Version): Promise<void> {
    this.#known.set(version.id, version)
    await orConflict(this.#records.put(version.id, version, { expected: 0 }))
  }
}
