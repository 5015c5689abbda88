/** Tells those who watch a collection when it changes: at once for changes made here, after a look at the database for others. */

import type { Clock, Timer } from '../../../core/index.ts'
import type { Backend } from './backend.ts'

const pollMs = 1_000

/** If what it returns resolves to `false`, it could not read what has changed. */
type Watcher = () => unknown

interface Watched {
  readonly watchers: Set<Watcher>
  /** Those that could not: they are told again when the database was asked the next time. */
  readonly behind: Set<Watcher>
  /** As the database last said; undefined before it did. */
  revision: number | undefined
  /** Changes made here since then: they were told already. */
  own: number
  /** How often the database was asked. */
  looks: number
}

export class Changes {
  readonly #backend: Pick<Backend, 'revisions'>
  readonly #clock: Clock
  readonly #watched = new Map<string, Watched>()
  #timer: Timer | undefined
  #looking: Promise<void> | undefined
  #isClosed = false

  constructor(backend: Pick<Backend, 'revisions'>, clock: Clock) {
    this.#backend = backend
    this.#clock = clock
  }

  watch(collection: string, changed: Watcher): () => void {
    const watched = this.#watched.get(collection) ?? { watchers: new Set<Watcher>(), behind: new Set<Watcher>(), revision: undefined, own: 0, looks: 0 }
    const watcher = () => changed()
    watched.watchers.add(watcher)
    this.#watched.set(collection, watched)
    if (this.#watched.size === 1 && this.#timer === undefined) void this.look()
    return () => {
      watched.watchers.delete(watcher)
      watched.behind.delete(watcher)
      if (watched.watchers.size === 0) this.#watched.delete(collection)
    }
  }

  /** A change begins here. @returns how to say that it was made; `count` is how often the database was changed */
  changing(collection: string): (count: number) => void {
    const looks = this.#watched.get(collection)?.looks
    return count => {
      const watched = this.#watched.get(collection)
      if (watched === undefined) return
      // A look that came in between may have seen it: counted once more, it would hide a change of somebody else.
      if (watched.looks === looks) watched.own += count
      tell(watched, watched.watchers)
    }
  }

  /** Asks the database now, and then every second. */
  look(): Promise<void> {
    return (this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
      this.#arm()
    }))
  }

  /** Somebody changed something: a look that is under way may have come too early. */
  announced(): Promise<void> {
    return (this.#looking ?? Promise.resolve()).then(() => this.look())
  }

  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#watched.clear()
  }

  #arm(): void {
    this.#timer?.cancel()
    this.#timer = this.#isClosed || this.#watched.size === 0 ? undefined : this.#clock.after(pollMs, () => void this.look())
  }

  async #look(): Promise<void> {
    const collections = [...this.#watched.keys()]
    if (collections.length === 0) return
    const revisions = await this.#backend.revisions(collections).catch(() => undefined) // the health check tells
    for (const [collection, revision] of Object.entries(revisions ?? {})) this.#compare(collection, revision)
  }

  #compare(collection: string, revision: number): void {
    const watched = this.#watched.get(collection)
    if (watched === undefined || this.#isClosed) return
    const { revision: before, own } = watched
    watched.revision = revision
    watched.own = 0
    watched.looks += 1
    // The first look cannot tell what was changed between the watcher's own reading and now.
    tell(watched, before === undefined || revision - before > own ? watched.watchers : watched.behind)
  }
}

function tell({ watchers, behind }: Watched, told: ReadonlySet<Watcher>): void {
  for (const watcher of told) {
    behind.delete(watcher)
    const reading = watcher()
    if (!(reading instanceof Promise)) continue
    void reading.then(isRead => {
      if (isRead === false && watchers.has(watcher)) behind.add(watcher)
    })
  }
}
