/** What a translation could not carry: noted, kept silent, or refused. */

import { gatewayError, type GatewayError } from '../errors.ts'

export interface Loss {
  /** The caller's name of what was dropped or approximated, for example `seed`, `tool_result.image`. */
  readonly field: string
  /** What was done, for people: `not taken by anthropic-messages`. */
  readonly action: string
  /** Neither in the reply's header nor refused: sent by agents on every call, or hardly a loss. */
  readonly isSilent: boolean
  /** What the provider said was at fault, not the translation: a warning in the log. */
  readonly isFault?: true
}

/** A caller's own paths of fields, by the names that losses have for them. */
export type CallerPaths = Readonly<Record<string, string>>

/** What a header's list cannot have: callers may name fields as they like. */
const unheard = /[^!-+\--~]/g

export class Losses {
  readonly list: Loss[] = []
  readonly #isStrict: boolean
  readonly #paths: CallerPaths

  /** @param paths where the caller's dialect has a field that others have by its own name */
  constructor(isStrict = false, paths: CallerPaths = {}) {
    this.#isStrict = isStrict
    this.#paths = paths
  }

  /** A hint whose absence leaves the answer's meaning intact. @throws GatewayError 400 if translation is strict */
  drop(field: string, action: string, param = field): void {
    if (this.#isStrict) throw refusal(this.#pathOf(param), `${this.#pathOf(field)} cannot be translated (${action}), and translation is strict`)
    this.list.push({ field, action, isSilent: false })
  }

  silent(field: string, action: string): void {
    this.list.push({ field, action, isSilent: true })
  }

  /** What the provider said in such a way that it cannot be carried. */
  fault(field: string, action: string): void {
    this.list.push({ field, action, isSilent: true, isFault: true })
  }

  /** The names for the header `X-Tapline-Dropped`: sorted, each once. */
  get reported(): readonly string[] {
    return [...new Set(this.list.filter(({ isSilent }) => !isSilent).map(({ field }) => field.replace(unheard, '?')))].sort()
  }

  #pathOf(field: string): string {
    return Object.hasOwn(this.#paths, field) ? (this.#paths[field] ?? field) : field
  }
}

/** What must not be dropped and cannot be carried. @param param the caller's own path, for example `messages[0].content[1]` */
export function refusal(param: string, message: string): GatewayError {
  return gatewayError('unsupported_parameter', message, { param })
}
