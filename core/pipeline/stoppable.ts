/** What runs until its caller leaves, or the gateway must end: everything under way for it hears of it and ends, too. */

import type { Clock } from '../services/clock.ts'

/** The client closed its connection. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone'
}

/** A tap's deadline passed. */
export class Overdue extends Error {
  override readonly name = 'Overdue'
}

export class Stoppable {
  readonly clock: Clock
  /** Why whatever is under way for this exchange must end, once it must. */
  #stopped: Error | undefined
  #onStop: ((reason: Error) => void)[] | undefined
  #abort: AbortController | undefined
  #tapAbort: AbortController | undefined
  #isAsking = false

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** Whether the client left. */
  get gone(): boolean {
    return this.#stopped instanceof ClientGone
  }

  /** Aborted when the client leaves. For a tap that reads it as it begins, before it waits for anything: when its deadline passes or it fails, too. */
  get signal(): AbortSignal {
    const controller = this.#isAsking ? (this.#tapAbort ??= this.#stoppable()) : (this.#abort ??= this.#stoppable())
    return controller.signal
  }

  /** A tap is asked that has a deadline: what it reads as `signal` is its own until `endAsking`. */
  beginAsking(): void {
    this.#isAsking = true
  }

  /** The tap has returned. @returns what ends its work, if it asked */
  endAsking(): AbortController | undefined {
    const controller = this.#tapAbort
    this.#isAsking = false
    this.#tapAbort = undefined
    return controller
  }

  /** Calls back when the client leaves, or the gateway must end. Returns how to take that back. */
  whenStopped(callback: (reason: Error) => void): () => void {
    const callbacks = (this.#onStop ??= [])
    callbacks.push(callback)
    return () => {
      const at = callbacks.indexOf(callback)
      if (at >= 0) callbacks.splice(at, 1)
    }
  }

  /** Whatever is under way for this exchange ends now. @param reason `ClientGone`, or the error that the client shall see */
  stop(reason: Error): void {
    if (this.#stopped !== undefined) return
    this.#stopped = reason
    const callbacks = this.#onStop ?? []
    this.#onStop = undefined
    for (const callback of callbacks.splice(0)) callback(reason)
  }

  /** @throws the reason for which this exchange was stopped */
  throwIfStopped(): void {
    if (this.#stopped !== undefined) throw this.#stopped
  }

  /**
   * Waits for `work`, but no longer than the exchange goes on and the deadline allows.
   * @param timeoutMs 0 is no limit
   * @throws the reason for stopping, Overdue
   */
  orStopped<T>(work: Promise<T>, timeoutMs = 0): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#stopped !== undefined) reject(this.#stopped)
      const stay = this.whenStopped(reject)
      const timer = timeoutMs > 0 ? this.clock.after(timeoutMs, () => reject(new Overdue(`no answer within ${timeoutMs} ms`))) : undefined
      const done = () => {
        stay()
        timer?.cancel()
      }
      work.then(
        value => {
          done()
          resolve(value)
        },
        (cause: unknown) => {
          done()
          reject(cause instanceof Error ? cause : new Error(String(cause), { cause }))
        },
      )
    })
  }

  /** Waits, but no longer than the exchange goes on. @throws the reason for stopping */
  sleep(ms: number): Promise<void> {
    let timer: { cancel(): void } | undefined
    return this.orStopped(
      new Promise<void>(resolve => {
        timer = this.clock.after(ms, resolve)
      }),
    ).finally(() => timer?.cancel())
  }

  #stoppable(): AbortController {
    const controller = new AbortController()
    if (this.#stopped !== undefined) controller.abort(this.#stopped)
    else this.whenStopped(reason => controller.abort(reason))
    return controller
  }
}
