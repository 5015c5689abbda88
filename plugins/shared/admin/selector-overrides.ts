/** What administrators say of models by selector, kept in the store and in memory: of one model, of a provider, of an id anywhere, or of all. */

import { gatewayError } from '../../../core/errors.ts'
import { canonicalIds, readModelSelector, selectorsFor, type CanonicalId, type ModelSelector, type Spellings } from '../models/model-selector.ts'
import type { Clock } from '../../../core/services/clock.ts'
import { openOrLater } from '../records/open-or-later.ts'
import type { Records, Stored } from '../../../core/storage/records.ts'
import { Snapshot } from '../../../core/storage/snapshot.ts'
import type { AdminCall, AdminEndpoint } from '../../../core/services/admin.ts'
import { WriteTurns } from './write-turns.ts'

type Schema = Readonly<Record<string, unknown>>

/** A document of the collection, under the spelling of its selector. */
export interface KeptOverride<Said extends object> {
  readonly said: Said
  /** What the selector named when it was written, whichever providers come and go; older documents have none. */
  readonly selector?: Omit<ModelSelector, 'text'>
  /** Milliseconds since 1970. */
  readonly created_at: number
  readonly updated_at: number
}

/** How the endpoints spell it. */
export interface OverrideEndpoints<Said extends object> {
  /** Below `/admin`. */
  readonly path: string
  /** The member of bodies and views that holds what is said, beside `selector`. */
  readonly member: string
  readonly schemas: { readonly list: Schema; readonly view: Schema; readonly write: Schema; readonly name: Schema }
  readonly summaries: { readonly list: string; readonly put: string; readonly delete: string }
  /** Checks what the schema cannot. @throws GatewayError */
  check?(said: Said): void
}

export interface OverrideDeps<Said extends object> extends Spellings {
  readonly records: Records<KeptOverride<Said>>
  readonly clock: Clock
  /** The names of those that are declared and not there. */
  readonly absentProviders: Iterable<string>
  /** Called whenever another set of overrides holds. */
  changed?(): void
  /** Told why they could not be read; what was read before stands. */
  failed(cause: unknown): void
}

interface Override<Said> {
  readonly selector: ModelSelector
  readonly said: Said
}

export class SelectorOverrides<Said extends object> {
  readonly #endpoints: OverrideEndpoints<Said>
  readonly #around: OverrideDeps<Said>
  readonly #kept: Snapshot<KeptOverride<Said>>
  readonly #canonical: CanonicalId
  /** The names of providers, there or not. */
  readonly #declared: readonly string[]
  readonly #turns: WriteTurns
  #all: readonly Override<Said>[] = []

