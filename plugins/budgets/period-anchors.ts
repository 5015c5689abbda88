/** When budget periods begin, as administrators set it; the same on all replicas. */

import { StorageUnavailable } from '../../core/index.ts'
import type { Records } from '../../core/storage/records.ts'
import { Snapshot } from '../../core/storage/snapshot.ts'
import { defaultAnchors, type Anchors } from './window.ts'

export interface KeptAnchors extends Partial<Anchors> {
  /** Milliseconds since 1970. */
  readonly updated_at: number
}

const id = 'settings'

export class PeriodAnchors {
  readonly #kept: Snapshot<KeptAnchors>
  readonly #failed: (cause: unknown) => void

  constructor(records: Records<KeptAnchors>, changed: () => void, failed: (cause: unknown) => void) {
    this.#kept = new Snapshot(records, changed, failed)
    this.#failed = failed
  }

  /** Without the store, the defaults hold until it is back. */
  async open(): Promise<void> {
    await this.#kept.open().catch((cause: unknown) => {
      if (!(cause instanceof StorageUnavailable)) throw cause
      this.#failed(cause)
    })
  }

  close(): Promise<void> {
    return this.#kept.close()
  }

  get anchors(): Anchors {
    const { updated_at: _, ...set } = this.#kept.get(id)?.value ?? { updated_at: 0 }
    return { ...defaultAnchors, ...set }
  }

  get view(): Anchors & { readonly updated_at: string | null } {
    const at = this.#kept.get(id)?.value.updated_at
    return { ...this.anchors, updated_at: at === undefined ? null : new Date(at).toISOString() }
  }

  async put(changes: Partial<Anchors>, nowMs: number): Promise<void> {
    const known = this.#kept.get(id)
    await this.#kept.put(id, { ...known?.value, ...changes, updated_at: nowMs }, { expected: known?.revision ?? 0 })
  }
}
