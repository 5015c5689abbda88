/** Where texts are found by meaning: vectors with a few bytes each, in namespaces that share nothing. */

/** What is kept under a vector. */
export interface VectorEntry {
  /** Unique in the store, 64 hexadecimal digits; what is kept under it already is replaced. */
  readonly id: string
  readonly namespace: string
  readonly vector: Float32Array
  /** As `provider/model`: whose answer this is, so that a model's entries can be forgotten. */
  readonly model: string
  /** Seconds since 1970; 0: never. */
  readonly expiresAt: number
  readonly body: Buffer
}

export interface VectorMatch {
  readonly id: string
  /** The cosine of the angle between the two vectors: 1 where they point the same way. */
  readonly similarity: number
  readonly body: Buffer
}

/** A store of vectors. Whatever it asks over a network ends with `signal`; what fails there rejects. */
export interface VectorStore {
  /** Connects and makes what is missing; asked only if a cache uses it, before it serves. Fails only for what will not mend itself: a table of another dimension. */
  open?(): Promise<void>
  /** The nearest entry of a namespace that has not expired. */
  nearest(vector: Float32Array, namespace: string, nowSeconds: number, signal: AbortSignal): Promise<VectorMatch | undefined>
  /** @returns false for an entry that this store cannot hold, because it is too large */
  put(entry: VectorEntry, signal: AbortSignal): Promise<boolean>
  /** Forgets what had expired by then. */
  expire(nowSeconds: number, signal: AbortSignal): Promise<void>
  /** Forgets all entries, or those of a model: its id, or `provider/model`. */
  clear(model: string | undefined, signal: AbortSignal): Promise<void>
  /** Rejects where the store cannot be reached; for readiness. */
  ping(signal: AbortSignal): Promise<void>
}
