/** The thread with the vectors, as seen from the gateway: questions wait here, so that one whose asker left is never searched for. */

import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Answer, Opening, Question, Results } from './protocol.ts'

interface Waiting {
  readonly question: Question
  readonly signal: AbortSignal
  readonly resolve: (result: unknown) => void
  readonly reject: (cause: unknown) => void
}

export class SearchThread {
  readonly #opening: Opening
  readonly #waiting: Waiting[] = []
  #worker: Worker | undefined
  #asked: Waiting | undefined

  /** Nothing runs before the first question. */
  constructor(opening: Opening) {
    this.#opening = opening
  }

  /** @throws what answering it threw, or what ended `signal` while it waited */
  ask<Q extends Question>(question: Q, signal: AbortSignal): Promise<Results[Q['ask']]> {
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.push({ question, signal, resolve, reject })
      this.#next()
    }) as Promise<Results[Q['ask']]>
  }

  /** What is under way is answered first; what waits is not. */
  async close(): Promise<void> {
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('the vectors were closed'))
    const worker = this.#worker
    if (worker === undefined) return
    worker.ref()
    worker.postMessage('close', [])
    await once(worker, 'exit')
  }

  #next(): void {
    if (this.#asked !== undefined) return
    const next = this.#waiting.shift()
    if (next === undefined) this.#worker?.unref()
    else if (next.signal.aborted) this.#refuse(next)
    else this.#say(next)
  }

  #refuse({ reject, signal }: Waiting): void {
    reject(signal.reason)
    this.#next()
  }

  /** The process stays while somebody waits for an answer. */
  #say(waiting: Waiting): void {
    this.#asked = waiting
    const worker = (this.#worker ??= this.#hire())
    worker.ref()
    worker.postMessage(waiting.question, [])
  }

  #hear(answer: Answer): void {
    const asked = this.#asked
    this.#asked = undefined
    if ('error' in answer) asked?.reject(new Error(answer.error))
    else asked?.resolve(answer.result)
    this.#next()
  }

  /** A thread that died is replaced with the next question. */
  #hire(): Worker {
    const worker = new Worker(new URL(`./worker${extname(import.meta.url)}`, import.meta.url), { workerData: this.#opening })
    let reason = 'the thread with the vectors ended'
    worker.on('message', (answer: Answer) => this.#hear(answer))
    worker.on('error', cause => {
      reason = cause instanceof Error ? cause.message : String(cause)
    })
    worker.on('exit', () => {
      this.#worker = undefined
      if (this.#asked !== undefined) this.#hear({ error: reason })
    })
    return worker
  }
}
