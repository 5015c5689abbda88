/** The workflows that hold, compiled: each is compiled again only when what it means changed. */

import { GatewayError, type Clock, type Exchange, type Timer, type Variant, type Variants } from '../../core/index.ts'
import type { CanonicalId } from '../shared/models/model-selector.ts'
import { VariantError } from '../../core/services/variants.ts'
import { MatchTable } from './match-table.ts'
import { faultIn, meaningOfDefault, resolvePayload, type Books, type ResolvedPayload } from './payload.ts'
import { everything, keyOf } from './scope.ts'
import type { Version } from './version.ts'

/** A version that is active. */
export interface Workflow {
  readonly version: Version
  /** Undefined of one that never compiled: it is for nobody. */
  readonly variant: Variant | undefined
  readonly payload: ResolvedPayload | undefined
  readonly error: string | undefined
  /** The same, for who knows where the payload was written. */
  readonly fault: GatewayError | undefined
}

interface Entry extends Workflow {
  /** What the variant was compiled from. */
  readonly source: string
}

interface Parts extends Books {
  readonly variants: Variants
  readonly canonical: CanonicalId
  readonly clock: Clock
  /** How long a variant that was replaced stays, for plugins that come back soon. */
  readonly lingerMs: number
  failed(cause: unknown, version: Version): void
}

export class CompiledWorkflows {
  readonly #parts: Parts
  #byId: ReadonlyMap<string, Entry> = new Map()
  #table: MatchTable<Workflow & { readonly variant: Variant }>
  readonly #lingering = new Map<Variant, Timer>()

  constructor(parts: Parts) {
    this.#parts = parts
    this.#table = new MatchTable([], parts.canonical)
  }

  /** The one that the configuration means for everybody is there while no other is for everybody. */
  get all(): readonly Workflow[] {
    const all = [...this.#byId.values()]
    const isReplaced = all.some(({ version }) => !version.managed_default && keyOf(version) === keyOf(everything))
    return isReplaced ? all.filter(({ version }) => !version.managed_default) : all
  }

  get(id: string): Workflow | undefined {
    return this.#byId.get(id)
  }

  /** Has a request go on in the variant of its workflow, where it has one. */
  applyTo(exchange: Exchange): void {
    const [target] = exchange.targets
    const workflow = target === undefined ? this.find('', '', exchange.userPath) : this.find(target.provider.name, target.model, exchange.userPath)
    if (workflow === undefined) return
    exchange.workflow = workflow.version.id
    workflow.variant.take(exchange)
  }

  /** The one for a request. */
  find(provider: string, model: string, path: string): (Workflow & { readonly variant: Variant }) | undefined {
    return this.#table.find(provider, model, path)
  }

  /** Those that name a guardrail, in words. */
  withGuardrail(name: string): readonly string[] {
    return this.#inWords(({ steps }) => steps.some(({ ref }) => ref === name))
  }

  /** Those that name a header policy, in words. */
  withHeaderPolicy(name: string): readonly string[] {
    return this.#inWords(({ headerPolicies }) => headerPolicies.includes(name))
  }

  /** Compiles what changed, and swaps all in at once. @param versions what is active: first what the configuration means for everybody; of one scope, the last counts */
  async replace(versions: readonly Version[]): Promise<void> {
    const before = this.#byId
    const byScope = new Map(versions.map(version => [`${String(version.managed_default)} ${keyOf(version)}`, version]))
    const next = new Map<string, Entry>()
    for (const version of byScope.values()) next.set(version.id, await this.#entry(version, before.get(version.id)))
    this.#byId = next
    this.#table = new MatchTable(
      [...next.values()].filter(isCompiled).map(workflow => [workflow.version, workflow]),
      this.#parts.canonical,
    )
    const kept = new Set([...next.values()].map(({ variant }) => variant))
    for (const { variant } of before.values()) if (variant !== undefined && !kept.has(variant)) this.#linger(variant)
  }

  async close(): Promise<void> {
    const lingering = [...this.#lingering].map(([variant, timer]) => {
      timer.cancel()
      return variant
    })
    const standing = [...this.#byId.values()].map(({ variant }) => variant).filter(variant => variant !== undefined)
    await Promise.all([...lingering, ...standing].map(variant => variant.release()))
  }

  #inWords(isMeant: (payload: ResolvedPayload) => boolean): readonly string[] {
    return this.all.filter(({ payload }) => payload !== undefined && isMeant(payload)).map(({ version }) => `the workflow "${version.name}"`)
  }

  async #entry(version: Version, before: Entry | undefined): Promise<Entry> {
    const { variants } = this.#parts
    try {
      const payload = resolved(version, this.#parts, variants)
      const source = JSON.stringify(payload.patches)
      if (before !== undefined && before.source === source && before.variant !== undefined) return { ...before, error: undefined, fault: undefined }
      return { version, payload, source, variant: await variants.compile(payload.patches), error: undefined, fault: undefined }
    } catch (cause) {
      if (!(cause instanceof VariantError || cause instanceof GatewayError)) throw cause
      if (before?.error !== cause.message) this.#parts.failed(cause, version)
      return { source: '', variant: undefined, payload: undefined, ...before, version, error: cause.message, fault: faultIn(version.workflow_payload, cause) }
    }
  }

  #linger(variant: Variant): void {
    this.#lingering.set(
      variant,
      this.#parts.clock.after(this.#parts.lingerMs, () => {
        this.#lingering.delete(variant)
        void variant.release()
      }),
    )
  }
}

/** What a version means. @throws GatewayError */
export function resolved({ workflow_payload: payload, managed, managed_default: isDefault }: Version, books: Books, { stepNames }: Variants): ResolvedPayload {
  return isDefault ? meaningOfDefault(payload, books) : resolvePayload(payload, books, stepNames, managed)
}

function isCompiled<Found extends Workflow>(workflow: Found): workflow is Found & { readonly variant: Variant } {
  return workflow.variant !== undefined
}
