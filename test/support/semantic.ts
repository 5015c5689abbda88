/** A gateway with the semantic cache, before an upstream that answers and embeds: which texts mean the same is the test's to say. */

import type { Exchange } from '../../core/index.ts'
import { chatCompletion, embeddings } from '../../core/testing/chat-samples.ts'
import type { ReceivedRequest } from '../../core/testing/received-request.ts'
import type { Cue, Script } from '../../core/testing/script.ts'
import type { Answer } from './answer.ts'
import { MemoryVectors } from './memory-vectors.ts'
import { hello, Served, type ServeOptions } from './serve.ts'
import { until } from './until.ts'

export interface SemanticOptions extends ServeOptions {
  /** The block `cache.response.semantic`, besides the embedder and the store. */
  readonly semantic?: Readonly<Record<string, unknown>>
  /** Beside it in `cache.response`. */
  readonly response?: Readonly<Record<string, unknown>>
}

/** What a text means, as an angle in degrees; of two texts, the cosine of the difference says how near they are. */
export type Meanings = Readonly<Record<string, number>>

/** `hi` and `hello` are nearer than 0.92, `hey` is nearer than 0.8, `bye` means something else. */
export const meanings: Meanings = { hello: 0, hi: 10, hey: 30, bye: 90 }

export class Semantic {
  readonly served: Served
  readonly vectors: MemoryVectors
  /** What the embedder says instead of a vector. */
  embedder: ((request: ReceivedRequest) => Script) | undefined
  /** What the model says. */
  model: Cue = { body: chatCompletion() }
  readonly #meanings: Meanings

  private constructor(served: Served, vectors: MemoryVectors, known: Meanings) {
    this.served = served
    this.vectors = vectors
    this.#meanings = known
    served.upstream.always(request => this.#answer(request))
  }

  static async start({ semantic = {}, response = {}, config = {}, files = {}, ...options }: SemanticOptions = {}, known = meanings): Promise<Semantic> {
    const vectors = new MemoryVectors()
    const block = { embedder: { provider: 'openai' }, vector_store: { type: './memory-vectors.ts' }, ...semantic }
    const whole = { resilience: { retry: { max_retries: 0 } }, ...config, cache: { response: { semantic: block, ...response } } }
    return new Semantic(await Served.start({ ...options, files: { ...vectors.files, ...files }, config: whole }), vectors, known)
  }

  /** Calls that models were asked to answer. */
  get calls(): readonly ReceivedRequest[] {
    return this.served.upstream.requests.filter(request => !isForVectors(request))
  }

  /** Calls for vectors. */
  get embeddings(): readonly ReceivedRequest[] {
    return this.served.upstream.requests.filter(isForVectors)
  }

  /** What callers asked, as it went. */
  get exchanges(): readonly Exchange[] {
    return this.served.completions.all.filter(({ origin }) => origin !== 'cache')
  }

  /** Calls, and waits until the reply has left, and what is to be kept of it was given to the store. */
  async call(body: object = hello, headers: Readonly<Record<string, string>> = {}, path = '/v1/chat/completions'): Promise<Answer> {
    const before = this.exchanges.length
    const answer = await this.served.call('POST', path, { model: 'gpt-test', ...body }, headers)
    await until(() => this.exchanges[before]?.hasLeft === true)
    return answer
  }

  /** Asks one thing. */
  ask(content: string, members: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.call({ messages: [{ role: 'user', content }], ...members }, headers)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.served.close()
    this.vectors.close()
  }

  #answer(request: ReceivedRequest): Script {
    if (!isForVectors(request)) return typeof this.model === 'function' ? this.model(request) : this.model
    return this.embedder?.(request) ?? { body: embeddings({ vectors: [this.#vectorOf((JSON.parse(request.body.toString()) as { input: string }).input)] }) }
  }

  #vectorOf(text: string): readonly number[] {
    const radians = ((this.#meanings[text] ?? 180) * Math.PI) / 180
    return [Math.cos(radians), Math.sin(radians)]
  }
}

function isForVectors({ path }: ReceivedRequest): boolean {
  return path.endsWith('/embeddings')
}

/** How a request fared: `HIT (exact)`, `HIT (semantic)`, or `miss`. */
export function faredBy({ headers }: Answer): string {
  return String(headers['x-cache'] ?? 'miss')
}
