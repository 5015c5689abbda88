/** Calls without a body that bring what models said earlier: nobody reads it for guardrails on the way. */

import { flatSegmentsOf } from './plain-path.ts'

const kept: ReadonlySet<string> = new Set(['responses', 'conversations', 'completions', 'threads', 'interactions'])
/** The content of a file and the results of a batch. */
const contents = /^(content|results|.*:download)$/

/** @param target path and query below the provider's base URL */
export function bringsAnswers(method: string, target: string): boolean {
  if (method !== 'GET' && method !== 'POST') return false
  const segments = flatSegmentsOf(target).map(segment => segment.toLowerCase())
  return segments.some(segment => kept.has(segment)) || contents.test(segments.at(-1) ?? '')
}
