/** Watches exchanges end, by a one-file plugin that stands above all others. */

import { randomUUID } from 'node:crypto'
import type { Exchange } from '../../core/pipeline/exchange.ts'

const room = Symbol.for('tapline.test.completions')
const rooms = ((globalThis as { [room]?: Map<string, (exchange: Exchange) => void> })[room] ??= new Map())

const source = `
import { definePlugin } from 'tapline'
export default definePlugin({
  name: 'witness',
  edits: false,
  schema: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
  setup: ({ options: { id } }) => ({
    complete: exchange => { globalThis[Symbol.for('tapline.test.completions')].get(id)?.(exchange) },
  }),
})
`

export class Completions {
  readonly all: Exchange[] = []
  readonly #id = randomUUID()
  readonly #awaited: { readonly count: number; readonly resolve: (exchange: Exchange) => void }[] = []

  constructor() {
    rooms.set(this.#id, exchange => {
      this.all.push(exchange)
      for (const { count, resolve } of this.#awaited) if (count === this.all.length) resolve(exchange)
    })
  }

  /** The plugin, beside tapline.yaml. */
  get files(): Readonly<Record<string, string>> {
    return { 'witness.ts': source }
  }

  /** Puts it above `auth`. */
  get patch(): object {
    return { insert: { use: './witness.ts', options: { id: this.#id } }, before: 'auth' }
  }

  /** Resolves to the n-th exchange (from 1) that ended. */
  async ended(n = 1): Promise<Exchange> {
    return (
      this.all[n - 1] ??
      (await new Promise(resolve => {
        this.#awaited.push({ count: n, resolve })
      }))
    )
  }

  close(): void {
    rooms.delete(this.#id)
  }
}
