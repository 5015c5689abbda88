/** Which points are meant, as Qdrant wants it said. */

import type { Schemas } from '@qdrant/js-client-rest'

type Filter = Schemas['Filter']

/** What filters ask for, and the kinds of indexes that answer. */
export const indexes = [['namespace', 'keyword'], ['model', 'keyword'], ['model_id', 'keyword'], ['expires_at', 'integer']] as const

/** 0 says: never. */
export function expiredAt(nowSeconds: number): Filter {
  return { must: [{ key: 'expires_at', range: { gt: 0, lte: nowSeconds } }] }
}

export function aliveIn(namespace: string, nowSeconds: number): Filter {
  return { must: [{ key: 'namespace', match: { value: namespace } }], must_not: expiredAt(nowSeconds).must ?? [] }
}

/** A filter that asks for nothing means all. */
export function ofModel(model: string | undefined): Filter {
  return model === undefined ? {} : { should: ['model', 'model_id'].map(key => ({ key, match: { value: model } })) }
}
