/** All virtual models: those of the configuration, and those that administrators made, in one document so that they are checked together. */

import { gatewayError } from '../../../core/index.ts'
import { refuseContention } from '../../shared/admin/refuse-conflict.ts'
import type { Records } from '../../../core/storage/records.ts'
import { SharedDocument } from '../../../core/storage/shared-document.ts'
import { chainFault } from './chains.ts'
import { isRedirect, type KeptModel, type KnownModel } from './definition.ts'

/** By source. */
export type KeptModels = Readonly<Record<string, KeptModel>>

export interface BookOptions {
  readonly managed: ReadonlyMap<string, KnownModel>
  readonly records: Records<{ readonly models: KeptModels }>
  /** Called whenever another set holds. */
  changed(all: ReadonlyMap<string, KnownModel>): void
  failed(cause: unknown): void
}

export class Book {
  readonly #managed: ReadonlyMap<string, KnownModel>
  readonly #document: SharedDocument<{ readonly models: KeptModels }>
  readonly #changed: BookOptions['changed']
  readonly #failed: BookOptions['failed']
  all: ReadonlyMap<string, KnownModel>

  constructor({ managed, records, changed, failed }: BookOptions) {
    this.#managed = managed
    this.#changed = changed
    this.#failed = failed
    this.all = managed
    this.#document = new SharedDocument({ records, id: 'all', empty: { models: {} }, failed, changed: ({ models }) => this.#take(models) })
  }

  open(): Promise<void> {
    return this.#document.open()
  }

  read(): Promise<void> {
    return this.#document.read()
  }

  close(): Promise<void> {
    return this.#document.close()
  }

  /** @param edit what administrators' models are afterwards; undefined leaves them. @throws GatewayError, and what `edit` throws */
  async change(edit: (models: KeptModels) => KeptModels | undefined): Promise<void> {
    await this.#document
      .change(({ models }) => {
        const after = edit(models)
        if (after === undefined) return undefined
        const fault = chainFault(this.#merged(after))
        if (fault !== undefined) throw gatewayError('invalid_value', fault, { param: 'targets' })
        return { models: after }
      })
      .catch(refuseContention('virtual models'))
  }

  /** The configuration counts before administrators. */
  #merged(models: KeptModels): ReadonlyMap<string, KnownModel> {
    const kept = Object.values(models).map((model): [string, KnownModel] => [model.source, { ...model, managed: false }])
    return new Map([...kept, ...this.#managed])
  }

  #take(models: KeptModels): void {
    this.all = this.#sound(this.#merged(models))
    this.#changed(this.all)
  }

  /** What the configuration says since may close a circle with what was stored before: then only the configuration holds. */
  #sound(merged: ReadonlyMap<string, KnownModel>): ReadonlyMap<string, KnownModel> {
    const fault = chainFault(merged)
    if (fault === undefined) return merged
    this.#failed(new Error(fault))
    return new Map([...merged].filter(([, model]) => model.managed || !isRedirect(model)))
  }
}
