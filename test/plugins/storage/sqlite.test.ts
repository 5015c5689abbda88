import { execFile } from 'node:child_process'
import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import type { Worker } from 'node:worker_threads'
import { expect } from 'chai'
import type { PluginDefinition } from '../../../core/index.ts'
import type { Journal } from '../../../core/storage/journal.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import sqlite from '../../../plugins/storage/sqlite/index.ts'
import { Folder, tapline } from '../../support/run-tapline.ts'
import { until } from '../../support/until.ts'
import { conforms } from './conforms.ts'
import { calls, summedCalls, type Call } from '../../../core/testing/store/calls.ts'
import { OpenStore } from '../../../core/testing/store/open-store.ts'

const plugin: PluginDefinition = sqlite
let folder: Folder | undefined
let made = 0

async function database(): Promise<{ readonly path: string }> {
  folder ??= await Folder.make()
  return { path: join(folder.path, `${made++}.db`) }
}

conforms('sqlite', {
  plugin,
  database,
  async makeNewer({ path }) {
    const file = new DatabaseSync(String(path))
    file.exec('UPDATE tapline_schema SET version = 9999')
    file.close()
  },
  release: async () => await folder?.[Symbol.asyncDispose](),
})

describe('sqlite', () => {
  it('remembers in memory, too, until it is closed', async () => {
    await using opened = await OpenStore.open(plugin, { path: ':memory:' })
    await opened.storage.records('things').put('x', { kept: true })
    const journal = await opened.storage.journal(calls('rows'))
    await journal.append([{ id: 'x', timestamp: 1, model: 'm' }])
    expect((await journal.list({ limit: 5, filter: { equals: { model: 'm' } } })).total).to.equal(1)
    await using other = await OpenStore.open(plugin, { path: ':memory:' })
    expect(await other.storage.records('things').get('x')).to.equal(undefined)
  })

  it('writes documents together that come together, and one that cannot be written hurts no other', async () => {
    await using folder = await Folder.make()
    const path = join(folder.path, 'tapline.db')
    await using opened = await OpenStore.open(plugin, { path })
    const records = opened.storage.records<{ readonly n: number }>('things')
    const file = new DatabaseSync(path)
    file.exec(`CREATE TRIGGER none BEFORE INSERT ON tapline_documents WHEN new.id = 'bad' BEGIN SELECT RAISE(ABORT, 'not this one'); END`)
    const ids = ['a', 'b', 'bad', 'a', ...Array.from({ length: 200 }, (_, n) => `c${n}`)]
    const done = await Promise.allSettled(ids.map(async (id, n) => await records.put(id, { n }, { expected: 0 })))
    expect(done.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).to.deep.equal([2, 3])
    expect((done[2] as PromiseRejectedResult).reason).to.have.property('message', 'SQLite: not this one')
    const read = await Promise.all(ids.map(async id => (await records.get(id))?.value.n))
    expect(read).to.deep.equal([0, 1, undefined, 0, ...ids.slice(4).map((_, n) => n + 4)])
    file.exec('DROP TRIGGER none')
    file.close()
  })

  it('makes the folders of its file, and keeps what it writes from other users', async () => {
    await using folder = await Folder.make()
    const path = join(folder.path, 'deep', 'down', 'tapline.db')
    await using _opened = await OpenStore.open(plugin, { path })
    expect((await stat(path)).mode & 0o777).to.equal(0o600)
    expect((await stat(join(folder.path, 'deep'))).mode & 0o777).to.equal(0o700)
  })

  for (const [name, make, message] of [
    ['a file that is no database', async (path: string) => await writeFile(path, 'something else, for all I know '.repeat(40)), /not a database/],
    ['a folder', async (path: string) => await mkdir(path), /EISDIR/],
  ] as const) {
    it(`does not begin with ${name}, and says so`, async () => {
      await using folder = await Folder.make()
      const path = join(folder.path, 'tapline.db')
      await make(path)
      const cause = await OpenStore.open(plugin, { path }).then(
        () => undefined,
        (cause: unknown) => cause as Error,
      )
      expect(cause?.message).to.match(message)
    })
  }

  it('counts rows in the sums when there are enough of them, and again when some of them changed meanwhile', async () => {
    const options = await database()
    await using opened = await OpenStore.open(plugin, options)
    const journal = await opened.storage.journal(summedCalls('counted'))
    const rows = Array.from({ length: 22_000 }, (_, index): Call => ({ id: `${index}`, timestamp: index, path: `/user-${index % 500}`, tokens: 1, cost: 0.5 }))
    await journal.append(rows.slice(0, 12_000))
    await Promise.all([journal.append(rows.slice(12_000)), journal.amend([{ id: '21999', tokens: 11 }]), journal.deleteBefore(2000, 2000)])
    const file = new DatabaseSync(options.path, { readOnly: true })
    const counted = file.prepare(`SELECT counted FROM tapline_journals WHERE name = 'counted'`)
    await until(() => counted.get()?.['counted'] === 22_000)
    expect(
      file.prepare('SELECT sum(rows) AS rows, sum(sum_tokens) AS tokens FROM tapline_counted_sums WHERE part = 0 AND length = 86400000').get(),
    ).to.deep.include({ rows: 20_000, tokens: 20_010 })
    file.close()
    expect((await journal.sums({ measures: ['tokens', 'cost'] })).groups).to.deep.equal([
      { key: {}, period: 0, count: 20_000, sums: { tokens: 20_010, cost: 10_000 } },
    ])
  })

  it('counts in the sums what another process left', async () => {
    const options = await database()
    {
      await using opened = await OpenStore.open(plugin, options)
      await (await opened.storage.journal(summedCalls('left'))).append([{ id: 'x', timestamp: 1, tokens: 3 }])
    }
    await using opened = await OpenStore.open(plugin, options)
    const journal = await opened.storage.journal(summedCalls('left'))
    const file = new DatabaseSync(options.path, { readOnly: true })
    const sums = file.prepare('SELECT count(*) AS sums FROM tapline_left_sums WHERE part = 0')
    await until(() => sums.get()?.['sums'] === 2) // of a day and an hour
    file.close()
    await journal.deleteBefore(2, 5)
    expect((await journal.sums({ measures: ['tokens'] })).groups).to.deep.equal([])
  })

  describe('lists rows by what sums are kept by', () => {
    const hour = 3_600_000
    const made = (count: number, name: string, timestamp: (index: number) => number) =>
      Array.from({ length: count }, (_, index): Call => ({
        id: `${name} ${index}`,
        timestamp: timestamp(index),
        model: name,
        note: index % 2 === 0 ? 'even' : 'odd',
      }))
    const rows = [
      ...made(3, 'seldom', index => index * 100 * hour + 7),
      ...made(2500, 'in one hour', index => 150 * hour + index),
      ...made(250, 'in many hours', index => index * hour + 5),
    ]
    let folder: Folder
    let opened: OpenStore
    let journal: Journal<Call>
    before(async () => {
      folder = await Folder.make()
      const path = join(folder.path, 'listed.db')
      opened = await OpenStore.open(plugin, { path })
      await (await opened.storage.journal(summedCalls('listed'))).append(rows)
      journal = await opened.storage.journal(summedCalls('listed'))
      const file = new DatabaseSync(path, { readOnly: true })
      const counted = file.prepare('SELECT counted FROM tapline_journals')
      await until(() => counted.get()?.['counted'] === rows.length)
      file.close()
      await journal.append([{ id: 'late', timestamp: 50 * hour, model: 'seldom', note: 'even' }])
    })
    after(async () => {
      await opened[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    })

    for (const [name, filter, total, newest, oldest] of [
      ['of which there are few, with one that does not count yet', { equals: { model: 'seldom' } }, 4, 'seldom 2', 'seldom 0'],
      ['of which there are few, and another column', { equals: { model: 'seldom', note: 'even' } }, 3, 'seldom 2', 'seldom 0'],
      ['of which there are few, within times', { equals: { model: 'seldom' }, from: 8, to: 100 * hour + 7 }, 1, 'late', 'late'],
      ['of which there are many in few hours', { equals: { model: 'in one hour' } }, 2500, 'in one hour 2499', 'in one hour 0'],
      ['of which there are many in few hours, and a text', { equals: { model: 'in one hour' }, search: 'ODD' }, 1250, 'in one hour 2499', 'in one hour 1'],
      ['of which there are some in many hours', { equals: { model: 'in many hours' } }, 250, 'in many hours 249', 'in many hours 0'],
      ['of which there are none', { equals: { model: 'nobody' } }, 0, undefined, undefined],
    ] as const) {
      it(name, async () => {
        const first = async (order: 'asc' | 'desc') => (await journal.list({ filter, order, limit: 1 })).rows[0]?.id
        expect([(await journal.list({ filter, limit: 0 })).total, await first('desc'), await first('asc')]).to.deep.equal([total, newest, oldest])
      })
    }
  })

  it('is `down` while somebody else keeps the file to himself, and `ok` when it can write again', async () => {
    const options = await database()
    const clock = new TurnedClock()
    await using opened = await OpenStore.open(plugin, options, clock)
    const things = opened.storage.records('things')
    const greedy = new DatabaseSync(options.path)
    greedy.exec('BEGIN IMMEDIATE')
    expect(
      await things.put('x', {}).then(
        () => 'done',
        (cause: Error) => cause.name,
      ),
    ).to.equal('StorageUnavailable')
    expect((await opened.health.report()).checks).to.deep.equal({ storage: 'down' })
    greedy.exec('ROLLBACK')
    greedy.close()
    await things.put('x', {})
    clock.advance(1001) // reports are used again for a second
    expect((await opened.health.report()).checks).to.deep.equal({ storage: 'ok' })
  })

  for (const [what, replace] of [
    ['deleted', () => Promise.resolve()],
    ['replaced', (path: string) => writeFile(path, '')],
  ] as const) {
    it(`takes nothing, and is \`down\`, while its file is ${what}`, async () => {
      const options = await database()
      const clock = new TurnedClock()
      await using opened = await OpenStore.open(plugin, options, clock)
      const things = opened.storage.records('things')
      const moved = `${options.path}.moved`
      await rename(options.path, moved)
      await replace(options.path)
      expect(
        await things.put('x', {}).then(
          () => 'done',
          (cause: Error) => `${cause.name}: ${cause.message}`,
        ),
      ).to.match(/^StorageUnavailable: SQLite: the file .* was deleted or replaced/)
      expect((await opened.health.report()).checks).to.deep.equal({ storage: 'down' })
      await rename(moved, options.path)
      await things.put('x', {})
      clock.advance(1001) // reports are used again for a second
      expect((await opened.health.report()).checks).to.deep.equal({ storage: 'ok' })
    })
  }

  it('takes no call, and waits for none, once it was closed', async () => {
    const opened = await OpenStore.open(plugin, await database())
    const things = opened.storage.records('things')
    const waiting = things.put('x', {}).then(
      () => 'done',
      (cause: Error) => cause.name,
    )
    await opened[Symbol.asyncDispose]()
    expect(await waiting).to.be.oneOf(['done', 'StorageUnavailable'])
    expect(
      await things.get('x').then(
        () => 'done',
        (cause: Error) => cause.name,
      ),
    ).to.equal('StorageUnavailable')
  })

  it('opens one file after another on the same thread', async () => {
    let begun = 0
    const count = () => {
      begun += 1
    }
    process.on('worker', count)
    for (const name of ['first', 'second', 'third']) {
      await using opened = await OpenStore.open(plugin, await database())
      expect(await opened.storage.records('things').get('x')).to.equal(undefined)
      await opened.storage.records('things').put('x', { name })
    }
    process.off('worker', count)
    expect(begun).to.be.at.most(1)
  })

  it('ends a thread in the middle of a call, and opens the next file on another', async () => {
    const opened = await OpenStore.open(plugin, await database())
    const cut = opened.storage
      .records('things')
      .put('x', {})
      .then(
        () => 'done',
        (cause: Error) => cause.name,
      )
    await opened[Symbol.asyncDispose]()
    await using next = await OpenStore.open(plugin, await database())
    await next.storage.records('things').put('y', { kept: true })
    expect((await next.storage.records('things').get('y'))?.value).to.deep.equal({ kept: true })
    expect(await cut).to.be.oneOf(['done', 'StorageUnavailable'])
  })

  it('ends a thread that could not open its file: it may still hold it', async () => {
    const options = await database()
    await writeFile(options.path, 'this is no database '.repeat(100))
    const begun: Worker[] = []
    const note = (thread: Worker) => void begun.push(thread)
    process.on('worker', note)
    await using held = new AsyncDisposableStack()
    while (begun.length === 0) held.use(await OpenStore.open(plugin, await database())) // until those of earlier tests are taken
    expect(
      await OpenStore.open(plugin, options).then(
        () => 'opened',
        () => 'failed',
      ),
    ).to.equal('failed')
    process.off('worker', note)
    expect(begun.map(({ threadId }) => threadId > 0)).to.deep.equal([true, false])
  })

  it('keeps a process that closes it amid calls until the thread is no more', async () => {
    const imported = (path: string) => JSON.stringify(new URL(`../../../${path}`, import.meta.url).href)
    const program = `
      import { WorkerConnection } from ${imported('plugins/storage/sqlite/connection.ts')}
      import { realClock } from ${imported('core/gateway/clock.ts')}
      const connection = new WorkerConnection({ path: ':memory:', readOnly: false }, realClock)
      await connection.opened()
      for (let calls = 0; calls < 50; calls += 1) connection.call('ping', [], 5000).catch(() => {})
      await new Promise(resolve => setImmediate(resolve))
      await connection.close()
      console.log('closed')
    `
    await using folder = await Folder.make({ 'close.mjs': program })
    // Whether an answer comes in that moment is chance.
    for (let run = 0; run < 8; run += 1) {
      const { stdout } = await promisify(execFile)(process.execPath, [join(folder.path, 'close.mjs')])
      expect(stdout).to.equal('closed\n')
    }
  })

  for (const command of [['check'], ['explain', 'chat'], ['config', 'show']]) {
    it(`makes no file for \`tapline ${command.join(' ')}\``, async () => {
      await using folder = await Folder.make()
      await mkdir(join(folder.path, 'data'))
      expect((await tapline(folder, ...command)).code).to.equal(0)
      expect(await readdir(join(folder.path, 'data'))).to.deep.equal([])
    })
  }
})
