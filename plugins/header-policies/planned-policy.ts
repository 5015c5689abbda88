/** What one header policy does to the calls of one request: settled before the first of them, and the same for each. */

import { headersIn } from '../../core/flat-headers.ts'
import { HeaderEdits, type HeaderEditing } from '../../core/upstream/headers/header-edits.ts'

/** What becomes of one header. */
export interface Change {
  readonly header: string
  /** Undefined: it is taken out. */
  readonly value: string | undefined
  /** The header of the request that it was copied from. */
  readonly source?: string
}

/** What was changed, for the audit record: values by name, and the names of what was taken out. */
export interface ChangeReport {
  readonly set?: Readonly<Record<string, string>>
  readonly removed?: readonly string[]
}

/** Names of headers that may hold what nobody shall read. */
const secretive = /auth|key|secret|session|token|credential/i
const redacted = '[REDACTED]'

export class PlannedPolicy implements HeaderEditing {
  readonly #changes: readonly Change[]
  readonly #edits: HeaderEdits
  readonly #changed: (report: ChangeReport) => void
  #isReported = false

  /** @param changed told, once, what was changed in a call in which anything was */
  constructor(changes: readonly Change[], changed: (report: ChangeReport) => void) {
    this.#changes = changes
    this.#changed = changed
    this.#edits = new HeaderEdits({
      remove: changes.map(({ header }) => header),
      add: Object.fromEntries(changes.flatMap(({ header, value }) => (value === undefined ? [] : [[header, value]]))),
    })
  }

  flat(headers: readonly string[]): string[] {
    if (!this.#isReported) this.#report(headers)
    return this.#edits.flat(headers)
  }

  #report(headers: readonly string[]): void {
    const effective = this.#changes.filter(change => takesEffect(change, headers))
    if (effective.length === 0) return
    this.#isReported = true
    this.#changed(reportOf(effective))
  }
}

function takesEffect({ header, value }: Change, headers: readonly string[]): boolean {
  const standing = headersIn(headers, header)
  return value === undefined ? standing.length > 0 : standing.length !== 1 || standing[0] !== value
}

function reportOf(changes: readonly Change[]): ChangeReport {
  const set = changes.flatMap(({ header, value, source = '' }) =>
    value === undefined ? [] : [[header, secretive.test(header) || secretive.test(source) ? redacted : value]],
  )
  const removed = changes.filter(({ value }) => value === undefined).map(({ header }) => header)
  return { ...(set.length === 0 ? {} : { set: Object.fromEntries(set) as Record<string, string> }), ...(removed.length === 0 ? {} : { removed }) }
}
