/** The access token of one instance: kept while it is good, renewed once for all who wait. */

import type { Grant } from './grant.ts'

const minuteMs = 60_000
/** So long before its end a token is renewed. */
const marginMs = 5 * minuteMs
const longestMs = 50 * minuteMs

export class TokenSource {
  readonly #grant: Grant
  readonly #now: () => number
  #token: { readonly value: string; readonly freshUntil: number } | undefined
  #renewal: Promise<string> | undefined

  constructor(grant: Grant, now: () => number) {
    this.#grant = grant
    this.#now = now
  }

  /** The token that is kept; `undefined` if there is none that is good. */
  get current(): string | undefined {
    return this.#token !== undefined && this.#now() < this.#token.freshUntil ? this.#token.value : undefined
  }

  /** A token, from whoever gives them. @throws Error */
  renewed(): Promise<string> {
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined
    })
    return this.#renewal
  }

  /** What is kept is no good. A renewal under way is newer. */
  drop(): void {
    this.#token = undefined
  }

  async #renew(): Promise<string> {
    const { value, expiresInMs } = await this.#grant()
    this.#token = { value, freshUntil: this.#now() + Math.min(expiresInMs - marginMs, longestMs) }
    return value
  }
}
