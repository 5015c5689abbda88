/** Files at providers: each call of their API, and what their answers say. */

import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { gatewayError, JsonDocument, type Clock, type Exchange, type FileRecord, type NewFile, type ProviderInstance } from '../../core/index.ts'
import { isObject, objectIn } from '../../core/neutral/arguments.ts'
import { openCall, wholeBody, type OpenReply } from '../../core/upstream/open-call.ts'
import { fingerprintOf } from '../../core/upstream/provider/keys.ts'

const answerLimit = 16 * 1024 * 1024

/** For whom a call is made; absent members are of work that no caller waits for. */
export interface Asking {
  readonly requestId?: string
  readonly userPath?: string
  readonly signal?: AbortSignal | undefined
}

export function askingOf({ id, userPath, signal }: Exchange): Asking {
  return { requestId: id, userPath, signal }
}

/** What is given to a provider. */
export interface Outgoing {
  readonly content: Readable
  readonly bytes: number
  readonly type: string | undefined
  /** Further fields of the form, `purpose` among them. */
  readonly fields: ReadonlyMap<string, string>
}

export class ProviderFiles {
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @returns the provider's own object, and what is to be remembered of it */
  async create(
    provider: ProviderInstance,
    file: NewFile,
    outgoing: Outgoing,
    asking: Asking,
  ): Promise<{ readonly object: JsonDocument; readonly record: FileRecord }> {
    const key = provider.keys.take()
    const form = formOf(file.filename, outgoing)
    const reply = await openCall(provider, { operation: 'files_create', body: form, key, ...asking }, this.#clock)
    const object = await objectOf(reply, provider)
    return { object, record: { ...recordOf(object, provider, file), ...(key === undefined ? {} : { key: fingerprintOf(key) }) } }
  }

  async get(provider: ProviderInstance, id: string, asking: Asking, key?: string): Promise<JsonDocument> {
    return await objectOf(await this.#call('files_get', provider, id, asking, key), provider)
  }

  async delete(provider: ProviderInstance, id: string, asking: Asking, key?: string): Promise<void> {
    const reply = await this.#call('files_delete', provider, id, asking, key)
    reply.body.resume()
  }

  content(provider: ProviderInstance, id: string, asking: Asking, key?: string): Promise<OpenReply> {
    return this.#call('files_content', provider, id, asking, key)
  }

  /** One page of the provider's list. */
  async list(
    provider: ProviderInstance,
    query: Readonly<Record<string, string>>,
    asking: Asking,
  ): Promise<{ readonly entries: readonly Readonly<Record<string, unknown>>[]; readonly hasMore: boolean }> {
    const reply = await openCall(provider, { operation: 'files_list', query, ...asking }, this.#clock)
    const said = objectIn((await wholeBody(reply, answerLimit, provider.name)).toString())
    const data = said?.['data']
    if (!Array.isArray(data))
      throw gatewayError('bad_upstream_response', `${provider.name} answered with something else than a list of files`, { provider: provider.name })
    return { entries: data.filter(isObject), hasMore: said?.['has_more'] === true }
  }

  #call(operation: string, provider: ProviderInstance, id: string, asking: Asking, key: string | undefined): Promise<OpenReply> {
    const own = key === undefined ? undefined : provider.keys.withFingerprint(key)
    return openCall(provider, { operation, params: { id }, key: own, ...asking }, this.#clock)
  }
}

async function objectOf(reply: OpenReply, provider: ProviderInstance): Promise<JsonDocument> {
  const object = JsonDocument.tryParse(await wholeBody(reply, answerLimit, provider.name))
  if (object?.root.get('id')?.kind === 'string') return object
  throw gatewayError('bad_upstream_response', `${provider.name} answered with something else than a file`, { provider: provider.name })
}

/** What is to be remembered of a provider's object. */
export function recordOf(
  object: JsonDocument,
  provider: ProviderInstance,
  { owner, filename, purpose }: Pick<FileRecord, 'owner'> & Partial<NewFile>,
): FileRecord {
  const said = JSON.parse(object.render().toString()) as Readonly<Record<string, unknown>>
  const textOf = (name: string) => (typeof said[name] === 'string' ? said[name] : '')
  const numberOf = (name: string) => (typeof said[name] === 'number' ? said[name] : 0)
  return {
    id: textOf('id'),
    bytes: numberOf('bytes'),
    created_at: numberOf('created_at'),
    filename: filename ?? textOf('filename'),
    purpose: purpose ?? textOf('purpose'),
    provider: provider.name,
    owner,
    kept: false,
  }
}

/** A form of its own: fields first, then the file. */
function formOf(filename: string, { content, bytes, type, fields }: Outgoing) {
  const boundary = `tapline-${randomUUID()}`
  const head = [...fields].map(([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(name)}"\r\n\r\n${value}\r\n`).join('')
  const before = Buffer.from(
    `${head}--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${escaped(filename)}"\r\nContent-Type: ${type ?? 'application/octet-stream'}\r\n\r\n`,
  )
  const behind = Buffer.from(`\r\n--${boundary}--\r\n`)
  const whole = async function* () {
    yield before
    yield* content as AsyncIterable<Buffer>
    yield behind
  }
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    bytes: Readable.from(whole(), { objectMode: false }),
    length: before.length + bytes + behind.length,
  }
}

function escaped(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
