/** What a guardrail says when it found something: a block, an answer of its own, or a warning. */

import { answer, block } from '../../../core/pipeline/verdict.ts'
import { warn } from '../../../core/pipeline/warning.ts'
import type { Verdict } from '../../../core/plugin/define.ts'

export interface ReactionFacts {
  /** Of a block or a warning; each has one by default. */
  readonly code?: string | undefined
  readonly message: string
  /** Of a block: 400 for a prompt and 502 for a reply by default. */
  readonly status?: number | undefined
  /** For the audit record: kinds and counts, never texts. */
  readonly detail?: Readonly<Record<string, unknown>> | undefined
}

/** @throws TypeError if the code of a warning cannot stand in a header */
export function react(action: 'block' | 'respond' | 'warn', { code, message, status, detail }: ReactionFacts): Verdict {
  if (action === 'block') return block(code ?? 'guardrail_blocked', message, { status, detail })
  return action === 'respond' ? answer(message) : warn(code, message, detail)
}
