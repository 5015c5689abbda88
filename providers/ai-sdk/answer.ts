/** Puts calls to the models of a package, and spells what they answer as JSON. */

import type { JsonObject, ProviderAnswer, ProviderCall } from '../../core/index.ts'
import { headerPairs } from '../../core/flat-headers.ts'
import { batched } from '../../core/neutral/embeddings.ts'
import { parseJson } from '../../core/neutral/json.ts'
import { answerOf, errorPart } from './errors.ts'
import type { CallExtras, EmbeddingModel, LanguageModel, SdkProvider } from './interface.ts'
import { sdkOf } from './package.ts'
import { optionsFor } from './version.ts'
import type { Settings } from './schema.ts'

/** Headers of the call that the package writes itself. */
const unsaid: ReadonlySet<string> = new Set(['content-type', 'accept', 'accept-encoding', 'authorization'])
const bearer = 'Bearer '

export async function answer({ operation, headers, body, signal }: ProviderCall, settings: Settings): Promise<ProviderAnswer> {
  const { model, stream, values, options } = parseJson(body?.toString() ?? '{}') as {
    readonly model: string
    readonly stream?: boolean
    readonly values: readonly string[]
    readonly options: JsonObject
  }
  const extras: CallExtras = { headers: Object.fromEntries(headerPairs(headers).filter(([name]) => !unsaid.has(name.toLowerCase()))), abortSignal: signal }
  try {
    const sdk = await sdkOf(settings, keyIn(headers))
    if (operation === 'embed') return json(await embed(embeddingModel(sdk, model), values, { ...options, ...extras }))
    const made = languageModel(sdk, model, settings.language_model)
    const given = { ...optionsFor(made.specificationVersion, options), ...extras }
    if (stream !== true) return json(plainResult(await made.doGenerate(given)))
    const { stream: parts } = await made.doStream(given)
    return { status: 200, headers: ['Content-Type', 'text/event-stream'], body: events(parts) }
  } catch (cause) {
    return answerOf(cause)
  }
}

function languageModel(sdk: SdkProvider, model: string, method: string | undefined): LanguageModel {
  if (method === undefined) return sdk.languageModel?.(model) ?? sdk(model)
  const make = sdk[method]
  if (typeof make !== 'function') throw new TypeError(`the package's provider has no method "${method}"`)
  return make.call(sdk, model) as LanguageModel
}

function embeddingModel(sdk: SdkProvider, model: string): EmbeddingModel {
  const made = sdk.embeddingModel?.(model) ?? sdk.textEmbeddingModel?.(model)
  if (made === undefined) throw Object.assign(new Error('the package has no embedding models'), { statusCode: 501 })
  return made
}

/** As many texts at once as the model takes; one call after the other unless it says that it does not mind. */
async function embed(model: EmbeddingModel, values: readonly string[], options: object): Promise<object> {
  const most = (await model.maxEmbeddingsPerCall) ?? values.length
  const batches = batched(values, Math.max(1, Math.min(most, values.length)))
  const call = (batch: readonly string[]) => Promise.resolve(model.doEmbed({ values: [...batch], ...options }))
  const results = (await model.supportsParallelCalls) ? await Promise.all(batches.map(call)) : await inTurn(batches, call)
  const counts = results.map(({ usage }) => usage?.tokens)
  const tokens = counts.every(count => count !== undefined) ? counts.reduce((sum, count) => sum + count, 0) : undefined
  return { embeddings: results.flatMap(({ embeddings }) => embeddings), ...(tokens === undefined ? {} : { usage: { tokens } }) }
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(await work(item))
  return results
}

async function* events(parts: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  try {
    for await (const part of parts) {
      const { type, error } = part as { readonly type: string; readonly error?: unknown }
      if (type !== 'raw') yield event(type === 'error' ? errorPart(error) : plainPart(part as JsonObject))
    }
  } catch (cause) {
    yield event(errorPart(cause))
  }
}

function event(part: object): Buffer {
  return Buffer.from(`data: ${JSON.stringify(part)}\n\n`)
}

/** Of a result, what the answer is made of. */
function plainResult({ content, finishReason, usage, response }: JsonObject): object {
  const { id, modelId } = (response ?? {}) as JsonObject
  return { content: (content as readonly JsonObject[]).map(plainPart), finishReason, usage, response: { id, modelId } }
}

/** Files come as bytes or in base64; here in base64. */
function plainPart(part: JsonObject): object {
  if (part['type'] !== 'file') return part
  const data: unknown = part['data']
  const bytes: unknown = typeof data === 'object' && data !== null && 'data' in data ? data.data : data
  return { ...part, data: bytes instanceof Uint8Array ? Buffer.from(bytes).toString('base64') : bytes }
}

function json(value: object): ProviderAnswer {
  return { status: 200, headers: ['Content-Type', 'application/json'], body: Buffer.from(JSON.stringify(value)) }
}

/** The key that the call carries, as the kernel chose it. */
function keyIn(headers: readonly string[]): string | undefined {
  const value = headerPairs(headers).findLast(([name]) => name.toLowerCase() === 'authorization')?.[1]
  return value?.startsWith(bearer) === true ? value.slice(bearer.length) : value
}
