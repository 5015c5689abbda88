/** Vectors in memory, for a gateway under test: what is kept can be looked at, and what is asked can be made to fail. */

import { randomUUID } from 'node:crypto'
import type { VectorEntry, VectorMatch, VectorStore } from '../../core/index.ts'

const room = Symbol.for('tapline.test.vectors')
const rooms = ((globalThis as { [room]?: Map<string, VectorStore> })[room] ??= new Map())

type Method = Exclude<keyof VectorStore, 'open' | 'ping'>

export class MemoryVectors implements VectorStore {
  readonly entries = new Map<string, VectorEntry>()
  /** What was asked, in order. */
  readonly asked: Method[] = []
  /** Comes before each answer; it may fail, or never end. */
  before: (method: Method, signal: AbortSignal) => Promise<void> = () => Promise.resolve()
  /** Larger bodies are not held. */
  mostBytes = Number.POSITIVE_INFINITY
  readonly #id = randomUUID()

  constructor() {
    rooms.set(this.#id, this)
  }

  /** The plugin, beside tapline.yaml. */
  get files(): Readonly<Record<string, string>> {
    return {
      'memory-vectors.ts': `export default { name: 'memory-vectors', provides: 'vectors', setup: () => ({ service: globalThis[Symbol.for('tapline.test.vectors')].get('${this.#id}') }) }`,
    }
  }

  async nearest(vector: Float32Array, namespace: string, nowSeconds: number, signal: AbortSignal): Promise<VectorMatch | undefined> {
    await this.#ask('nearest', signal)
    const matches = [...this.entries.values()]
      .filter(entry => entry.namespace === namespace && (entry.expiresAt === 0 || entry.expiresAt > nowSeconds))
      .map(({ id, body, vector: other }) => ({ id, body, similarity: cosine(vector, other) }))
    return matches.toSorted((one, other) => other.similarity - one.similarity)[0]
  }

  async put(entry: VectorEntry, signal: AbortSignal): Promise<boolean> {
    await this.#ask('put', signal)
    if (entry.body.length > this.mostBytes) return false
    this.entries.set(entry.id, entry)
    return true
  }

  async expire(nowSeconds: number, signal: AbortSignal): Promise<void> {
    await this.#ask('expire', signal)
    for (const { id, expiresAt } of this.entries.values()) if (expiresAt !== 0 && expiresAt <= nowSeconds) this.entries.delete(id)
  }

  async clear(model: string | undefined, signal: AbortSignal): Promise<void> {
    await this.#ask('clear', signal)
    for (const entry of this.entries.values())
      if (model === undefined || entry.model === model || entry.model.endsWith(`/${model}`)) this.entries.delete(entry.id)
  }

  async ping(): Promise<void> {}

  close(): void {
    rooms.delete(this.#id)
  }

  #ask(method: Method, signal: AbortSignal): Promise<void> {
    this.asked.push(method)
    return this.before(method, signal)
  }
}

function cosine(one: Float32Array, other: Float32Array): number {
  const product = one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0)
  return Math.round((product / (Math.hypot(...one) * Math.hypot(...other))) * 1e6) / 1e6
}
