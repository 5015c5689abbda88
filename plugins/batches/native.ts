/** Batches that a provider runs: each call of the two kinds of APIs, and what their answers mean. */

import { Readable } from 'node:stream'
import { gatewayError, type Clock, type FileRecord, type Files, type ProviderInstance } from '../../core/index.ts'
import { linesOf } from '../shared/objects/lines.ts'
import { openCall, wholeBody, type ObjectRequest } from '../../core/upstream/open-call.ts'
import { isObject, objectIn } from '../../core/neutral/arguments.ts'
import { isGone } from '../shared/objects/gone.ts'
import { fingerprintOf } from '../../core/upstream/provider/keys.ts'
import { fileAtProvider } from './batch-files.ts'
import { errored } from './errored.ts'
import { neverRan, noCounts, type BatchRecord, type BatchStatus, type LineCounts, type Outcome, type ProviderOutput } from './record.ts'

const answerLimit = 16 * 1024 * 1024

/** What a provider says of its batch. */
export interface NativeState {
  readonly id: string
  readonly status: BatchStatus
  readonly errors: unknown
  /** Of the lines that are through; undefined where it does not say. */
  readonly counts: LineCounts | undefined
  /** Where the results are, once it has ended. */
  readonly output: ProviderOutput | undefined
}

export interface NewBatch {
  readonly endpoint: string
  readonly completion_window: string
  readonly metadata: Readonly<Record<string, string>> | null
}

/** What a line came to, by its custom_id. */
export interface NativeResult {
  readonly custom_id: string
  readonly outcome: Outcome
}

/** What stands in the place of results: a line that is none, or a whole file that the provider has no more. */
export type Flaw = 'unreadable' | 'gone'

/** One kind of batch API. */
export interface NativeApi {
  /** Whether the provider's input is a file; else the requests go with the call. */
  readonly takesFile: boolean
  create(provider: ProviderInstance, batch: NewBatch, input: FileRecord | AsyncIterable<string>): Promise<NativeState & { readonly key: string | null }>
  get(provider: ProviderInstance, batch: BatchRecord, signal: AbortSignal): Promise<NativeState>
  cancel(provider: ProviderInstance, batch: BatchRecord): Promise<NativeState>
  delete(provider: ProviderInstance, batch: BatchRecord): Promise<void>
  results(provider: ProviderInstance, batch: BatchRecord, signal: AbortSignal): AsyncIterable<NativeResult | Flaw>
}

/** The API in which a provider runs batches of this endpoint; undefined if the gateway must. */
export function nativeApi(provider: ProviderInstance, endpoint: string, clock: Clock, files: Files): NativeApi | undefined {
  if (endpoint === '/v1/messages') return provider.endpoint('message_batches_create') === undefined ? undefined : new AnthropicBatches(clock)
  return provider.endpoint('batches_create') === undefined || provider.endpoint('files_create') === undefined ? undefined : new OpenAiBatches(clock, files)
}

