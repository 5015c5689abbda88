/** Which points are meant, as Qdrant wants it said. */

import type { Schemas } from '@qdrant/js-client-rest'
import type { Which } from '../shared/vector-database.ts'

type Filter = Schemas['Filter']

/** What filters ask for, and the kinds of indexes that answer. */
export const indexes = [
  ['namespace', 'keyword'],
  ['model', 'keyword'],
  ['model_id', 'keyword'],
  ['expires_at', 'integer'],
] as const

export function aliveIn(namespace: string, nowSeconds: number): Filter {
  return { must: [{ key: 'namespace', match: { value: namespace } }], must_not: [expiredAt(nowSeconds)] }
}

/** A filter that asks for nothing means all. */
export function filterFor(which: Which): Filter {
  if (which === 'all') return {}
  return 'model' in which ? { should: ['model', 'model_id'].map(key => ({ key, match: { value: which.model } })) } : { must: [expiredAt(which.expiredAt)] }
}

/** 0 says: never. */
function expiredAt(nowSeconds: number): Schemas['FieldCondition'] {
  return { key: 'expires_at', range: { gt: 0, lte: nowSeconds } }
}
