/** The service `processes`: those that serve one port together. It is there only where several do. */

import type { State } from './state.ts'

export interface Processes {
  /** The numbers that the first process keeps for all. */
  readonly state: State
  /**
   * Asks all others.
   * @param question what JSON can say
   * @returns what each says; undefined for one that could not answer in time
   */
  ask(what: string, question: unknown, withinMs: number): Promise<readonly unknown[]>
  /**
   * Asks all others what they counted, and those that are gone, too: they say what they said last.
   * @param own what this one counted, for when it is gone
   */
  gather(what: string, own: unknown, withinMs: number): Promise<{ readonly others: readonly unknown[]; readonly gone: readonly unknown[] }>
  /** Says what this process does when another asks for it; of several, the last to say so counts. @returns how to withdraw it */
  answer(what: string, handle: (question: never) => unknown): () => void
}
