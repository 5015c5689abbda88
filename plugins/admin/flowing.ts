/** Rows that are read while they are sent, at the pace of the caller. */

import { gatewayError, type ReplyStream } from '../../core/index.ts'

type Taker = Parameters<ReplyStream['start']>[0]

export class Flowing implements ReplyStream {
  readonly #source: AsyncIterator<Buffer>
  readonly #failed: (cause: unknown) => void
  #isPaused = false
  #isOver = false
  #go: (() => void) | undefined

  /** @param failed told why the source broke off */
  constructor(source: AsyncIterable<Buffer>, failed: (cause: unknown) => void) {
    this.#source = source[Symbol.asyncIterator]()
    this.#failed = failed
  }

  start(taker: Taker): void {
    void this.#run(taker)
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#go?.()
  }

  abort(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#go?.()
    this.#source.return?.().catch((cause: unknown) => this.#failed(cause))
  }

  async #run(taker: Taker): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#source.next()
        if (this.#isOver) return
        if (done === true) break
        taker.events(value)
        if (this.#isPaused) await new Promise<void>(resolve => { this.#go = resolve })
      }
      this.#end(taker)
    } catch (cause) {
      this.#failed(cause)
      this.#end(taker, gatewayError('internal_error', 'the rows could not be read to their end', { cause }))
    }
  }

  #end(taker: Taker, broken?: ReturnType<typeof gatewayError>): void {
    if (this.#isOver) return
    this.#isOver = true
    taker.ended(broken)
  }
}
