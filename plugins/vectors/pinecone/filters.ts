/** Which records are meant, as Pinecone wants it said. */

/** 0 says: never. */
export function expiredAt(nowSeconds: number): object {
  return { $and: [{ expires_at: { $gt: 0 } }, { expires_at: { $lte: nowSeconds } }] }
}

export function aliveIn(namespace: string, nowSeconds: number): object {
  return { $and: [{ namespace: { $eq: namespace } }, { $or: [{ expires_at: { $eq: 0 } }, { expires_at: { $gt: nowSeconds } }] }] }
}

export function ofModel(model: string): object {
  return { $or: [{ model: { $eq: model } }, { model_id: { $eq: model } }] }
}
