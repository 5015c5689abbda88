/** Names that callers say: what load-balances, what falls back, and aliases, as virtual models. */

import { isTree, join } from '../../../core/config/pointer.ts'
import type { Deployment, Deployments } from './deployments.ts'
import { compact } from './deployments.ts'
import type { Ledger, Section } from './ledger.ts'

/** An item of `virtual_models`. */
export interface VirtualModel {
  readonly source: string
  readonly line: number
  readonly targets: readonly Readonly<Record<string, unknown>>[]
  readonly strategy?: string
}

/** Whether the cheapest of several is taken rather than one in turn. */
export type Balancing = 'cost' | undefined

export class Groups {
  readonly #ledger: Ledger
  readonly #deployments: Deployments
  readonly #groups: ReadonlyMap<string, readonly Deployment[]>
  readonly #aliases = new Map<string, { readonly target: string; readonly line: number }>()
  readonly #fallbacks = new Map<string, { readonly further: readonly string[]; readonly line: number }>()
  #byDefault: readonly string[] = []

  constructor(deployments: Deployments, ledger: Ledger) {
    this.#ledger = ledger
    this.#deployments = deployments
    this.#groups = Map.groupBy(deployments.deployments, ({ group }) => group)
  }

  /** `fallbacks`: a list of maps of a name to names. */
  readFallbacks(section: Section): void {
    for (const [index, item] of section.list('fallbacks').entries()) {
      const pointer = join(section.at('fallbacks'), index)
      if (isTree(item)) for (const [name, further] of Object.entries(item)) this.#readFallback(name, further, join(pointer, name))
      else this.#ledger.wrong(pointer, 'map of a model to a list of models')
    }
    const further = this.#names(section.any('default_fallbacks'), section.at('default_fallbacks'))
    if (further.length === 0) return
    this.#byDefault = further
    this.#ledger.converted(section.at('default_fallbacks'), 'targets of every name that has no others to fall back to')
  }

  /** `model_group_alias`: a name to a name, or to a map with one. */
  readAliases(section: Section): void {
    const aliases = section.section('model_group_alias')
    for (const alias of aliases.rest) {
      const written = aliases.any(alias)
      const target = isTree(written) ? written['model'] : written
      if (typeof target !== 'string') this.#ledger.wrong(aliases.at(alias), 'text: the name of a model')
      else if (!this.#isServed(target)) this.#ledger.leftOut(aliases.at(alias), `model_list has no "${target}"`)
      else this.#addAlias(alias, target, aliases.at(alias))
      if (isTree(written) && written['hidden'] === true) this.#ledger.changed(join(aliases.at(alias), 'hidden'), 'GET /v1/models lists this name, too')
    }
  }

  /** In the order of the file; those that others are made of stand before them. */
  virtualModels(balancing: Balancing): readonly VirtualModel[] {
    return [
      ...[...this.#groups].flatMap(([name, deployments]) => this.#modelsOf(name, deployments, balancing)),
      ...[...this.#fallbacks]
        .filter(([name]) => !this.#groups.has(name))
        .map(([source, { line, further }]) => ({ source, line, strategy: 'failover', targets: [source, ...further].map(one => this.#ownTarget(one)) })),
      ...[...this.#aliases].map(([source, { target, line }]) => ({
        source,
        line,
        targets: [this.#groups.has(target) ? { model: target } : this.#ownTarget(target)],
      })),
    ]
  }

  /** By an entry of this name, or by one whose pattern stands for it. */
  #isServed(name: string): boolean {
    return this.#groups.has(name) || this.#deployments.behindPattern(name) !== undefined
  }

  #addAlias(alias: string, target: string, pointer: string): void {
    if (this.#groups.has(alias)) return this.#ledger.leftOut(pointer, `model_list has a "${alias}", too`)
    this.#aliases.set(alias, { target, line: this.#ledger.line(pointer) })
    this.#ledger.converted(pointer, `a virtual model with the target ${target}`)
  }

  #readFallback(name: string, further: unknown, pointer: string): void {
    const names = this.#names(further, pointer)
    if (name === '*') this.#byDefault = names
    else if (!this.#isServed(name)) return this.#ledger.leftOut(pointer, `model_list has no "${name}"`)
    else this.#fallbacks.set(name, { further: names, line: this.#ledger.line(pointer) })
    if (names.length > 0) this.#ledger.converted(pointer, `${name}: further targets, tried in order: ${names.join(', ')}`)
  }

  #names(written: unknown, pointer: string): readonly string[] {
    if (written === undefined) return []
    if (!Array.isArray(written)) {
      this.#ledger.wrong(pointer, 'list of models')
      return []
    }
    return written.flatMap((name: unknown, index): string[] => {
      const meant = typeof name === 'string' ? (this.#aliases.get(name)?.target ?? name) : undefined
      if (meant !== undefined && this.#isServed(meant)) return [meant]
      this.#ledger.leftOut(join(pointer, index), typeof name === 'string' ? `model_list has no "${name}"` : 'only names of models can be fallen back to here')
      return []
    })
  }

  #furtherOf(name: string): readonly string[] {
    return (this.#fallbacks.get(name)?.further ?? this.#byDefault).filter(further => further !== name)
  }

  #modelsOf(name: string, deployments: readonly Deployment[], balancing: Balancing): readonly VirtualModel[] {
    const line = this.#ledger.line(deployments[0]?.pointer ?? '')
    const further = this.#furtherOf(name)
    if (further.length === 0) return [{ source: name, line, ...balanced(deployments, balancing) }]
    const pool = deployments.length > 1 ? [{ source: this.#poolOf(name), line, ...balanced(deployments, balancing) }] : []
    return [...pool, { source: name, line, strategy: 'failover', targets: [name, ...further].map(one => this.#ownTarget(one)) }]
  }

  /** Where the calls of a name go first, without its own fallbacks: LiteLLM lets names fall back to each other. */
  #ownTarget(name: string): Readonly<Record<string, unknown>> {
    const deployments = this.#groups.get(name) ?? []
    const [only] = deployments
    if (deployments.length === 1 && only !== undefined) return { provider: only.provider, model: only.model }
    if (deployments.length === 0) return { ...this.#deployments.behindPattern(name) }
    return { model: this.#furtherOf(name).length === 0 ? name : this.#poolOf(name) }
  }

  #poolOf(name: string): string {
    const pool = `${name}-balanced`
    return this.#groups.has(pool) || this.#aliases.has(pool) ? `${pool}-pool` : pool
  }
}

function balanced(deployments: readonly Deployment[], balancing: Balancing): Pick<VirtualModel, 'targets' | 'strategy'> {
  const ranked = deployments.toSorted((one, other) => one.order - other.order)
  const isRanked = ranked.some(({ order }) => order !== ranked[0]?.order)
  const weights = isRanked || balancing !== undefined ? [] : weightsOf(ranked)
  const targets = ranked.map(({ provider, model }, index) => compact({ provider, model, weight: weights[index] }))
  return { targets, ...(isRanked ? { strategy: 'failover' } : balancing === undefined || deployments.length < 2 ? {} : { strategy: balancing }) }
}

/** In proportion, the least being 1, since a weight is how many calls in a row a target takes; none where they are equal. */
function weightsOf(deployments: readonly Deployment[]): readonly number[] {
  const written = deployments.map(({ weight }) => weight ?? 1)
  const least = Math.min(...written)
  return written.every(weight => weight === least) ? [] : written.map(weight => Math.round((weight / least) * 100) / 100)
}
