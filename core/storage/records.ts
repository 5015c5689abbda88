/** Small named collections of JSON documents, with compare-and-set and change notice. */

/** A document as it is stored. */
export interface Stored<T> {
  readonly id: string
  /** Counts the writes of this id from 1 on; never the same for two different contents. */
  readonly revision: number
  /** The user path that it belongs to; empty if nobody's. */
  readonly owner: string
  /** Where it stands in listings: milliseconds since 1970 at its creation, unless its writer said otherwise. Kept by later writes. */
  readonly position: number
  readonly value: T
}

export interface PutOptions {
  /** The revision that must be there; 0: none may. Without it, whatever is there is replaced. */
  readonly expected?: number
  /** Kept as it is when absent. */
  readonly owner?: string
  /** Only for a document that is not there yet; see `Stored.position`. */
  readonly position?: number
  /** Milliseconds since 1970 from when on the document is as good as deleted; absent is never. */
  readonly expiresAt?: number
}

export interface RecordQuery {
  /** Documents of this path and of all below it. */
  readonly owner?: string
  /** Ids that begin so. */
  readonly prefix?: string
  /** Members at the top of the document that must have these values; `null` matches an absent member too. */
  readonly where?: Readonly<Record<string, string | number | boolean | null>>
  /** By position, then id. `asc` where absent. */
  readonly order?: 'asc' | 'desc'
  /** Only what comes behind this one in the order. */
  readonly after?: { readonly position: number; readonly id: string }
  /** 1000 where absent. */
  readonly limit?: number
}

export interface Records<T extends object> {
  get(id: string): Promise<Stored<T> | undefined>
  /** @throws TypeError for a member in `where` whose name is more than letters, digits and `_` */
  list(query?: RecordQuery): Promise<readonly Stored<T>[]>
  /** Writes a document. @throws Conflict if `expected` is not what is there, RangeError for an id of more than 512 characters */
  put(id: string, value: T, options?: PutOptions): Promise<Stored<T>>
  /** @returns whether it was there. @throws Conflict if `expected` is not what is there */
  delete(id: string, expected?: number): Promise<boolean>
  /** Deletes all that a query finds, its limit aside. @returns how many */
  deleteAll(query: Pick<RecordQuery, 'owner' | 'prefix' | 'where'>): Promise<number>
  /**
   * Calls back after documents of the collection have changed: at once for changes through this process, within 2 s for those of others.
   * Changes that come together may be told once.
   * @param changed if what it returns resolves to `false`, it could not read them: the stores of Tapline then tell it again
   * @returns how to end it
   */
  watch(changed: () => unknown): () => void
}

/** Somebody else wrote, made or deleted the document first. */
export class Conflict extends Error {
  override readonly name = 'Conflict'
  readonly collection: string
  readonly id: string

  constructor(collection: string, id: string) {
    super(`${collection} ${JSON.stringify(id)} is not at the expected revision`)
    this.collection = collection
    this.id = id
  }
}

/** Reads, changes and writes a document until nobody came between. @param change gives the new value, or undefined to leave it. @returns what stands afterwards */
export async function update<T extends object>(
  records: Records<T>,
  id: string,
  change: (current: Stored<T> | undefined) => T | undefined,
  options: Omit<PutOptions, 'expected'> = {},
): Promise<Stored<T> | undefined> {
  for (;;) {
    const current = await records.get(id)
    const value = change(current)
    if (value === undefined) return current
    try {
      return await records.put(id, value, { ...options, expected: current?.revision ?? 0 })
    } catch (cause) {
      if (!(cause instanceof Conflict)) throw cause
    }
  }
}
