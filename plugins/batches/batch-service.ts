/** What callers of either dialect may do with batches. */

import { invalidValue } from '../../core/errors.ts'
import { gatewayError, type Exchange, type FileRecord, type ProviderInstance } from '../../core/index.ts'
import { isVisible, notFound, scopeOf } from '../shared/objects/ownership.ts'
import { orElsewhere } from '../shared/objects/gone.ts'
import type { Stored } from '../../core/storage/records.ts'
import { filesOf } from './batch-files.ts'
import { createBatch, type Makers, type Order } from './create.ts'
import { dialectOf, type BatchDialect } from './dialect.ts'
import { nativeApi, type NativeApi } from './native.ts'
import { isTerminal, type BatchRecord, type LineCounts } from './record.ts'
import type { Runner } from './runner.ts'
import { linesKeptDays, linesKeptUntil, type PlacedLine } from './store.ts'
import type { BatchWorker } from './worker.ts'

/** Nothing, or a step in an address: it would name something else than a file. */
const noId = /^\s*\.{0,2}\s*$/
/** How long a caller waits for results that are being fetched. */
const patienceMs = 2_000
const idPattern = /^(?:msg)?batch_([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/

export interface Doers {
  readonly worker: BatchWorker
  readonly runner: Runner
  readonly providers: ReadonlyMap<string, ProviderInstance>
}

export interface PageQuery {
  readonly dialect: BatchDialect
  readonly limit: number
  /** The batch that the page begins behind, or ends before. */
  readonly after?: string | undefined
  readonly before?: string | undefined
  /** The parameter that names that batch. */
  readonly cursor: string
}

export class BatchService {
  readonly #makers: Makers
  readonly #doers: Doers

  constructor(makers: Makers, doers: Doers) {
    this.#makers = makers
    this.#doers = doers
  }

  async create(exchange: Exchange, order: Order): Promise<BatchRecord> {
    const batch = await createBatch(exchange, order, this.#makers)
    if (batch.provider_batch_id === null) void this.#doers.runner.kick(batch.id)
    return batch
  }

  /** The file that a batch is to be made of. @param named the provider that the caller says has it @throws GatewayError */
  async input(exchange: Exchange, id: string, named: string | undefined): Promise<FileRecord> {
    if (noId.test(id)) throw invalidValue('input_file_id', `${JSON.stringify(id)} is no id of a file`)
    const found = await this.#makers.files.find(exchange, id)
    if (found !== undefined) return found
    if (named === undefined || named === '')
      throw gatewayError('provider_required', `nobody knows the file ${id}: say whose it is with metadata.provider`, { param: 'input_file_id' })
    if (scopeOf(exchange.caller) !== undefined || !this.#doers.providers.has(named)) throw notFound(`file '${id}'`, 'input_file_id')
    return { id, bytes: 0, created_at: 0, filename: '', purpose: 'batch', provider: named, owner: '', kept: false }
  }

  read(file: FileRecord): AsyncIterable<Buffer> {
    return this.#makers.files.read(file)
  }

  /** As it was last known. @throws GatewayError for an unknown batch, and for another's alike */
  async find(exchange: Exchange, shown: string): Promise<BatchRecord> {
    return (await this.#stored(exchange, shown, 'id')).value
  }

  /** As it is now, as far as the provider says. */
  async current(exchange: Exchange, shown: string): Promise<BatchRecord> {
    const batch = await this.find(exchange, shown)
    if (isTerminal(batch) || batch.provider_batch_id === null) return batch
    const working = this.#doers.runner.kick(batch.id)
    await exchange.orStopped(working, patienceMs).catch(() => exchange.throwIfStopped())
    return (await this.#makers.store.find(batch.id)) ?? batch
  }

  /** As the gateway counts what it runs, and as the provider last said of what runs there. */
  async counts(batch: BatchRecord): Promise<LineCounts> {
    return isTerminal(batch) || batch.provider_batch_id !== null ? batch.counts : await this.#makers.store.counts(batch.id)
  }

  /** Those made in a dialect, the newest first, as many as asked and one more. @throws GatewayError 404 for an unknown cursor, and for one of the other dialect */
  async list(exchange: Exchange, { dialect, limit, after, before, cursor: param }: PageQuery): Promise<readonly BatchRecord[]> {
    const owner = scopeOf(exchange.caller)
    const cursor = after ?? before
    const at = cursor === undefined ? undefined : await this.#stored(exchange, cursor, param, dialect)
    const found = await this.#makers.store.listOf(dialect.endpoints, {
      ...(owner === undefined ? {} : { owner }),
      order: before === undefined ? 'desc' : 'asc',
      limit: limit + 1,
      ...(at === undefined ? {} : { after: at }),
    })
    const batches = found.map(({ value }: Stored<BatchRecord>) => value)
    return before === undefined ? batches : batches.reverse()
  }

  /** What is through, or has only its results to be fetched, stays as it is. */
  async cancel(exchange: Exchange, shown: string): Promise<BatchRecord> {
    const batch = await this.find(exchange, shown)
    if (isTerminal(batch) || batch.times.cancelling_at !== undefined || batch.fetch !== null) return batch
    const native = this.#native(batch)
    if (native !== undefined) await native.api.cancel(native.provider, batch)
    const now = Math.floor(this.#makers.clock.now() / 1000)
    const changed = await this.#makers.store.change(batch.id, current =>
      current.open && current.fetch === null ? { status: 'cancelling', times: { ...current.times, cancelling_at: now } } : undefined,
    )
    void this.#doers.runner.kick(batch.id)
    return changed ?? batch
  }

  /** With its files. What its provider has no more is deleted here all the same. @throws GatewayError 400 while it runs, or if it was made in another dialect */
  async delete(exchange: Exchange, shown: string, dialect: BatchDialect): Promise<BatchRecord> {
    const batch = await this.find(exchange, shown)
    if (dialectOf(batch) !== dialect) throw invalidValue('id', `the batch was made with ${dialectOf(batch).path}: such batches cannot be deleted`)
    if (!isTerminal(batch)) throw gatewayError('invalid_value', `the batch is ${batch.status}: cancel it first, and wait for its end`)
    const native = this.#native(batch)
    if (native !== undefined) await orElsewhere(native.api.delete(native.provider, batch))
    const { files, store } = this.#makers
    for (const file of filesOf(batch)) await orElsewhere(files.delete(file))
    await store.delete(batch.id)
    return batch
  }

  /** Whether its results are kept no longer; the batch itself is. */
  isArchived(batch: BatchRecord): boolean {
    return isTerminal(batch) && linesKeptUntil(batch) <= this.#makers.clock.now()
  }

  /** @throws GatewayError 400 if it was made in another dialect, 409 while it runs, 404 when its results are kept no longer */
  async results(exchange: Exchange, shown: string, dialect: BatchDialect): Promise<{ readonly batch: BatchRecord; readonly lines: AsyncIterable<PlacedLine> }> {
    const batch = await this.current(exchange, shown)
    const own = dialectOf(batch)
    if (own !== dialect) throw invalidValue('id', `the batch was made with ${own.path}: its results are at ${own.path}/${own.prefix}${batch.id}/results`)
    if (!isTerminal(batch)) throw gatewayError('conflict', `the results are not there yet: the batch is ${batch.status}`)
    if (this.isArchived(batch)) throw gatewayError('not_found', `the results are not kept any more: they go ${linesKeptDays} days after the batch was made`)
    return { batch, lines: this.#makers.store.lines(batch.id, true) }
  }

  async #stored(exchange: Exchange, shown: string, param: string, dialect?: BatchDialect): Promise<Stored<BatchRecord>> {
    const id = idPattern.exec(shown)?.[1]
    const stored = id === undefined ? undefined : await this.#makers.store.stored(id)
    const isMeant = stored !== undefined && isVisible(stored.value.submitter.user_path, exchange.caller)
    if (!isMeant || (dialect !== undefined && dialectOf(stored.value) !== dialect)) throw notFound(`batch '${shown}'`, param)
    return stored
  }

  #native(batch: BatchRecord): { readonly provider: ProviderInstance; readonly api: NativeApi } | undefined {
    const provider = batch.provider_batch_id === null ? undefined : this.#doers.providers.get(batch.provider)
    const api = provider === undefined ? undefined : nativeApi(provider, batch.endpoint, this.#makers.clock, this.#makers.files)
    return provider === undefined || api === undefined ? undefined : { provider, api }
  }
}
