/** What a webhook answered. */

import type { TextPart } from '../../core/index.ts'

const decisions = ['allow', 'warn', 'respond', 'block'] as const

export interface Decision {
  readonly decision: (typeof decisions)[number]
  readonly code: string | undefined
  readonly message: string | undefined
  readonly edits: readonly { readonly part: TextPart; readonly text: string }[]
}

/** @param parts the texts that may be edited, by their names @throws Error saying what is wrong with the answer, and nothing of what it says */
export function readDecision(body: Buffer, parts: ReadonlyMap<string, TextPart>): Decision {
  const answer = objectOf(body)
  const decision = decisions.find(known => known === answer['decision'])
  if (decision === undefined) throw new Error(`the webhook's decision is none of ${decisions.join(', ')}`)
  return { decision, code: codeOf(answer), message: textOf(answer, 'message'), edits: editsOf(answer['edits'], parts) }
}

function objectOf(body: Buffer): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(body.toString())
  } catch {
    throw new Error('the webhook did not answer with JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('the webhook did not answer with an object')
  return value as Readonly<Record<string, unknown>>
}

function textOf(answer: Readonly<Record<string, unknown>>, member: string): string | undefined {
  const value = answer[member] ?? undefined
  if (value === undefined || (typeof value === 'string' && value !== '')) return value
  throw new Error(`the webhook's ${member} is no text`)
}

function codeOf(answer: Readonly<Record<string, unknown>>): string | undefined {
  const code = textOf(answer, 'code')
  if (code !== undefined && !/^[\w.-]{1,64}$/.test(code)) throw new Error("the webhook's code is not made of letters, digits, and . _ -")
  return code
}

function editsOf(edits: unknown, parts: ReadonlyMap<string, TextPart>): Decision['edits'] {
  if (edits === undefined || edits === null) return []
  if (!Array.isArray(edits)) throw new Error("the webhook's edits are no list")
  return edits.map((edit: unknown) => {
    const { id, text } = (edit ?? {}) as { readonly id?: unknown; readonly text?: unknown }
    const part = typeof id === 'string' ? parts.get(id) : undefined
    if (part === undefined || typeof text !== 'string') throw new Error('the webhook edits a text that it was not shown')
    return { part, text }
  })
}
