/** The tagging headers that hold: those of the configuration, and those that administrators named, the same for all processes. */

import { refuseContention } from '../shared/admin/refuse-conflict.ts'
import { openOrLater } from '../shared/records/open-or-later.ts'
import type { Records } from '../../core/storage/records.ts'
import { SharedDocument } from '../../core/storage/shared-document.ts'
import { HeaderLabels } from './header-labels.ts'
import { merged, nameOf, type TaggingHeader } from './tagging-header.ts'

export const collection = 'tagging'

/** What administrators named, as it is stored. */
export interface KeptTagging {
  readonly headers: readonly TaggingHeader[]
}

export interface TaggingOptions {
  readonly records: Records<KeptTagging>
  readonly configured: readonly TaggingHeader[]
  /** Told why it could not be read; what was read before stands. */
  readonly failed: (cause: unknown) => void
}

export class Tagging {
  readonly configured: readonly TaggingHeader[]
  readonly #kept: SharedDocument<KeptTagging>
  readonly #failed: TaggingOptions['failed']
  /** Those of the configuration, then the others. */
  headers: readonly TaggingHeader[] = []
  reader = new HeaderLabels([])

  constructor({ records, configured, failed }: TaggingOptions) {
    this.configured = configured
    this.#failed = failed
    this.#kept = new SharedDocument<KeptTagging>({ records, id: 'settings', empty: { headers: [] }, failed, changed: content => this.#hold(content) })
    this.#hold({ headers: [] })
  }

  /** Without the store, the headers of the configuration hold until it is back. */
  open(): Promise<void> {
    return openOrLater(this.#kept, this.#failed)
  }

  /** @throws what the store throws */
  read(): Promise<void> {
    return this.#kept.read()
  }

  /** @param edit the headers that stand beside those of the configuration afterwards. @throws GatewayError, and what `edit` throws */
  async change(edit: () => readonly TaggingHeader[]): Promise<void> {
    await this.#kept.change(() => ({ headers: edit() })).catch(refuseContention('the tagging headers'))
  }

  close(): Promise<void> {
    return this.#kept.close()
  }

  isConfigured(header: TaggingHeader): boolean {
    return this.configured.some(other => nameOf(other) === nameOf(header))
  }

  #hold({ headers }: KeptTagging): void {
    this.headers = merged(
      this.configured,
      headers.filter(header => !this.isConfigured(header)),
    )
    this.reader = new HeaderLabels(this.headers)
  }
}
