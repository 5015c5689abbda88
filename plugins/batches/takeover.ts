/** Takes over what the lines of a provider's batch came to: policy looks at each result, its tokens are recorded once, and every line gets an end. */

import type { Logger } from 'pino'
import {
  GatewayError,
  gatewayError,
  StorageUnavailable,
  type Clock,
  type Files,
  type Pipelines,
  type ProviderInstance,
  type UsageLedger,
} from '../../core/index.ts'
import { isObject } from '../../core/neutral/arguments.ts'
import { errored } from './errored.ts'
import { callOf } from './lines.ts'
import { nativeApi, type Flaw } from './native.ts'
import { failedAgain, neverRan, type BatchRecord, type Outcome, type ProviderOutput } from './record.ts'
import type { BatchStore, PlacedLine } from './store.ts'

/** How long after the first failure the results are given up. */
const patienceMs = 24 * 60 * 60_000
/** Of a batch that failed, told with each of its requests. */
const mostErrors = 5

export interface TakeoverParts {
  readonly store: BatchStore
  readonly files: Files
  readonly pipelines: Pipelines
  readonly usage: UsageLedger
  readonly providers: ReadonlyMap<string, ProviderInstance>
  readonly clock: Clock
  readonly log: Logger
}

export class Takeover {
  readonly #parts: TakeoverParts

  constructor(parts: TakeoverParts) {
    this.#parts = parts
  }

  /**
   * Takes over what is there, and settles the rest. What is settled already stays.
   * @returns whether every line has its end
   * @throws whatever keeps it from that now; the record says when to try again
   */
  async take(batch: BatchRecord, output: ProviderOutput, signal: AbortSignal): Promise<boolean> {
    try {
      const isWhole = output.unknown === true || (await this.#takeResults(batch, signal))
      if (signal.aborted) return false
      await this.#parts.store.settleRest(batch, restOf(batch, output, isWhole))
    } catch (cause) {
      // A store that is away has no word on the provider, nor has work that was taken from us.
      if (signal.aborted || cause instanceof StorageUnavailable) throw cause
      if (!this.#isHopeless(output)) {
        await this.#postpone(batch, output)
        throw cause
      }
      this.#parts.log.warn({ batch: batch.id, err: cause }, 'the results of a batch are given up: they could not be fetched for too long')
      await this.#parts.store.settleRest(
        batch,
        errored(batch.endpoint, gatewayError('bad_upstream_response', 'the result of this request could not be fetched from the provider')),
      )
    }
    return true
  }

