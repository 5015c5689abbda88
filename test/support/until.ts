/** Waits for something that nobody announces, by asking again and again, for as long as the test may take. */

import { setTimeout as wait } from 'node:timers/promises'

/** Where no test runs yet, as in what is done once for all of a suite. */
const usualLimitMs = 60_000
/** Kept back, so that the test fails with what did not come about, and not for its time. */
const lastWordsMs = 1_000
const longestPauseMs = 50

interface Limited {
  /** In milliseconds; 0 is none. */
  timeout(): number
}

let running: { readonly test: Limited; readonly sinceMs: number } | undefined

/** Says which test runs from now on. */
export function waitAsLongAs(test: Limited | undefined): void {
  running = test && { test, sinceMs: performance.now() }
}

/** @throws Error if it does not come about */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for await (const _ of pauses()) if (await isSo()) return
  throw new Error(`this never came about: ${isSo}`)
}

/** @returns what it does, once it does not throw. @throws what it threw last */
export async function eventually<T>(holds: () => Promise<T>): Promise<T> {
  let thrown: unknown
  for await (const _ of pauses()) {
    try {
      return await holds()
    } catch (cause) {
      thrown = cause
    }
  }
  throw thrown
}

/** Ever longer ones: what is waited for needs the processor, too. */
async function* pauses(): AsyncGenerator<void> {
  const giveUpAt = endMs()
  for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    yield
    if (performance.now() > giveUpAt) return
    await wait(pauseMs)
  }
}

function endMs(): number {
  const limitMs = running?.test.timeout() || usualLimitMs
  return (running?.sinceMs ?? performance.now()) + limitMs - lastWordsMs
}
