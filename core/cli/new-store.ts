/** What `tapline new store <name>` writes: a store on one SQLite file, in its simplest form, and its test, as a package. */

import { databaseFile, documentsFile, textsFile } from './new-store-database.ts'
import { filterFile, journalFile } from './new-store-journal.ts'
import type { Files } from './provider-package.ts'

export function store(name: string): Files {
  return {
    'index.js': indexFile(name),
    'database.js': databaseFile,
    'documents.js': documentsFile,
    'journal.js': journalFile,
    'filter.js': filterFile,
    'notices.js': noticesFile,
    'texts.js': textsFile,
    'index.test.js': testFile(name),
  }
}

function indexFile(name: string): string {
  return `/** Say here which database this is. As written, one SQLite file has everything as JSON, and is read through for each question: ask your database instead. */

import { definePlugin } from 'tapline'
import { Database } from './database.js'
import { Documents } from './documents.js'
import { openJournal } from './journal.js'
import { Notices } from './notices.js'

export default definePlugin({
  name: '${name}',
  description: 'Remembers in ${name}.',
  provides: 'storage',
  schema: {
    type: 'object',
    required: ['path'],
    properties: { path: { type: 'string', minLength: 1, description: 'The file.' } },
  },
  setup({ options, services: { clock, health }, signal }) {
    const database = new Database(options.path, clock)
    const notices = new Notices(database, clock)
    return {
      service: {
        kind: '${name}',
        records: collection => new Documents(database, notices, clock, collection),
        journal: async definition => openJournal(database, definition),
      },
      // Nothing is asked before, and a gateway whose store cannot be opened does not start.
      async open() {
        database.open()
        signal.addEventListener('abort', health.check('storage', async () => database.state()))
      },
      start: () => notices.start(),
      async close() {
        notices.close()
        database.close()
      },
    }
  },
})
`
}

const noticesFile = `/** Who watches which collection. */

const lookMs = 1000

export class Notices {
  #database
  #clock
  #watchers = new Map()
  #seen
  #timer

  constructor(database, clock) {
    this.#database = database
    this.#clock = clock
  }

  watch(collection, changed) {
    const watchers = this.#watchers.get(collection) ?? new Set()
    this.#watchers.set(collection, watchers.add(changed))
    return () => watchers.delete(changed)
  }

  tell(collection) {
    for (const changed of this.#watchers.get(collection) ?? []) changed()
  }

  /** Others' changes are looked for: at most 2 s may pass until they are told. */
  start() {
    this.#timer = this.#clock.after(lookMs, () => {
      this.#look()
      this.start()
    })
  }

  close() {
    this.#timer?.cancel()
  }

  #look() {
    try {
      const { changes } = this.#database
      if (changes !== this.#seen) for (const collection of this.#watchers.keys()) this.tell(collection)
      this.#seen = changes
    } catch {
      // The health check says so.
    }
  }
}
`

function testFile(name: string): string {
  return `import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { storeConformance } from 'tapline/testing'
import store from './index.js'

const folder = await mkdtemp(join(tmpdir(), '${name}-'))
after(() => rm(folder, { recursive: true }))

let count = 0
const database = () => ({ path: join(folder, 'database' + count++) })

function makeNewer({ path }) {
  const file = new DatabaseSync(path)
  file.exec('PRAGMA user_version = 9999')
  file.close()
}

for (const { name, run } of storeConformance(store, import.meta.resolve('./index.js'), { database, makeNewer })) test(name, run)
`
}
