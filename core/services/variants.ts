/** Variants of the pipelines: what patches make of them, compiled beside those that serve. */

import type { Problem } from '../config/problems/place.ts'
import type { GatewayError } from '../errors.ts'
import type { Caller } from '../pipeline/caller.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import type { Patch } from '../pipeline/plan/source.ts'
import type { PhaseName } from '../pipeline/plan/step.ts'
import type { TapFailure } from '../pipeline/tap-failure.ts'
import type { TapOutcome } from '../pipeline/trace.ts'

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
  /** Asks one step alone. Nothing is sent, recorded or counted, but what the step itself sends, or asks of a model. */
  tryOut(trial: Trial): Promise<TrialResult>
  /** To be called once, when nobody takes it any more. Its own plugins are closed when the last exchange that goes on on it is over. */
  release(): Promise<void>
}

/** What one step is tried on: a request that a caller would send, or an answer to it. */
export interface Trial {
  readonly pipeline: string
  readonly step: string
  readonly request: Buffer
  /** Then the step is asked about this instead of the request. */
  readonly answer?: Buffer
  /** In whose name a step asks models that asks any. */
  readonly caller: Caller
  /** Ends the trial. */
  readonly signal?: AbortSignal
}

export interface TrialResult {
  /** Undefined if the step does not act there. */
  readonly outcome: TapOutcome | undefined
  /** Why it failed, if it did. */
  readonly failure: TapFailure | undefined
  /** The body that would go on: what the step left of it, or answered; an error if nothing would. */
  readonly left: Buffer | GatewayError
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
