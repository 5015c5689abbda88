/** Virtual models whose targets are virtual models: they must come to an end. */

import { selectorOf, type VirtualModel } from './definition.ts'

const longestChain = 8

export interface ChainFault {
  readonly message: string
  /** The sources of the virtual models that it is about. */
  readonly chain: readonly string[]
}

/** What is wrong with the chains of a set of virtual models, in words; undefined if they come to an end. */
export function chainFault(models: ReadonlyMap<string, VirtualModel>): string | undefined {
  return chainFaults(models)[0]?.message
}

/** All that is wrong with them: each virtual model is told of once. */
export function chainFaults(models: ReadonlyMap<string, VirtualModel>): readonly ChainFault[] {
  const depths = new Map<string, number>()
  const faults: ChainFault[] = []
  for (const source of models.keys()) {
    const fault = walk(source, models, [], depths)
    if (typeof fault !== 'number' && !faults.some(({ chain }) => chain.some(told => fault.chain.includes(told)))) faults.push(fault)
  }
  return faults
}

/** @returns how many virtual models follow each other from here on, or what is wrong */
function walk(source: string, models: ReadonlyMap<string, VirtualModel>, above: readonly string[], depths: Map<string, number>): number | ChainFault {
  const chain = [...above, source]
  if (above.includes(source)) return faultOf(chain.slice(chain.indexOf(source)), 'virtual models lead in a circle')
  const known = depths.get(source)
  if (known !== undefined && above.length + known <= longestChain) return known
  if (chain.length > longestChain) return faultOf(chain, `virtual models are chained more than ${longestChain} deep`)
  let deepest = 0
  for (const inner of innerSources(source, models)) {
    const depth = walk(inner, models, chain, depths)
    if (typeof depth !== 'number') return depth
    deepest = Math.max(deepest, depth)
  }
  depths.set(source, deepest + 1)
  return deepest + 1
}

function faultOf(chain: readonly string[], what: string): ChainFault {
  return { chain, message: `${what}: ${chain.join(' → ')}` }
}

/** A target that names the source itself means the real model of that name. */
function innerSources(source: string, models: ReadonlyMap<string, VirtualModel>): readonly string[] {
  const targets = models.get(source)?.targets ?? []
  return targets.map(selectorOf).filter(selector => selector !== source && (models.get(selector)?.targets.length ?? 0) > 0)
}

/** The redirects that name another one among their targets. */
export function usersOf(source: string, models: Iterable<VirtualModel>): readonly string[] {
  return [...models].filter(model => model.source !== source && model.targets.some(target => selectorOf(target) === source)).map(model => model.source)
}