  /** @returns whether all that the provider has to say could be read */
  async #takeResults(batch: BatchRecord, signal: AbortSignal): Promise<boolean> {
    const { store, providers, clock, files, log } = this.#parts
    const provider = providers.get(batch.provider)
    const api = provider === undefined ? undefined : nativeApi(provider, batch.endpoint, clock, files)
    if (provider === undefined || api === undefined)
      throw new Error(`nobody can be asked for the results: no provider ${batch.provider} with batches is configured any more`)
    const places = new Map<string, number>()
    for await (const { index, line } of store.lines(batch.id, false)) places.set(line.custom_id, index)
    const flaws: Record<Flaw, number> = { unreadable: 0, gone: 0 }
    for await (const result of api.results(provider, batch, signal)) {
      if (signal.aborted) return false
      if (typeof result === 'string') flaws[result] += 1
      else await this.#takeOne(batch, provider, places.get(result.custom_id), result.outcome)
    }
    const isWhole = flaws.unreadable + flaws.gone === 0
    if (!isWhole)
      log.warn(
        { batch: batch.id, provider: provider.name, unreadable_lines: flaws.unreadable, missing_files: flaws.gone },
        'some results of a batch cannot be read; their requests end as errors',
      )
    return isWhole
  }

  async #takeOne(batch: BatchRecord, provider: ProviderInstance, index: number | undefined, outcome: Outcome): Promise<void> {
    const { store } = this.#parts
    const placed = index === undefined ? undefined : await store.line(batch.id, index)
    if (placed !== undefined && !placed.line.done) await store.settle(batch, placed, await this.#reviewed(batch, provider, placed, outcome))
  }

  async #reviewed(batch: BatchRecord, provider: ProviderInstance, { index, line }: PlacedLine, outcome: Outcome): Promise<Outcome> {
    if (outcome.kind !== 'succeeded') return outcome
    const request = { ...callOf(batch.endpoint, batch.submitter), body: Buffer.from(line.body) }
    const { body, usage, labels } = await this.#parts.pipelines.review(request, Buffer.from(outcome.body))
    this.#parts.usage.record({
      id: `${batch.id}_${index}`,
      timestamp: this.#parts.clock.now(),
      request_id: `batch_${batch.id}`,
      endpoint: '/v1/batches',
      provider: provider.type,
      provider_name: provider.name,
      model: line.model ?? modelOf(Buffer.from(outcome.body)) ?? modelOf(request.body) ?? '',
      requested_model: modelOf(request.body),
      user_path: batch.submitter.user_path,
      labels,
      auth_key_id: batch.submitter.caller.keyId,
      user_id: batch.submitter.caller.userId,
      usage,
      apart: provider.definition.countsApart,
      origin: 'client',
    })
    return body instanceof GatewayError ? { ...errored(batch.endpoint, body), request_id: outcome.request_id } : { ...outcome, body: body.toString() }
  }

  #isHopeless({ failing }: ProviderOutput): boolean {
    return failing !== undefined && this.#parts.clock.now() - failing.since >= patienceMs
  }

  /** Notes when to try again. */
  async #postpone({ id }: BatchRecord, { failing }: ProviderOutput): Promise<void> {
    const again = failedAgain(failing, this.#parts.clock.now())
    await this.#parts.store.change(id, current => (current.fetch === null || !current.open ? undefined : { fetch: { ...current.fetch, failing: again } }))
  }
}

/** What is said of the lines that the provider said nothing of. @param isWhole what it said could all be read */
function restOf({ endpoint, errors }: BatchRecord, { status, unknown: isUnknown }: ProviderOutput, isWhole: boolean): Outcome {
  if (isUnknown === true)
    return errored(endpoint, gatewayError('bad_upstream_response', `nobody knows what became of this request: ${messagesIn(errors).join('; ')}`))
  if (status === 'failed') return errored(endpoint, batchFailure(errors))
  if (!isWhole)
    return errored(endpoint, gatewayError('bad_upstream_response', 'the result of this request cannot be had from the provider any more, or not be read'))
  if (status === 'expired') return neverRan('expired')
  if (status === 'cancelled') return neverRan('canceled')
  return errored(endpoint, gatewayError('bad_upstream_response', 'the provider gave no result for this request'))
}

/** Why a whole batch failed, said of one of its requests. @param errors as the provider says them: `{"data": [{"code", "message"}]}` */
function batchFailure(errors: unknown): GatewayError {
  const messages = messagesIn(errors).join('; ')
  const code = errorsIn(errors)
    .map(error => error['code'])
    .find(one => typeof one === 'string')
  return new GatewayError(
    typeof code === 'string' ? code : null,
    `the provider refused the batch, so this request did not run${messages === '' ? '' : `: ${messages}`}`,
    { status: 400 },
  )
}

function messagesIn(errors: unknown): readonly string[] {
  return errorsIn(errors).flatMap(({ message }) => (typeof message === 'string' ? [message] : []))
}

function errorsIn(errors: unknown): readonly Readonly<Record<string, unknown>>[] {
  const { data } = (errors ?? {}) as { readonly data?: unknown }
  return Array.isArray(data) ? data.filter(isObject).slice(0, mostErrors) : []
}

function modelOf(body: Buffer): string | undefined {
  const { model } = JSON.parse(body.toString()) as { model?: unknown }
  return typeof model === 'string' ? model : undefined
}
