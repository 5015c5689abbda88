/** Variants of the pipelines: what patches make of them, compiled beside those that serve. */

import type { Problem } from '../config/problems/place.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import type { Patch } from '../pipeline/plan/source.ts'
import type { PhaseName } from '../pipeline/plan/step.ts'

/** The service `variants`: of every pipeline in which a step stands that asks for it, and that acts on `route`. */
export interface Variants {
  readonly pipelines: readonly string[]
  /** The names of all steps that they are written with; some may be off. */
  readonly stepNames: ReadonlySet<string>
  /**
   * Compiles what patches make of these pipelines. Each patch is for the pipelines that have the steps that it names. Plugins that stand
   * elsewhere with the same options are shared; the others are set up, and open before this resolves.
   * @throws VariantError with every problem; then nothing of it is left
   */
  compile(patches: readonly Patch[]): Promise<Variant>
  /** Finds what is wrong with patches as far as that is known without setting a plugin up. @throws VariantError with every problem */
  vet(patches: readonly Patch[]): Promise<void>
}

export interface Variant {
  /** For a tap on `route`: the phases to come are those of this variant. */
  take(exchange: Exchange): void
  /** The steps of one of the pipelines, from top to bottom. */
  steps(pipeline: string): readonly VariantStep[]
  /** To be called once, when nobody takes it any more. Its own plugins are closed when the last exchange that goes on on it is over. */
  release(): Promise<void>
}

/** A step of a variant. */
export interface VariantStep {
  readonly name: string
  /** The name of its plugin. */
  readonly type: string
  /** Those in which it acts. */
  readonly phases: readonly PhaseName[]
  /** Where it was written, as far as that is known; the pointer into the patches of those that they brought. */
  readonly from: string
}

/** Why patches do not compile. Pointers begin at the list of patches. */
export class VariantError extends Error {
  override readonly name = 'VariantError'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ pointer, message }) => `${pointer}  ${message}`).join('; '))
    this.problems = problems
  }
}
