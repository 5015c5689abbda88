/** All guardrails by name: what the service `guardrails` answers from. */

import type { GuardrailBook, NamedGuardrail, Secrets } from '../../core/index.ts'
import type { GuardrailRule } from '../../core/services/guardrail-rule.ts'
import { Registrations } from '../../core/services/registrations.ts'
import { Dependants } from '../shared/records/dependants.ts'
import { openOrLater } from '../shared/records/open-or-later.ts'
import type { PutOptions, Records, Stored } from '../../core/storage/records.ts'
import { Snapshot } from '../../core/storage/snapshot.ts'
import { summaryOf } from './secret-config.ts'
import type { GuardrailType } from './types.ts'

export const collection = 'guardrail_definitions'

/** A definition as it is stored, under its name. */
export interface StoredDefinition {
  readonly type: string
  readonly description: string
  readonly user_path: string
  readonly config: Readonly<Record<string, unknown>>
  /** The secret options as JSON, sealed; empty if there are none. */
  readonly secret_config: string
  readonly fail_mode: 'open' | 'closed' | null
  readonly timeout_ms: number | null
  readonly created_at: number
  readonly updated_at: number
}

export interface Definition extends NamedGuardrail {
  readonly type: GuardrailType | undefined
  /** Undefined of those of the configuration. */
  readonly stored?: Stored<StoredDefinition>
}

interface Parts {
  readonly records: Records<StoredDefinition>
  readonly secrets: Secrets
  failed(cause: unknown, name?: string): void
}

export class DefinitionBook extends Dependants implements GuardrailBook {
  readonly #parts: Parts
  readonly #kept: Snapshot<StoredDefinition>
  readonly #reservations = new Registrations<(name: string) => string | undefined>()
  #configured: readonly Definition[] = []
  #types: ReadonlyMap<string, GuardrailType> = new Map()
  #stored: readonly Definition[] = []
  #byName: ReadonlyMap<string, Definition> = new Map()

  constructor(parts: Parts) {
    super()
    this.#parts = parts
    this.#kept = new Snapshot(
      parts.records,
      () => this.#unseal(),
      cause => parts.failed(cause),
    )
  }

  get configured(): readonly Definition[] {
    return this.#configured
  }

  /** Those of the configuration, then those of the store. */
  get all(): readonly Definition[] {
    return [...this.#configured, ...this.#stored]
  }

  find(name: string): Definition | undefined {
    return this.#byName.get(name)
  }

  reserve(taken: (name: string) => string | undefined): () => void {
    return this.#reservations.add(taken)
  }

  /** Why a name cannot be given; undefined if it can. */
  takenBy(name: string): string | undefined {
    return [...this.#reservations].map(taken => taken(name)).find(why => why !== undefined)
  }

  /** Without the store, only those of the configuration are there until it is back. */
  async open(types: readonly GuardrailType[], configured: readonly Definition[]): Promise<void> {
    this.#types = new Map(types.map(type => [type.type, type]))
    this.#configured = configured
    this.#index()
    await openOrLater(this.#kept, cause => this.#parts.failed(cause))
  }

  /** Reads the store, and has those who listen take over what changed. */
  async read(): Promise<void> {
    await this.#kept.read()
  }

  async put(name: string, definition: StoredDefinition, secret: Readonly<Record<string, unknown>>, options: PutOptions): Promise<void> {
    const text = Object.keys(secret).length === 0 ? '' : await this.#parts.secrets.seal(placeOf(name), JSON.stringify(secret))
    await this.#kept.put(name, { ...definition, secret_config: text }, options)
  }

  async delete(name: string, expected: number): Promise<void> {
    await this.#kept.delete(name, expected)
  }

  async close(): Promise<void> {
    await this.#kept.close()
  }

  async #unseal(): Promise<void> {
    const opened = await Promise.all(this.#kept.all.map(stored => this.#opened(stored)))
    this.#stored = opened.filter(definition => definition !== undefined)
    this.#index()
    await this.changed(cause => this.#parts.failed(cause))
  }

  /** One whose secrets cannot be opened is left out. */
  async #opened(stored: Stored<StoredDefinition>): Promise<Definition | undefined> {
    const {
      id: name,
      value: { secret_config: sealed, config, type },
    } = stored
    try {
      const secret = sealed === '' ? {} : (JSON.parse(await this.#parts.secrets.open(placeOf(name), sealed)) as object)
      return definitionOf(ruleOf(name, { ...config, ...secret }, stored.value), this.#types.get(type), stored)
    } catch (cause) {
      this.#parts.failed(cause, name)
      return undefined
    }
  }

  /** What the configuration says of a name counts. */
  #index(): void {
    this.#byName = new Map([...this.#stored, ...this.#configured].map(definition => [definition.rule.name, definition]))
  }
}

export function definitionOf(rule: GuardrailRule, type: GuardrailType | undefined, stored?: Stored<StoredDefinition>): Definition {
  const phases = rule.phase === undefined ? (type?.phases ?? []) : [rule.phase]
  return {
    rule,
    phases,
    edits: type?.edits ?? true,
    summary: summaryOf(rule.config, type?.definition.schema),
    type,
    ...(stored === undefined ? {} : { stored }),
  }
}

/** A definition as `guardrails.rules` would say it. */
export function ruleOf(
  name: string,
  config: Readonly<Record<string, unknown>>,
  { type, user_path: userPath, fail_mode: failMode, timeout_ms: timeoutMs }: Pick<StoredDefinition, 'type' | 'user_path' | 'fail_mode' | 'timeout_ms'>,
): GuardrailRule {
  return {
    name,
    type,
    order: 0,
    config,
    ...(userPath === '' ? {} : { user_path: userPath }),
    ...(failMode === null ? {} : { fail_mode: failMode }),
    ...(timeoutMs === null ? {} : { timeout_ms: timeoutMs }),
  }
}

function placeOf(name: string) {
  return { collection, id: name, field: 'secret_config' }
}
