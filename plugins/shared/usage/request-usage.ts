/** What is counted of a request, because no provider counts it. */

import { stringOf } from '../../../core/document/readings.ts'
import { readFrom, type Usage } from '../../../core/neutral/usage.ts'
import type { Exchange } from '../../../core/pipeline/exchange.ts'

/** The characters that were spoken; undefined where nothing was, and of every other operation. */
export function requestUsage({ operation, body, reply }: Pick<Exchange, 'operation' | 'body' | 'reply'>): Usage | undefined {
  if (operation !== 'speech' || reply === undefined || reply.status >= 400) return undefined
  const text = stringOf(body?.root.get('input'))
  return text === undefined ? undefined : readFrom({ characters: [...text].length }, {})
}
