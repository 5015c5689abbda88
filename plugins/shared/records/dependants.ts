/** Who needs what is kept under names, and who takes over what changed. */

import { Registrations } from '../../../core/services/registrations.ts'

export class Dependants {
  readonly #listeners = new Registrations<() => Promise<void>>()
  readonly #users = new Registrations<(name: string) => readonly string[]>()

  /** @param changed called when something changed, and waited for @returns how to end it */
  onChange(changed: () => Promise<void>): () => void {
    return this.#listeners.add(changed)
  }

  /** @param of says, for people, who needs what has this name @returns how to withdraw it */
  users(of: (name: string) => readonly string[]): () => void {
    return this.#users.add(of)
  }

  usersOf(name: string): readonly string[] {
    return [...this.#users].flatMap(of => of(name))
  }

  /** @param failed told of those who could not take it over */
  async changed(failed: (cause: unknown) => void): Promise<void> {
    for (const listener of this.#listeners) await listener().catch(failed)
  }
}
