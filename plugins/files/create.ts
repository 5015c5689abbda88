/** Takes an upload to where it belongs: to a provider, or into the store where Tapline keeps it. */

import { gatewayError, type Exchange, type GatewayError, type Models, type NewFile, type ProviderInstance } from '../../core/index.ts'
import type { Library } from './library.ts'
import { respelled, settledProvider } from './lines.ts'
import { askingOf } from './provider-files.ts'
import { shown } from './shown.ts'
import { DiskFile, readUpload, type Uploaded } from './uploaded.ts'

export interface Uploading {
  readonly models: Models
  /** Whether a guardrail may have to look at the lines of a batch's input: then no provider gets them before there is a batch. */
  readonly isGuarded: () => boolean
}

/** @returns the file object @throws GatewayError */
export async function createFile(exchange: Exchange, library: Library, { models, isGuarded }: Uploading): Promise<Buffer> {
  const uploaded = await readUpload(exchange.request)
  try {
    const named = namedProvider(exchange, uploaded, library)
    if (uploaded.fields.get('purpose') !== 'batch') return await give(exchange, library, uploaded, named ?? onlyOne(library), uploaded.file)
    const provider = (await settledProvider(uploaded.file.read(), models, named)) ?? onlyOne(library)
    if (!runsBatches(provider)) return await keep(exchange, library, uploaded, provider)
    const lines = await DiskFile.write(respelled(uploaded.file.read(), models, provider))
    const goesOn = isGuarded()
      ? keep(exchange, library, { ...uploaded, file: lines }, provider, { isSpelled: true })
      : give(exchange, library, uploaded, provider, lines)
    return await goesOn.finally(() => lines.remove())
  } finally {
    await uploaded.file.remove()
  }
}

/** Whether a provider runs batches itself; else Tapline does, and keeps their files. */
function runsBatches(provider: ProviderInstance): boolean {
  return provider.endpoint('files_create') !== undefined && provider.endpoint('batches_create') !== undefined
}

async function give(exchange: Exchange, library: Library, { fields, filename, type }: Uploaded, provider: ProviderInstance, file: DiskFile): Promise<Buffer> {
  if (provider.endpoint('files_create') === undefined)
    throw gatewayError('unsupported_response_operation', `${provider.name} (type ${provider.type}) keeps no files`)
  const facts = { filename, purpose: fields.get('purpose') ?? '', provider: provider.name, owner: exchange.userPath }
  const passed = new Map([...fields].filter(([name]) => name !== 'provider'))
  const { object, record } = await library.calls.create(provider, facts, { content: file.read(), bytes: file.bytes, type, fields: passed }, askingOf(exchange))
  await library.adopt(record)
  object.set(object.root, 'provider', JSON.stringify(provider.name))
  return object.render()
}

async function keep(
  exchange: Exchange,
  library: Library,
  { fields, filename, file }: Uploaded,
  provider: ProviderInstance,
  further: Pick<NewFile, 'isSpelled'> = {},
): Promise<Buffer> {
  const record = await library.keep(
    { filename, purpose: fields.get('purpose') ?? '', provider: provider.name, owner: exchange.userPath, ...further },
    file.read(),
  )
  return Buffer.from(JSON.stringify(shown(record)))
}

/** The provider that the query or the form names. */
function namedProvider({ request }: Exchange, { fields }: Uploaded, { providers }: Library): ProviderInstance | undefined {
  const name = new URLSearchParams(request.query).get('provider') ?? fields.get('provider')
  if (name === undefined || name === '') return undefined
  const provider = providers.get(name)
  if (provider === undefined) throw gatewayError('invalid_value', `unsupported provider: ${name}`, { param: 'provider' })
  return provider
}

/** @throws GatewayError if none or several could be meant */
function onlyOne(library: Library): ProviderInstance {
  const serving = library.serving()
  const [only] = serving
  if (only === undefined) throw gatewayError('unsupported_response_operation', 'no provider keeps files')
  if (serving.length > 1) throw manyProviders(serving)
  return only
}

function manyProviders(serving: readonly ProviderInstance[]): GatewayError {
  return gatewayError('provider_required', `several providers keep files: say which with "provider": ${serving.map(({ name }) => name).join(', ')}`, {
    param: 'provider',
  })
}
