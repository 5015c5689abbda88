/** The service `live`: what happens to requests and their records, told to administrators while it happens. */

/** What becomes of a request before its record is made; and, as `removed`, that there will be none. */
export type LiveState = 'started' | 'updated' | 'stream' | 'removed'

export interface LiveFacts {
  readonly requestId: string
  /** What administrators are shown: members as in the lists of the admin API, and no secret. */
  readonly preview: object
}

/** A request that has no record yet. */
export interface LiveUnderWay extends LiveFacts {
  readonly state: Exclude<LiveState, 'removed'>
}

/** `kind` is the journal that the records are for. Nothing here throws, or keeps anybody waiting: what `make` throws is logged. */
export interface LiveLog {
  /** Whether anybody looks, or looked a moment ago and may be back: else there is nothing to tell, and nothing is to be made for it. */
  readonly isWatched: boolean
  /** Something happened to a request. */
  tell(kind: string, state: LiveState, make: () => LiveFacts): void
  /** A record is made, and is about to be given to its store. */
  completed(kind: string, id: string, make: () => LiveFacts): void
  /** What became of records, by their ids; those that nobody was told of are passed over. */
  settled(kind: string, ids: readonly string[], how: 'flushed' | 'failed'): void
  /** Has those who come see what is under way at that moment. @returns how to end it */
  showUnderWay(kind: string, list: () => readonly LiveUnderWay[]): () => void
}
