/** Finds the workflow of a request: one look-up for each path above it, however many workflows there are. */

import type { WorkflowScope } from '../../core/index.ts'
import type { CanonicalId } from '../shared/models/model-selector.ts'

/** What is scoped to one path, or to none. */
interface Place<T> {
  whole: T | undefined
  readonly byProvider: Map<string, OfProvider<T>>
}

interface OfProvider<T> {
  whole: T | undefined
  /** By ids as they are written, and by their canonical spelling. */
  readonly byModel: Map<string, T>
  readonly byCanonical: Map<string, T>
}

export class MatchTable<T> {
  readonly #anywhere: Place<T> = { whole: undefined, byProvider: new Map() }
  readonly #byPath = new Map<string, Place<T>>()
  readonly #canonical: CanonicalId

  constructor(entries: Iterable<readonly [WorkflowScope, T]>, canonical: CanonicalId) {
    this.#canonical = canonical
    for (const [scope, value] of entries) this.#add(scope, value)
  }

  /** The deepest path counts most, then the model, then the provider. Without a path, only what names none. */
  find(provider: string, model: string, path: string): T | undefined {
    if (path !== '' && this.#byPath.size > 0) {
      const found = this.#under(provider, model, path)
      if (found !== undefined) return found
    }
    return this.#at(this.#anywhere, provider, model)
  }

  #under(provider: string, model: string, path: string): T | undefined {
    for (let end = path; ; end = end.slice(0, end.lastIndexOf('/')) || '/') {
      const place = this.#byPath.get(end)
      const found = place === undefined ? undefined : this.#at(place, provider, model)
      if (found !== undefined || end === '/') return found
    }
  }

  #add({ scope_provider_name: provider, scope_model: model, scope_user_path: path }: WorkflowScope, value: T): void {
    const place = path === '' ? this.#anywhere : (this.#byPath.get(path) ?? { whole: undefined, byProvider: new Map() })
    if (path !== '') this.#byPath.set(path, place)
    if (provider === '') place.whole = value
    else this.#addTo(place, provider, model, value)
  }

  #addTo(place: Place<T>, provider: string, model: string, value: T): void {
    const known: OfProvider<T> = place.byProvider.get(provider) ?? { whole: undefined, byModel: new Map(), byCanonical: new Map() }
    place.byProvider.set(provider, known)
    if (model === '') known.whole = value
    else {
      known.byModel.set(model, value)
      known.byCanonical.set(this.#canonical(provider, model), value)
    }
  }

  #at({ whole, byProvider }: Place<T>, provider: string, model: string): T | undefined {
    const own = byProvider.size === 0 ? undefined : byProvider.get(provider)
    if (own === undefined) return whole
    return own.byModel.get(model) ?? own.byCanonical.get(this.#canonical(provider, model)) ?? own.whole ?? whole
  }
}
