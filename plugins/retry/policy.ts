/** When a call is repeated, and after which wait: decided once per provider. */

import type { Failure, OptionsOf } from '../../core/index.ts'
import { statusTest } from '../shared/attempts/status-list.ts'
import type { schema } from './schema.ts'

export type RetryOptions = OptionsOf<typeof schema>

export class RetryPolicy {
  readonly maxRetries: number
  readonly #options: RetryOptions
  readonly #isListed: (status: number) => boolean
  readonly #random: () => number

  /** @param random uniform in [0, 1) */
  constructor(options: RetryOptions, random: () => number) {
    this.maxRetries = options.max_retries
    this.#options = options
    this.#isListed = statusTest(options.retry_on_statuses)
    this.#random = random
  }

  /** Whether the failure is one that may pass: no answer came, or one with a listed status. Tapline's own timeouts are none. */
  mayPass({ kind, status }: Failure): boolean {
    return kind === 'transport' || (kind === 'status' && status !== undefined && this.#isListed(status))
  }

  /**
   * The wait before a repetition, in milliseconds; undefined if the provider asks for more than may be waited.
   * @param retry 0 before the first
   */
  waitMs(retry: number, askedMs = 0): number | undefined {
    const { initial_backoff: first, backoff_factor: factor, max_backoff: longest } = this.#options
    if (askedMs > longest) return undefined
    const base = Math.min(first * factor ** retry, longest)
    return Math.max(askedMs, Math.min(base * this.#jitter(), longest))
  }

  #jitter(): number {
    const { jitter_factor: jitter } = this.#options
    return 1 - jitter + 2 * jitter * this.#random()
  }
}
