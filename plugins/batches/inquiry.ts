/** Asks a provider how far its batch is. One that it has no more, or of which it says nothing for too long, ends: nobody asks for ever. */

import { StorageUnavailable } from '../../core/index.ts'
import { absentAgain, isGoneForGood } from '../shared/objects/gone.ts'
import { nativeApi, type NativeState } from './native.ts'
import { failedAgain, type BatchRecord, type ProviderOutput, type Silence } from './record.ts'
import type { TakeoverParts } from './takeover.ts'

/** So long after its end a batch is asked after whose provider does not answer. */
const silentMs = 24 * 60 * 60_000

export class Inquiry {
  readonly #parts: TakeoverParts

  constructor(parts: TakeoverParts) {
    this.#parts = parts
  }

  /**
   * What the provider says of its batch now. What is through is not asked after.
   * @param signal the work is no longer ours
   * @throws whatever keeps it from saying so now; the record says when to try again
   */
  async ask(batch: BatchRecord, signal: AbortSignal): Promise<BatchRecord> {
    if (batch.fetch !== null || !batch.open) return batch
    let said: NativeState
    try {
      said = await this.#state(batch, signal)
    } catch (cause) {
      // A store that is away has no word on the provider, nor has work that was taken from us.
      if (signal.aborted || cause instanceof StorageUnavailable) throw cause
      return await this.#failed(batch, cause)
    }
    return await this.#said(batch, said)
  }

  async #state(batch: BatchRecord, signal: AbortSignal): Promise<NativeState> {
    const { providers, clock, files } = this.#parts
    const provider = providers.get(batch.provider)
    const api = provider === undefined ? undefined : nativeApi(provider, batch.endpoint, clock, files)
    if (provider === undefined || api === undefined) throw new Error(`no provider ${batch.provider} with batches is configured any more`)
    return await api.get(provider, batch, signal)
  }

  async #said(batch: BatchRecord, { status, errors, counts, output }: NativeState): Promise<BatchRecord> {
    const now = Math.floor(this.#parts.clock.now() / 1000)
    return await this.#change(batch, current => ({
      status: output === undefined ? status : 'finalizing',
      errors,
      counts: counts ?? current.counts,
      silence: undefined,
      times: output === undefined ? current.times : { ...current.times, finalizing_at: now },
      ...(output === undefined ? {} : { fetch: output }),
    }))
  }

  /** @throws the cause, unless that was the last try */
  async #failed(batch: BatchRecord, cause: unknown): Promise<BatchRecord> {
    const now = this.#parts.clock.now()
    const silence = { ...failedAgain(batch.silence, now), ...absentAgain(batch.silence, cause, now) }
    const end = this.#endOf(batch, silence)
    if (end === undefined) {
      await this.#change(batch, () => ({ silence }))
      throw cause
    }
    this.#parts.log.warn({ batch: batch.id, err: cause }, `a batch is given up: ${end.message}`)
    const errors = { object: 'list', data: [{ code: 'bad_upstream_response', message: end.message, param: null, line: null }] }
    const fetch: ProviderOutput = { files: [], status: end.status, unknown: true }
    return await this.#change(batch, ({ times }) => ({
      status: 'finalizing',
      errors,
      fetch,
      silence: undefined,
      times: { ...times, finalizing_at: Math.floor(now / 1000) },
    }))
  }

  /** How a batch ends that nobody shall be asked after any more. */
  #endOf({ provider, expires_at }: BatchRecord, silence: Silence): { readonly status: 'failed' | 'expired'; readonly message: string } | undefined {
    const now = this.#parts.clock.now()
    if (isGoneForGood(silence, now)) return { status: 'failed', message: `${provider} has this batch no more` }
    const patientUntil = Math.max(silence.since, expires_at * 1000) + silentMs
    return now < patientUntil
      ? undefined
      : { status: 'expired', message: `${provider} could not be asked for this batch since ${new Date(silence.since).toISOString()}` }
  }

  /** Leaves alone what somebody else saw the end of. */
  async #change(batch: BatchRecord, change: (current: BatchRecord) => Partial<BatchRecord>): Promise<BatchRecord> {
    return (await this.#parts.store.change(batch.id, current => (current.fetch !== null || !current.open ? undefined : change(current)))) ?? batch
  }
}
