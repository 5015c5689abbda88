/** Virtual models: names that stand for one target, or for several in turn or in order. */

import type { Target } from '../../core/index.ts'

export interface VirtualModel {
  readonly source: string
  readonly target?: string
  readonly targets: readonly { readonly provider?: string; readonly model: string; readonly weight: number }[]
  readonly strategy: 'round_robin' | 'failover'
  readonly failover: boolean
  readonly enabled: boolean
}

const longestChain = 8

/** Checks names and chains. @throws Error that spells out a cycle, an over-long chain, or a provider that is not there */
export function checkVirtualModels(models: readonly VirtualModel[], providers: ReadonlySet<string>): void {
  const bySource = new Map(models.map(model => [model.source, model]))
  for (const model of models) {
    for (const { provider } of model.targets) {
      if (provider !== undefined && !providers.has(provider)) throw new Error(`virtual model "${model.source}" names the provider "${provider}"; known: ${[...providers].join(', ')}`)
    }
    if (selectors(model).length === 0) throw new Error(`virtual model "${model.source}" has no target`)
    walk(model, bySource, [])
  }
}

/** The targets of a virtual model in the order in which they are to be tried. */
export class VirtualModelRing {
  readonly #model: VirtualModel
  readonly #slots: readonly number[]
  #next = 0

  constructor(model: VirtualModel) {
    this.#model = model
    this.#slots = model.targets.flatMap(({ weight }, index) => Array.from({ length: Math.max(1, Math.round(weight)) }, () => index))
  }

  /** Those of its targets. */
  get selectors(): readonly string[] {
    return selectors(this.#model)
  }

  /** @param expand the targets of one selector, none if it is not available */
  targets(expand: (selector: string) => readonly Target[]): readonly Target[] {
    const available = selectors(this.#model).map(expand)
    const first = this.#first(available)
    const ordered = [...available[first] ?? [], ...available.flatMap((targets, index) => index === first ? [] : targets)]
    const distinct = ordered.filter((target, index) => ordered.findIndex(({ provider, model }) => provider === target.provider && model === target.model) === index)
    return this.#model.failover ? distinct : distinct.slice(0, 1)
  }

  #first(available: readonly (readonly Target[])[]): number {
    const usable = available.flatMap((targets, index) => targets.length > 0 ? [index] : [])
    if (this.#model.strategy === 'failover' || usable.length < 2) return usable[0] ?? 0
    for (let turns = 0; turns < this.#slots.length; turns++) {
      const slot = this.#slots[this.#next % this.#slots.length] as number
      this.#next += 1
      if (usable.includes(slot)) return slot
    }
    return usable[0] as number
  }
}

function walk(model: VirtualModel, bySource: ReadonlyMap<string, VirtualModel>, path: readonly string[]): void {
  const chain = [...path, model.source]
  if (path.includes(model.source)) throw new Error(`virtual models lead in a circle: ${chain.join(' → ')}`)
  if (chain.length > longestChain) throw new Error(`virtual models are chained more than ${longestChain} deep: ${chain.join(' → ')}`)
  for (const selector of selectors(model)) {
    const next = bySource.get(selector)
    if (next !== undefined && next.source !== model.source) walk(next, bySource, chain)
  }
}

/** The selectors of its targets. A target that names the source itself means the real model of that name. */
function selectors({ target, targets }: VirtualModel): readonly string[] {
  return [...target === undefined ? [] : [target], ...targets.map(({ provider, model }) => provider === undefined ? model : `${provider}/${model}`)]
}