  constructor(endpoints: OverrideEndpoints<Said>, around: OverrideDeps<Said>) {
    this.#endpoints = endpoints
    this.#around = around
    this.#canonical = canonicalIds(around.providers, around.types)
    this.#declared = [...around.providers.keys(), ...around.absentProviders]
    this.#turns = new WriteTurns(`the ${endpoints.member} of models`)
    this.#kept = new Snapshot(
      around.records,
      () => this.#index(),
      cause => around.failed(cause),
    )
  }

  /** Without the store nothing is overridden until it is back. */
  open(): Promise<void> {
    return openOrLater(this.#kept, cause => this.#around.failed(cause))
  }

  read(): Promise<void> {
    return this.#kept.read()
  }

  close(): Promise<void> {
    return this.#kept.close()
  }

  /** What is said of a model, the strongest last. @param type of the provider, where it may be gone */
  of(provider: string, model: string, type?: string): readonly Said[] {
    if (this.#all.length === 0) return []
    return selectorsFor(this.#all, provider, model, (name, id) => this.#canonical(name, id, type)).map(({ said }) => said)
  }

  get endpoints(): readonly AdminEndpoint[] {
    const { path, schemas, summaries } = this.#endpoints
    return [
      { method: 'GET', path, scope: 'global', summary: summaries.list, response: schemas.list, handle: () => this.#views() },
      {
        method: 'PUT',
        path,
        scope: 'global',
        summary: summaries.put,
        body: schemas.write,
        response: schemas.view,
        handle: call => this.#turns.take(() => this.#put(call)),
      },
      {
        method: 'DELETE',
        path,
        scope: 'global',
        summary: summaries.delete,
        body: schemas.name,
        handle: call => this.#turns.take(() => this.#delete(call)),
      },
    ]
  }

  async #put(call: AdminCall): Promise<Schema | undefined> {
    const { selector, [this.#endpoints.member]: said } = call.body as { readonly selector: string; readonly [member: string]: unknown }
    const { text, ...named } = this.#read(selector)
    this.#endpoints.check?.(said as Said)
    const before = this.#checked(text, call)
    const [stored, now] = [this.#kept.get(text), this.#around.clock.now()]
    await this.#kept.put(
      text,
      { said: said as Said, selector: named, created_at: stored?.value.created_at ?? now, updated_at: now },
      { expected: stored?.revision ?? 0 },
    )
    const after = this.#viewOf(text)
    call.changed(before, after)
    return after
  }

  async #delete(call: AdminCall): Promise<void> {
    const given = (call.body as { readonly selector: string }).selector.trim()
    const text = this.#kept.get(given) === undefined ? this.#read(given).text : given
    const view = this.#checked(text, call)
    if (view === undefined) throw gatewayError('not_found', `nothing was said of ${text}`, { param: 'selector' })
    await this.#kept.delete(text, this.#kept.get(text)?.revision)
    call.changed(view, undefined)
  }

  /** What a caller names: models of a provider that is declared, else what already stands there, also of a provider that is gone. */
  #read(given: string): ModelSelector {
    const now = readModelSelector(given, this.#declared)
    const selector = now?.provider === undefined ? (this.#standing(given) ?? now) : now
    if (selector === undefined)
      throw gatewayError(
        'invalid_value',
        `${JSON.stringify(given)} selects nothing: expected provider/model, provider/* of a provider that is there, model, or *`,
        { param: 'selector' },
      )
    return selector
  }

  /** What stands under a text, read by the names of all providers that anything stands for. */
  #standing(given: string): ModelSelector | undefined {
    const providers = this.#kept.all.flatMap(stored => this.#selectorOf(stored).provider ?? [])
    const stored = this.#kept.get(readModelSelector(given, providers)?.text ?? '')
    return stored === undefined ? undefined : this.#selectorOf(stored)
  }

  /** Of an older document, what its text names now; a provider that nobody declares shows by an end in `/` alone, as ids of models have slashes, too. */
  #selectorOf({ id: text, value: { selector } }: Stored<KeptOverride<Said>>): ModelSelector {
    if (selector !== undefined) return { ...selector, text }
    return readModelSelector(text, this.#declared) ?? { kind: 'provider', provider: text.slice(0, -1), text }
  }

  /** What stands, if the caller means just that. */
  #checked(text: string, call: AdminCall): Schema | undefined {
    const view = this.#viewOf(text)
    call.ifMatch(view, this.#views())
    return view
  }

  #views(): readonly Schema[] {
    return this.#kept.all
      .map(({ id }) => id)
      .sort()
      .map(id => this.#viewOf(id))
      .filter(view => view !== undefined)
  }

  #viewOf(text: string): Schema | undefined {
    const stored = this.#kept.get(text)
    if (stored === undefined) return undefined
    const { said, created_at: created, updated_at: updated } = stored.value
    return {
      selector: text,
      scope_kind: this.#selectorOf(stored).kind,
      [this.#endpoints.member]: said,
      created_at: new Date(created).toISOString(),
      updated_at: new Date(updated).toISOString(),
    }
  }

  #index(): void {
    this.#all = this.#kept.all.map(stored => ({ selector: this.#selectorOf(stored), said: stored.value.said }))
    this.#around.changed?.()
  }
}
