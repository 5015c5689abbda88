/** Which objects are meant, as Weaviate wants it said. */

import type { Which } from '../shared/vector-database.ts'

export type Where =
  | { readonly operator: 'And' | 'Or'; readonly operands: Where[] }
  | { readonly operator: 'Equal'; readonly path: string[]; readonly valueText: string }
  | { readonly operator: 'Equal' | 'GreaterThan' | 'GreaterThanEqual' | 'LessThanEqual'; readonly path: string[]; readonly valueNumber: number }

const isText = (property: string, valueText: string): Where => ({ operator: 'Equal', path: [property], valueText })
const expiry = (operator: 'Equal' | 'GreaterThan' | 'GreaterThanEqual' | 'LessThanEqual', valueNumber: number): Where => ({
  operator,
  path: ['expiresAt'],
  valueNumber,
})

export function aliveIn(namespace: string, nowSeconds: number): Where {
  return { operator: 'And', operands: [isText('namespace', namespace), { operator: 'Or', operands: [expiry('Equal', 0), expiry('GreaterThan', nowSeconds)] }] }
}

/** Weaviate forgets nothing without a filter: all have a time, of which 0 says never. */
export function filterFor(which: Which): Where {
  if (which === 'all') return expiry('GreaterThanEqual', 0)
  if ('model' in which) return { operator: 'Or', operands: [isText('model', which.model), isText('modelId', which.model)] }
  return { operator: 'And', operands: [expiry('GreaterThan', 0), expiry('LessThanEqual', which.expiredAt)] }
}
