/** Events as Tapline writes them: with an `event:` line, a type and a number. */

import type { JsonNode } from '../../../core/document/document.ts'
import type { GatewayError } from '../../../core/errors.ts'

export const done = 'data: [DONE]\n\n'

/** Members in JSON, an object's braces left away by who puts them among others. */
export type Members = Readonly<Record<string, unknown>>

export function spellEvent(type: string, sequence: number, members: Members): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence, ...members })}\n\n`
}

/** The event with which a stream breaks off. */
export function errorEvent({ code, message, param }: GatewayError, sequence: number): string {
  return spellEvent('error', sequence, { code, message, param })
}

export function sequenceOf(root: JsonNode | undefined): number | undefined {
  const sequence = root?.get('sequence_number')?.value()
  return typeof sequence === 'number' ? sequence : undefined
}

/** A part of a message without text yet, or with all of it. */
export function textPart(text: string, annotations: readonly unknown[] = []): Members {
  return { type: 'output_text', text, annotations, logprobs: [] }
}

export function refusalPart(refusal: string): Members {
  return { type: 'refusal', refusal }
}

export function summaryPart(text: string): Members {
  return { type: 'summary_text', text }
}
