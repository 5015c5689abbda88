/** Turns texts into vectors, by calls of the gateway's own. */

import type { Exchange, Models, Pipelines } from '../../core/index.ts'
import { traceHeadersFor } from '../../core/upstream/headers/trace-headers.ts'
import type { EmbedderChoice } from './embedder-choice.ts'
import { SharedWork } from './shared-work.ts'

/** Of a model of which nobody says how much it reads. */
const usualTokens = 2_048
/** Of words, in any script: at least. */
const bytesPerToken = 3
/** Of all else each byte may be a token: digits, signs, pictures. */
const words = /[\p{L}\p{M}\s]+/gu

interface Answer {
  readonly data?: readonly { readonly embedding?: unknown }[]
  readonly error?: { readonly code?: string | null }
}

/** The call for a vector was refused. */
export class EmbeddingRefused extends Error {
  override readonly name = 'EmbeddingRefused'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export class Embedder {
  readonly #pipelines: Pipelines
  readonly #models: Pick<Models, 'metadata'>
  readonly #choice: EmbedderChoice
  readonly #underWay = new SharedWork<Float32Array>()

  constructor(pipelines: Pipelines, models: Pick<Models, 'metadata'>, choice: EmbedderChoice) {
    this.#pipelines = pipelines
    this.#models = models
    this.#choice = choice
  }

  /** Vectors of another name are no measure for its own. */
  get name(): string {
    return `${this.#choice.provider.name}/${this.#choice.model}`
  }

  /** Whether the model surely reads all of a text: of what is cut off, a vector says nothing. */
  takes(text: string): boolean {
    const { provider, model } = this.#choice
    const known = this.#models.metadata(provider, { id: model })?.['context_window']
    return isWithin(text, typeof known === 'number' ? known : usualTokens)
  }

  /**
   * Equal texts on one account that are under way at once are embedded once.
   * @param exchange on whose account it is. @throws EmbeddingRefused, or Error for an answer that is none
   */
  async embed(text: string, exchange: Exchange, signal: AbortSignal): Promise<Float32Array> {
    const { caller, userPath, labels } = exchange
    const account = JSON.stringify([caller?.keyId ?? '', caller?.userId ?? '', userPath, labels])
    return await this.#underWay.wait(`${account} ${text}`, signal, shared => this.#embed(text, exchange, shared))
  }

  async #embed(text: string, exchange: Exchange, signal: AbortSignal): Promise<Float32Array> {
    const { caller = { method: 'extension' }, userPath, labels, session } = exchange
    const { provider, model } = this.#choice
    const { status, body, requestId } = await this.#pipelines.call({
      method: 'POST',
      path: '/v1/embeddings',
      headers: { 'content-type': 'application/json', ...traceHeadersFor(exchange) },
      body: Buffer.from(JSON.stringify({ model, provider: provider.name, input: text })),
      caller,
      userPath,
      labels,
      ...(session === undefined ? {} : { session }),
      origin: 'cache',
      signal,
    })
    const answer = read(body)
    if (status === 200) return vectorIn(answer)
    const code = answer.error?.code ?? 'no code'
    throw new EmbeddingRefused(status, code, `the embedder ${this.name} answered with status ${status} (${code}), request ${requestId}`)
  }
}

/** Whether a text surely has no more tokens. */
function isWithin(text: string, tokens: number): boolean {
  const bytes = Buffer.byteLength(text)
  if (bytes > tokens * bytesPerToken) return false
  const others = Buffer.byteLength(text.replace(words, ''))
  return others + (bytes - others) / bytesPerToken <= tokens
}

function read(body: Buffer): Answer {
  try {
    return JSON.parse(body.toString()) as Answer
  } catch {
    return {}
  }
}

function vectorIn({ data: [first] = [] }: Answer): Float32Array {
  const numbers = first?.embedding
  if (!Array.isArray(numbers) || numbers.length === 0 || !numbers.every(Number.isFinite)) throw new Error('the embedder answered without a vector')
  const vector = Float32Array.from(numbers as number[])
  if (!pointsSomewhere(vector)) throw new Error('the embedder answered with a vector that points nowhere')
  return vector
}

/** One of no length, or of none that can be told, would be as near to every other. */
function pointsSomewhere(vector: Float32Array): boolean {
  return vector.some(number => number !== 0) && vector.every(Number.isFinite)
}
