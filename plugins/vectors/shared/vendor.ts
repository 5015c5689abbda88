/** A vendor's service by its own client, which is loaded when somebody asks for it first. */

import { UnfitDatabase } from './vector-database.ts'

/** What a service said when it refused a call. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  /** Of HTTP. */
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export interface VendorFacts<Client> {
  /** Loads the client and makes one. */
  connect(): Promise<Client>
  /** Every client tells in its own way what its service said. @returns undefined for an error that is no answer */
  refusalIn(cause: Error): Refusal | undefined
}

export class Vendor<Client> {
  readonly #facts: VendorFacts<Client>
  #client: Promise<Client> | undefined
  #isClosed = false

  constructor(facts: VendorFacts<Client>) {
    this.#facts = facts
  }

  /** Runs a check of what the service has. @throws UnfitDatabase for a key that it does not accept, and what `check` throws */
  async prepare(check: () => Promise<void>): Promise<void> {
    try {
      await check()
    } catch (cause) {
      throw cause instanceof Refusal && (cause.status === 401 || cause.status === 403) ? new UnfitDatabase(cause.message, { cause }) : cause
    }
  }

  /**
   * @param forgiven a status that means that there is nothing to be had, or to be done: then the answer is undefined
   * @throws Refusal, or what keeps the service from being asked
   */
  async ask<T>(work: (client: Client) => Promise<T>): Promise<T>
  async ask<T>(work: (client: Client) => Promise<T>, forgiven: number | undefined): Promise<T | undefined>
  async ask<T>(work: (client: Client) => Promise<T>, forgiven?: number): Promise<T | undefined> {
    if (this.#isClosed) throw new Error('it was closed')
    try {
      return await work(await (this.#client ??= this.#facts.connect()))
    } catch (cause) {
      const refusal = cause instanceof Error ? this.#facts.refusalIn(cause) : undefined
      if (refusal !== undefined && refusal.status === forgiven) return undefined
      throw refusal ?? cause
    }
  }

  /** The clients' connections end when nothing is said on them for a while. */
  close(): void {
    this.#isClosed = true
    this.#client = undefined
  }
}
