/** Finds the answer to a question that means the same: what goes wrong costs a hit, and never a request. */

import type { Clock, Exchange, VectorStore } from '../../core/index.ts'
import { inTime, tookTooLong } from '../shared/in-time.ts'
import type { Outage } from '../shared/cache/outage.ts'
import { EmbeddingRefused, type Embedder } from './embedder.ts'

/** For the vector and the search together. */
const limitMs = 2_000
/** With these an embedder refuses a text; with all else every text. */
const ofText: ReadonlySet<number> = new Set([400, 413, 422])

/** What is looked for. */
export interface Sought {
  readonly text: string
  readonly namespace: string
  /** How near is near enough. */
  readonly threshold: number
}

/** The vector of the text, and what is kept under one that is near enough. */
export interface Found {
  readonly vector: Float32Array
  readonly body: Buffer | undefined
}

export interface SearchDeps {
  readonly embedder: Pick<Embedder, 'embed'>
  readonly vectors: Pick<VectorStore, 'nearest'>
  readonly outage: Outage
  readonly clock: Clock
}

export class Search {
  readonly #deps: SearchDeps

  constructor(deps: SearchDeps) {
    this.#deps = deps
  }

  /** Never rejects. @returns `bypass` for a caller who may not have a vector made, `error` where it failed */
  async find(sought: Sought, exchange: Exchange): Promise<Found | 'bypass' | 'error'> {
    if (this.#deps.outage.isFresh) return 'error'
    const ending = new AbortController()
    const signal = AbortSignal.any([exchange.signal, ending.signal])
    try {
      return await inTime(this.#deps.clock, this.#find(sought, exchange, signal), limitMs, () => tookTooLong('finding an answer by its meaning', limitMs))
    } catch (cause) {
      ending.abort(cause)
      return exchange.gone || isOfBudget(cause) ? 'bypass' : this.#failed(cause)
    }
  }

  complain(cause: unknown): void {
    this.#deps.outage.complain(cause)
  }

  async #find({ text, namespace, threshold }: Sought, exchange: Exchange, signal: AbortSignal): Promise<Found> {
    const { embedder, vectors, clock } = this.#deps
    const vector = await embedder.embed(text, exchange, signal)
    const nearest = await vectors.nearest(vector, namespace, Math.floor(clock.now() / 1000), signal)
    return { vector, body: nearest !== undefined && nearest.similarity >= threshold ? nearest.body : undefined }
  }

  /** An embedder that refuses one text may take the next. */
  #failed(cause: unknown): 'error' {
    if (cause instanceof EmbeddingRefused && ofText.has(cause.status)) this.#deps.outage.complain(cause)
    else this.#deps.outage.begin(cause)
    return 'error'
  }
}

/** Vectors cost money, and this caller has none left. */
function isOfBudget(cause: unknown): boolean {
  return cause instanceof EmbeddingRefused && cause.code.startsWith('budget_')
}
