/** Guardrails by their names: those of the configuration, and those that administrators made. */

import type { GuardrailRule } from './guardrail-rule.ts'
import type { PhaseName } from '../pipeline/plan/step.ts'

/** A guardrail that a workflow may name. */
export interface NamedGuardrail {
  /** As `guardrails.rules` takes it, secrets and all. */
  readonly rule: GuardrailRule
  /** Those in which its type can act, and that it is not kept from. */
  readonly phases: readonly PhaseName[]
  readonly edits: boolean
  /** What it does, in one line, without secrets. */
  readonly summary: string
}

/** The service `guardrails`. */
export interface GuardrailBook {
  find(name: string): NamedGuardrail | undefined
  /** Those of the configuration, then those of the store. */
  readonly all: readonly NamedGuardrail[]
  /** Those of the configuration, in its order. */
  readonly configured: readonly NamedGuardrail[]
  /** Calls back after one of them changed; it is waited for before a change counts as made. @returns how to end it */
  onChange(changed: () => Promise<void>): () => void
  /** Says who needs a guardrail: names for people. Nobody can delete it meanwhile. @returns how to withdraw it */
  users(of: (name: string) => readonly string[]): () => void
  /** Names what must have no guardrail's name. @param taken why a name cannot be given; undefined if it can @returns how to withdraw it */
  reserve(taken: (name: string) => string | undefined): () => void
}
