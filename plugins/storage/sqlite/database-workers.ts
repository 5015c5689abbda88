/** The workers of one database: a writer, and a reader that begins with the first long question, so that neither waits for the other. */

import { StorageUnavailable, type Clock } from '../../../core/index.ts'
import { linesOf } from '../../../core/storage/spool/lines.ts'
import type { Backend } from '../shared/backend.ts'
import type { JournalShape } from '../shared/definition.ts'
import { patienceMs, type Patience } from '../shared/sql/database.ts'
import { WorkerConnection } from './connection.ts'
import type { Method } from './protocol.ts'

/** How long each method is waited for; questions are the reader's. */
const patienceOf: Readonly<Record<Exclude<Method, 'useJournal'>, Patience>> = {
  ping: 'lookup',
  getDocument: 'lookup',
  listDocuments: 'lookup',
  revisions: 'lookup',
  getRow: 'lookup',
  putDocument: 'write',
  deleteDocument: 'write',
  deleteDocuments: 'write',
  purgeDocuments: 'write',
  openJournal: 'write',
  append: 'write',
  amend: 'write',
  deleteRows: 'write',
  listRows: 'question',
  pageRows: 'question',
  sums: 'question',
}

export class DatabaseWorkers {
  readonly #path: string
  readonly #clock: Clock
  readonly #shapes = new Map<string, JournalShape>()
  #writer: WorkerConnection | undefined
  #reader: WorkerConnection | undefined
  #isClosed = false

  /** @param path of a file, or `:memory:` */
  constructor(path: string, clock: Clock) {
    this.#path = path
    this.#clock = clock
  }

  /** The methods of a backend, each as a call to a worker. */
  get backend(): Backend {
    const methods = (Object.keys(patienceOf) as (keyof typeof patienceOf)[]).map(
      method => [method, (...parameters: readonly unknown[]) => this.#call(method, parameters)] as const,
    )
    return {
      ...(Object.fromEntries(methods) as unknown as Backend),
      openJournal: shape => this.#openJournal(shape),
      append: (journal, rows) => this.#call('append', [journal, rows instanceof Uint8Array ? rows : linesOf(rows)]) as Promise<number>,
    }
  }

  /** Opens the file and brings its tables up to date. @throws if that cannot be done */
  async open(): Promise<void> {
    this.#writer = this.#hire(false)
    await this.#writer.opened()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([this.#reader?.close(), this.#writer?.close()])
  }

  async #openJournal(shape: JournalShape): Promise<void> {
    await this.#call('openJournal', [shape])
    this.#shapes.set(shape.name, shape)
    if (this.#reader !== undefined) introduce(this.#reader, shape)
  }

  async #call(method: keyof typeof patienceOf, parameters: readonly unknown[]): Promise<unknown> {
    const patience = patienceOf[method]
    const worker = patience === 'question' && this.#path !== ':memory:' ? this.#reading() : this.#writing()
    return await worker.call(method, parameters, patienceMs[patience])
  }

  #writing(): WorkerConnection {
    if (this.#writer === undefined) throw new Error('the store was not opened')
    return (this.#writer = this.#kept(this.#writer, false))
  }

  #reading(): WorkerConnection {
    return (this.#reader = this.#kept(this.#reader, true))
  }

  /** A worker that died is replaced, unless what it had in memory died with it. */
  #kept(worker: WorkerConnection | undefined, readOnly: boolean): WorkerConnection {
    if (this.#isClosed) throw new StorageUnavailable('the database was closed')
    return worker === undefined || (worker.isEnded && this.#path !== ':memory:') ? this.#hire(readOnly) : worker
  }

  #hire(readOnly: boolean): WorkerConnection {
    const worker = new WorkerConnection({ path: this.#path, readOnly }, this.#clock)
    for (const shape of this.#shapes.values()) introduce(worker, shape)
    return worker
  }
}

/** Nobody waits: whoever asks about the journal comes after, and is told what is wrong. */
function introduce(worker: WorkerConnection, shape: JournalShape): void {
  worker.call('useJournal', [shape], patienceMs.write).catch(() => {})
}
