/** The workflows that stand: what the configuration says and what is active in the store, brought to hold together, one change after the other. */

import type { Storage } from '../../core/index.ts'
import type { CompiledWorkflows } from './compiled.ts'
import type { Version } from './version.ts'
import { Versions } from './versions.ts'

export interface StandingWorkflowsParts {
  readonly storage: Storage
  readonly workflows: CompiledWorkflows
  readonly failed: (cause: unknown) => void
}

export class StandingWorkflows {
  readonly versions: Versions
  readonly #parts: StandingWorkflowsParts
  /** First what the configuration means for everybody. */
  #configured: readonly Version[] = []
  #settling: Promise<void> = Promise.resolve()

  constructor(parts: StandingWorkflowsParts) {
    this.#parts = parts
    this.versions = new Versions(parts.storage, () => void this.settle().catch(() => {}), parts.failed)
  }

  /** @param configured first what the configuration means for everybody */
  async open(configured: readonly Version[]): Promise<void> {
    this.#configured = configured
    await this.versions.open(configured)
    await this.settle()
  }

  /** Has hold what is there now. @throws what the store throws */
  settle(): Promise<void> {
    const settled = this.#settling.then(() => this.#settle())
    this.#settling = settled.catch(this.#parts.failed)
    return settled
  }

  /** Resolves when what was written before holds. */
  settled(): Promise<void> {
    return this.#settling
  }

  /** Reads what is active; when it resolves, that holds. */
  async read(): Promise<void> {
    await this.versions.read()
    await this.#settling
  }

  async close(): Promise<void> {
    await this.versions.close()
    await this.#settling
  }

  async #settle(): Promise<void> {
    await this.#parts.workflows.replace([...this.#configured.slice(0, 1), ...(await this.versions.active()), ...this.#configured.slice(1)])
  }
}
