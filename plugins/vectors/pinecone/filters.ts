/** Which records are meant, as Pinecone wants it said. */

import type { Which } from '../shared/vector-database.ts'

export function aliveIn(namespace: string, nowSeconds: number): object {
  return { $and: [{ namespace: { $eq: namespace } }, { $or: [{ expires_at: { $eq: 0 } }, { expires_at: { $gt: nowSeconds } }] }] }
}

/** A time of 0 says: never. */
export function filterFor(which: Exclude<Which, 'all'>): object {
  if ('model' in which) return { $or: [{ model: { $eq: which.model } }, { model_id: { $eq: which.model } }] }
  return { $and: [{ expires_at: { $gt: 0 } }, { expires_at: { $lte: which.expiredAt } }] }
}
