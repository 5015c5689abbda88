/** The service `admin`: what the plugins offer to administrators. */

import type { Admin, AdminChange, AdminEndpoint, RefreshStep } from '../../core/index.ts'
import { Offers } from '../shared/offers.ts'
import { Registrations } from '../../core/services/registrations.ts'
import { RouteTable } from './route-table.ts'

export class AdminOffers implements Admin {
  readonly endpoints = new RouteTable<AdminEndpoint>()
  readonly settings = new Offers<{ readonly name: string; read(): string | boolean }>()
  readonly steps = new Offers<RefreshStep>()
  readonly #listeners = new Registrations<(event: AdminChange) => void>()
  readonly #failed: (cause: unknown) => void

  /** @param failed told what a listener threw */
  constructor(failed: (cause: unknown) => void) {
    this.#failed = failed
  }

  endpoint(endpoint: AdminEndpoint): () => void {
    return this.endpoints.add(endpoint.method, endpoint.path, endpoint)
  }

  setting(name: string, read: () => string | boolean): () => void {
    return this.settings.add(name, { name, read })
  }

  refresh(step: RefreshStep): () => void {
    return this.steps.add(step.name, step)
  }

  onChange(listener: (event: AdminChange) => void): () => void {
    return this.#listeners.add(listener)
  }

  /** Tells of a write. Its answer is made, so a listener that fails changes nothing. */
  tell(event: AdminChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (cause) {
        this.#failed(cause)
      }
    }
  }
}
