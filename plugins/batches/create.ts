/** Makes a batch of its requests: all looked at, kept line by line, and given to the provider where it runs batches itself. */

import { randomUUID } from 'node:crypto'
import { gatewayError, type Clock, type Exchange, type FileRecord, type Files, type Pipelines, type ProviderInstance } from '../../core/index.ts'
import { filesOf } from './batch-files.ts'
import { judgedLines, type GivenLine, type Judged } from './lines.ts'
import { nativeApi, type NativeApi } from './native.ts'
import { noCounts, type BatchLine, type BatchRecord, type Submitter } from './record.ts'
import type { BatchStore } from './store.ts'

const dayMs = 24 * 60 * 60 * 1000

/** What the batch is made with. */
export interface Makers {
  readonly store: BatchStore
  readonly files: Files
  readonly pipelines: Pipelines
  readonly clock: Clock
  readonly maxRequests: number
}

/** A batch as it was asked for. */
export interface Order {
  readonly endpoint: string
  readonly completion_window: string
  readonly metadata: Readonly<Record<string, string>> | null
  readonly input: FileRecord | undefined
  /** Its requests, from the start, as often as asked. */
  lines(): AsyncIterable<GivenLine> | Iterable<GivenLine>
}

/** @throws GatewayError; then nothing is left of it */
export async function createBatch(exchange: Exchange, order: Order, makers: Makers): Promise<BatchRecord> {
  const { store, clock, files, pipelines } = makers
  const id = randomUUID()
  const submitter = submitterOf(exchange)
  const judged: Judged = { provider: undefined, isChanged: false }
  const selectorOf = selectorIn(order.input)
  const judgedAs = (form: 'asGiven' | 'asSent') =>
    mapped(judgedLines(order.lines(), { pipelines, endpoint: order.endpoint, submitter, selectorOf }, judged), line => line[form])
  const total = await store.addLines(id, bounded(judgedAs('asGiven'), makers.maxRequests), clock.now())
  const provider = judged.provider as ProviderInstance
  const api = nativeApi(provider, order.endpoint, clock, files)
  const now = clock.now()
  const batch = draft(id, order, { provider: provider.name, submitter, total, now })
  const made =
    api === undefined
      ? batch
      : await give(api, provider, batch, order, judged, judgedAs, makers).catch(async (cause: unknown) => {
          await store.delete(id)
          throw cause
        })
  await store.add(made, now).catch(async (cause: unknown) => {
    await undo(api, provider, made, makers)
    throw cause
  })
  return made
}

/**
 * How the lines of a file name models. Those of a batch's input are spelled as its provider wants them, even where one of its
 * models begins with the name of the instance; what came as another kind of file was never looked into, and may have selectors.
 */
function selectorIn(input: FileRecord | undefined): ((model: string) => string) | undefined {
  if (input === undefined || (input.kept && input.isSpelled !== true)) return undefined
  const prefix = `${input.provider}/`
  return model => (input.purpose !== 'batch' && model.startsWith(prefix) ? model : prefix + model)
}

/** A provider's own file is used as it is, unless policy or an alias changed a line. @throws GatewayError; then no other file is left there */
async function give(
  api: NativeApi,
  provider: ProviderInstance,
  batch: BatchRecord,
  order: Order,
  judged: Judged,
  judgedAs: (form: 'asSent') => AsyncIterable<BatchLine>,
  { files }: Makers,
): Promise<BatchRecord> {
  if (!api.takesFile) {
    const state = await api.create(
      provider,
      batch,
      mapped(judgedAs('asSent'), ({ custom_id, body }) => `{"custom_id":${JSON.stringify(custom_id)},"params":${body}}`),
    )
    return { ...batch, provider_batch_id: state.id, key: state.key, status: state.status }
  }
  const path = provider.definition.batchPath?.(batch.endpoint, provider.settings) ?? batch.endpoint
  const isFit = order.input !== undefined && !order.input.kept && order.input.provider === provider.name && !judged.isChanged && path === batch.endpoint
  const input = isFit
    ? order.input
    : await files.upload(
        { filename: `batch-${batch.id}.jsonl`, purpose: 'batch', provider: provider.name, owner: batch.submitter.user_path },
        mapped(judgedAs('asSent'), ({ custom_id, body }) =>
          Buffer.from(`{"custom_id":${JSON.stringify(custom_id)},"method":"POST","url":${JSON.stringify(path)},"body":${body}}\n`),
        ),
      )
  const state = await api.create(provider, batch, input).catch(async (cause: unknown) => {
    if (!isFit) await files.delete(input).catch(() => undefined)
    throw cause
  })
  return {
    ...batch,
    provider_batch_id: state.id,
    key: state.key,
    status: state.status,
    errors: state.errors,
    ...(isFit ? {} : { made_file_id: input.id, input_file_id: batch.input_file_id ?? input.id }),
  }
}

/** What was begun at the provider for a batch that nobody will know. */
async function undo(api: NativeApi | undefined, provider: ProviderInstance, batch: BatchRecord, { files, store }: Makers): Promise<void> {
  await Promise.allSettled([api?.cancel(provider, batch), ...filesOf(batch).map(file => files.delete(file)), store.delete(batch.id)])
}

function submitterOf({ caller = { method: 'no_key' }, userPath, labels }: Exchange): Submitter {
  return { caller, user_path: userPath, labels }
}

function draft(
  id: string,
  { endpoint, completion_window, metadata, input }: Order,
  { provider, submitter, total, now }: { readonly provider: string; readonly submitter: Submitter; readonly total: number; readonly now: number },
): BatchRecord {
  const createdAt = Math.floor(now / 1000)
  return {
    id,
    endpoint,
    provider,
    completion_window,
    metadata,
    submitter,
    total,
    provider_batch_id: null,
    key: null,
    input_file_id: input?.id ?? null,
    made_file_id: null,
    status: 'in_progress',
    open: true,
    created_at: createdAt,
    expires_at: createdAt + dayMs / 1000,
    times: { in_progress_at: createdAt },
    fetch: null,
    counts: noCounts,
    output_file_id: null,
    error_file_id: null,
    errors: null,
  }
}

async function* mapped<T, R>(items: AsyncIterable<T>, change: (item: T) => R): AsyncGenerator<R> {
  for await (const item of items) yield change(item)
}

async function* bounded<T>(items: AsyncIterable<T>, most: number): AsyncGenerator<T> {
  let count = 0
  for await (const item of items) {
    if (++count > most) throw gatewayError('invalid_value', `a batch has ${most} requests at most`, { param: 'requests' })
    yield item
  }
}