abstract class Calls {
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  protected async object(provider: ProviderInstance, request: ObjectRequest): Promise<Readonly<Record<string, unknown>>> {
    const object = objectIn((await wholeBody(await openCall(provider, request, this.#clock), answerLimit, provider.name)).toString())
    if (object !== undefined) return object
    throw gatewayError('bad_upstream_response', `${provider.name} answered with something else than a batch`, { provider: provider.name })
  }

  protected open(provider: ProviderInstance, request: ObjectRequest) {
    return openCall(provider, request, this.#clock)
  }
}

type Json = Readonly<Record<string, unknown>>

/** The results in a provider's JSON lines. @param read of a line: its result, if it is one */
async function* resultsIn(content: AsyncIterable<Buffer>, read: (line: Json) => NativeResult | undefined): AsyncGenerator<NativeResult | Flaw> {
  try {
    for await (const { bytes } of linesOf(content)) {
      const line = objectIn(bytes.toString())
      yield (line === undefined ? undefined : read(line)) ?? 'unreadable'
    }
  } catch (cause) {
    if (!isGone(cause)) throw cause
    yield 'gone'
  }
}

/** What was answered with success. */
function succeeded(endpoint: string, body: unknown, { status_code, request_id }: Pick<Outcome, 'status_code' | 'request_id'>): Outcome {
  if (!isObject(body))
    return {
      ...errored(endpoint, gatewayError('bad_upstream_response', 'the provider answered this request with success, and with nothing in it')),
      request_id,
    }
  return { kind: 'succeeded', status_code, request_id, body: JSON.stringify(body) }
}

function keyOf(provider: ProviderInstance, { key }: BatchRecord): string | undefined {
  return key === null ? undefined : provider.keys.withFingerprint(key)
}

/** OpenAI's, and that of those who follow it. */
class OpenAiBatches extends Calls implements NativeApi {
  readonly takesFile = true
  readonly #files: Files

  constructor(clock: Clock, files: Files) {
    super(clock)
    this.#files = files
  }

  async create(
    provider: ProviderInstance,
    { endpoint, completion_window, metadata }: NewBatch,
    input: FileRecord,
  ): Promise<NativeState & { key: string | null }> {
    const key = input.key === undefined ? provider.keys.take() : (provider.keys.withFingerprint(input.key) ?? provider.keys.take())
    const path = provider.definition.batchPath?.(endpoint, provider.settings) ?? endpoint
    const body = Buffer.from(JSON.stringify({ input_file_id: input.id, endpoint: path, completion_window, ...(metadata === null ? {} : { metadata }) }))
    const said = await this.object(provider, { operation: 'batches_create', body: { type: 'application/json', bytes: body, length: body.length }, key })
    return { ...stateOf(said), key: key === undefined ? null : fingerprintOf(key) }
  }

  async get(provider: ProviderInstance, batch: BatchRecord, signal: AbortSignal): Promise<NativeState> {
    return stateOf(
      await this.object(provider, { operation: 'batches_get', params: { id: batch.provider_batch_id ?? '' }, key: keyOf(provider, batch), signal }),
    )
  }

  async cancel(provider: ProviderInstance, batch: BatchRecord): Promise<NativeState> {
    return stateOf(await this.object(provider, { operation: 'batches_cancel', params: { id: batch.provider_batch_id ?? '' }, key: keyOf(provider, batch) }))
  }

  /** There is no such call. */
  delete(): Promise<void> {
    return Promise.resolve()
  }

  async *results(_provider: ProviderInstance, batch: BatchRecord, signal: AbortSignal): AsyncGenerator<NativeResult | Flaw> {
    for (const id of batch.fetch?.files ?? [])
      yield* resultsIn(this.#files.read(fileAtProvider(batch, id, 'batch_output'), signal), line => openAiResult(line, batch.endpoint))
  }
}

/** @throws GatewayError for an answer that is no batch */
function idOf({ id }: Readonly<Record<string, unknown>>): string {
  if (typeof id === 'string' && id !== '') return id
  throw gatewayError('bad_upstream_response', 'the provider answered with something else than a batch')
}

const statuses: ReadonlySet<unknown> = new Set<BatchStatus>([
  'validating',
  'in_progress',
  'finalizing',
  'completed',
  'failed',
  'expired',
  'cancelling',
  'cancelled',
])
const ended: ReadonlySet<unknown> = new Set<BatchStatus>(['completed', 'failed', 'expired', 'cancelled'])

function stateOf(said: Readonly<Record<string, unknown>>): NativeState {
  const status = statuses.has(said['status']) ? (said['status'] as BatchStatus) : 'in_progress'
  const files = [said['output_file_id'], said['error_file_id']].filter(id => typeof id === 'string' && id !== '') as string[]
  const counts = countsOf(said['request_counts'], { succeeded: 'completed', errored: 'failed' })
  return { id: idOf(said), status, errors: said['errors'] ?? null, counts, output: ended.has(status) ? { files, status } : undefined }
}

/** @param names what the provider calls each count; others it does not have */
function countsOf(said: unknown, names: Readonly<Partial<Record<keyof LineCounts, string>>>): LineCounts | undefined {
  if (!isObject(said)) return undefined
  const count = (kind: keyof LineCounts) => {
    const value = said[names[kind] ?? '']
    return typeof value === 'number' && value >= 0 ? value : 0
  }
  return { succeeded: count('succeeded'), errored: count('errored'), canceled: count('canceled'), expired: count('expired') }
}

function openAiResult({ custom_id: id, response, error }: Json, endpoint: string): NativeResult | undefined {
  if (typeof id !== 'string') return undefined
  const { status_code: status = 500, request_id: request = '', body } = (response ?? {}) as Readonly<Record<string, unknown>>
  const { code, message } = (error ?? {}) as Readonly<Record<string, unknown>>
  if (response === null || response === undefined) {
    const kind = code === 'batch_expired' ? 'expired' : code === 'batch_cancelled' ? 'canceled' : 'errored'
    return {
      custom_id: id,
      outcome: {
        kind,
        status_code: 500,
        request_id: '',
        body:
          kind === 'errored'
            ? JSON.stringify({
                error: { type: 'provider_error', message: typeof message === 'string' ? message : 'the request failed', param: null, code: code ?? null },
              })
            : '',
      },
    }
  }
  const isFine = typeof status === 'number' && status >= 200 && status < 300
  const answer = { status_code: typeof status === 'number' ? status : 500, request_id: typeof request === 'string' ? request : '' }
  return { custom_id: id, outcome: isFine ? succeeded(endpoint, body, answer) : { kind: 'errored', ...answer, body: JSON.stringify(body ?? null) } }
}

/** Anthropic's. */
class AnthropicBatches extends Calls implements NativeApi {
  readonly takesFile = false

  async create(provider: ProviderInstance, _batch: NewBatch, requests: AsyncIterable<string>): Promise<NativeState & { key: string | null }> {
    const key = provider.keys.take()
    const bytes = Readable.from(listed(requests), { objectMode: false })
    const said = await this.object(provider, { operation: 'message_batches_create', body: { type: 'application/json', bytes }, key })
    return { ...messageState(said), key: key === undefined ? null : fingerprintOf(key) }
  }

  async get(provider: ProviderInstance, batch: BatchRecord, signal: AbortSignal): Promise<NativeState> {
    return messageState(await this.object(provider, { ...this.#about('message_batches_get', provider, batch), signal }))
  }

  async cancel(provider: ProviderInstance, batch: BatchRecord): Promise<NativeState> {
    return messageState(await this.object(provider, this.#about('message_batches_cancel', provider, batch)))
  }

  async delete(provider: ProviderInstance, batch: BatchRecord): Promise<void> {
    await this.object(provider, this.#about('message_batches_delete', provider, batch))
  }

  results(provider: ProviderInstance, batch: BatchRecord, signal: AbortSignal): AsyncGenerator<NativeResult | Flaw> {
    return resultsIn(this.#content(provider, batch, signal), ({ custom_id: id, result }) =>
      typeof id === 'string' ? { custom_id: id, outcome: messageOutcome(isObject(result) ? result : {}, batch.endpoint) } : undefined,
    )
  }

  async *#content(provider: ProviderInstance, batch: BatchRecord, signal: AbortSignal): AsyncGenerator<Buffer> {
    const reply = await this.open(provider, { ...this.#about('message_batches_results', provider, batch), signal })
    yield* reply.body as AsyncIterable<Buffer>
  }

  #about(operation: string, provider: ProviderInstance, batch: BatchRecord): ObjectRequest {
    return { operation, params: { id: batch.provider_batch_id ?? '' }, key: keyOf(provider, batch) }
  }
}

async function* listed(requests: AsyncIterable<string>): AsyncGenerator<string> {
  let before = '{"requests":['
  for await (const request of requests) {
    yield before + request
    before = ','
  }
  yield ']}'
}

function messageState({ id, processing_status: status, request_counts: said }: Readonly<Record<string, unknown>>): NativeState {
  const counts = countsOf(said, { succeeded: 'succeeded', errored: 'errored', canceled: 'canceled', expired: 'expired' })
  const { succeeded, canceled, errored, expired } = counts ?? noCounts
  const end = succeeded > 0 || errored > 0 ? 'completed' : expired > 0 ? 'expired' : canceled > 0 ? 'cancelled' : 'completed'
  const now = status === 'ended' ? end : status === 'canceling' ? 'cancelling' : 'in_progress'
  return { id: idOf({ id }), status: now, errors: null, counts, output: status === 'ended' ? { files: [], status: end } : undefined }
}

function messageOutcome({ type, message, error }: Json, endpoint: string): Outcome {
  switch (type) {
    case 'succeeded':
      return succeeded(endpoint, message, { status_code: 200, request_id: '' })
    case 'canceled':
    case 'expired':
      return neverRan(type)
    default:
      return {
        kind: 'errored',
        status_code: 400,
        request_id: '',
        body: JSON.stringify(error ?? { type: 'error', error: { type: 'api_error', message: 'the request failed' } }),
      }
  }
}
