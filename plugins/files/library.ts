/** Files wherever they are: on record, kept here, or only known to a provider. The service `files` for other plugins. */

import { Readable } from 'node:stream'
import { GatewayError, gatewayError, type Exchange, type FileRecord, type Files, type NewFile, type ProviderInstance } from '../../core/index.ts'
import { isVisible, scopeOf } from '../shared/objects/ownership.ts'
import { isElsewhere, orElsewhere } from '../shared/objects/gone.ts'
import { askingOf, recordOf, type ProviderFiles } from './provider-files.ts'
import type { FileStore } from './store.ts'
import { DiskFile } from './uploaded.ts'

export class Library implements Files {
  readonly store: FileStore
  readonly calls: ProviderFiles
  readonly providers: ReadonlyMap<string, ProviderInstance>

  constructor(store: FileStore, calls: ProviderFiles, providers: ReadonlyMap<string, ProviderInstance>) {
    this.store = store
    this.calls = calls
    this.providers = providers
  }

  /** The providers that keep files. */
  serving(): readonly ProviderInstance[] {
    return [...this.providers.values()].filter(provider => provider.endpoint('files_create') !== undefined)
  }

  /** On record first; who sees everything also finds what only providers know. @param named the provider to ask, where the caller says so */
  async find(exchange: Exchange, id: string, named?: string): Promise<FileRecord | undefined> {
    if (id === '') return undefined
    const record = await this.store.find(id)
    if (record !== undefined) return isVisible(record.owner, exchange.caller) ? record : undefined
    if (scopeOf(exchange.caller) !== undefined) return undefined
    return await this.#probe(exchange, id, named)
  }

  async *read(file: FileRecord, signal?: AbortSignal): AsyncGenerator<Buffer> {
    if (file.kept) return yield* this.store.read(file)
    const reply = await this.calls.content(this.providerOf(file), file.id, { signal }, file.key)
    yield* reply.body as AsyncIterable<Buffer>
  }

  keep(file: NewFile, content: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<FileRecord> {
    return this.store.keep(file, content)
  }

  /** By way of the disk: providers want to know how long a file is. */
  async upload(file: NewFile, content: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<FileRecord> {
    const onDisk = await DiskFile.write(Readable.from(content))
    try {
      const { record } = await this.calls.create(
        this.providerOf(file),
        file,
        { content: onDisk.read(), bytes: onDisk.bytes, type: 'application/jsonl', fields: new Map([['purpose', file.purpose]]) },
        { userPath: file.owner },
      )
      await this.store.add(record)
      return record
    } finally {
      await onDisk.remove()
    }
  }

  adopt(file: FileRecord): Promise<void> {
    return this.store.add(file)
  }

  /** At the provider first: what it refuses to delete stays on record, but for what it does not have. One that is not configured any more has nothing. */
  async delete(file: FileRecord): Promise<void> {
    const provider = file.kept ? undefined : this.providers.get(file.provider)
    if (provider !== undefined) await orElsewhere(this.calls.delete(provider, file.id, { userPath: file.owner }, file.key))
    await this.store.delete(file)
  }

  /** @throws GatewayError if the instance is no longer configured */
  providerOf({ provider: name }: Pick<FileRecord, 'provider'>): ProviderInstance {
    const provider = this.providers.get(name)
    if (provider === undefined) throw gatewayError('not_found', `the provider ${name} is not configured any more`, { param: 'provider' })
    return provider
  }

  /** @throws GatewayError what one of the providers answered otherwise, if none has it */
  async #probe(exchange: Exchange, id: string, named: string | undefined): Promise<FileRecord | undefined> {
    let refusal: unknown
    for (const provider of this.serving().filter(({ name }) => named === undefined || name === named)) {
      try {
        return recordOf(await this.calls.get(provider, id, askingOf(exchange)), provider, { owner: '' })
      } catch (cause) {
        exchange.throwIfStopped()
        if (!isUnknownTo(cause)) refusal ??= cause
      }
    }
    if (refusal !== undefined) throw refusal
    return undefined
  }
}

/** The provider has no such file, or takes the id for none. */
function isUnknownTo(cause: unknown): boolean {
  return isElsewhere(cause) || (cause instanceof GatewayError && cause.status === 400)
}
