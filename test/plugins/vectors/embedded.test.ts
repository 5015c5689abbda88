import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Worker } from 'node:worker_threads'
import { expect } from 'chai'
import type { PluginDefinition } from '../../../core/index.ts'
import { dataPath } from '../../../core/storage/data-path.ts'
import { seededRandom } from '../../../core/testing/seeded-random.ts'
import embedded from '../../../plugins/vectors/embedded/index.ts'
import { placeOf } from '../../../plugins/vectors/embedded/place.ts'
import { vectorsConformance } from './conformance.ts'
import { towards } from './directions.ts'
import { OpenVectors } from './open-vectors.ts'

const plugin: PluginDefinition = embedded
let folder: string
let made = 0
const place = async () => ({ path: join(folder, `${made++}`, 'vectors.db') })
const prepare = async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapline-vectors-'))
}
const release = async () => await rm(folder, { recursive: true })

vectorsConformance('embedded', { plugin, prepare, place, release })

describe('embedded vectors', () => {
  before(prepare)
  after(release)

  for (const [title, options, expected] of [
    ['beside the SQLite database', { sqlite_path: 'there/tapline.db' }, resolve('there/tapline-vectors.db')],
    ['beside a file without an ending', { sqlite_path: '/x/base' }, '/x/base-vectors'],
    ['in memory with the database', { sqlite_path: ':memory:' }, ':memory:'],
    ['where it is told to', { path: 'own.db', sqlite_path: '/x/base' }, resolve('own.db')],
    ['in memory when told so', { path: ':memory:', sqlite_path: '/x/base' }, ':memory:'],
    ['where the database would be', {}, dataPath('tapline-vectors.db')],
  ] as const)
    it(`stand ${title}`, () => expect(placeOf(options)).to.equal(expected))

  it('are in a file for the eyes of its owner, and still there after a restart', async () => {
    const options = await place()
    const first = await OpenVectors.open(plugin, options)
    await first.put('kept', towards(0))
    await first[Symbol.asyncDispose]()
    expect((await stat(options.path)).mode & 0o777).to.equal(0o600)
    await using second = await OpenVectors.open(plugin, options)
    expect(await second.nearest(towards(1))).to.equal('kept')
  })

  it('open no file and begin no thread before a cache uses them', async () => {
    const begun: Worker[] = []
    const note = (thread: Worker) => void begun.push(thread)
    process.on('worker', note)
    const options = await place()
    await (await OpenVectors.unopened(plugin, options))[Symbol.asyncDispose]()
    process.off('worker', note)
    expect([begun.length, await readdir(folder).then(names => names.includes(String(made - 1)))]).to.deep.equal([0, false])
  })

  it('are found in memory', async () => {
    await using vectors = await OpenVectors.open(plugin, { path: ':memory:' })
    await vectors.put('kept', towards(0))
    expect(await vectors.nearest(towards(1))).to.equal('kept')
  })

  it('of many dimensions are found among thousands, as comparing each of them would', async () => {
    await using vectors = await OpenVectors.open(plugin, { path: ':memory:' })
    const random = seededRandom(7)
    const vector = () => Float32Array.from({ length: 256 }, () => random() - 0.5)
    const kept = Array.from({ length: 3_000 }, vector)
    await Promise.all(kept.map(async (one, index) => await vectors.put(String(index), one)))
    for (let index = 0; index < kept.length; index += 150) {
      const near = kept[index]!.map(number => number + (random() - 0.5) * 0.6)
      expect(await vectors.nearest(near)).to.equal(String(index))
    }
  })

  it('of other dimensions are kept beside each other, and never compared', async () => {
    await using vectors = await OpenVectors.open(plugin, await place())
    await vectors.put('eight', towards(0))
    await vectors.put('three', towards(0, { dimensions: 3 }))
    expect([
      await vectors.nearest(towards(0)),
      await vectors.nearest(towards(0, { dimensions: 3 })),
      await vectors.nearest(towards(0, { dimensions: 4 })),
    ]).to.deep.equal(['eight', 'three', undefined])
  })

  it('are not found where they point nowhere', async () => {
    await using vectors = await OpenVectors.open(plugin, await place())
    await vectors.put('kept', new Float32Array(8).fill(Number.POSITIVE_INFINITY))
    expect(await vectors.nearest(towards(0))).to.equal(undefined)
  })

  it('make room for new ones when there are as many as may be', async () => {
    await using vectors = await OpenVectors.open(plugin, { ...(await place()), max_entries: 3 })
    for (const namespace of ['a', 'b', 'c', 'd', 'e']) await vectors.put(namespace, towards(0), { namespace })
    expect(await Promise.all(['a', 'b', 'c', 'd', 'e'].map(async namespace => await vectors.nearest(towards(0), namespace)))).to.deep.equal([
      undefined,
      undefined,
      'c',
      'd',
      'e',
    ])
  })

  it('are forgotten by the thousand, and leave nothing behind', async () => {
    const options = await place()
    await using vectors = await OpenVectors.open(plugin, options)
    await Promise.all(Array.from({ length: 2_500 }, async (_, index) => await vectors.put(String(index), towards(0), { expiresAt: index < 2_400 ? 5 : 9 })))
    await vectors.expire(5)
    const file = new DatabaseSync(options.path, { readOnly: true })
    expect(['entries', 'contents'].map(table => file.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows'])).to.deep.equal([100, 100])
    await vectors.clear()
    expect(['entries', 'contents'].map(table => file.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows'])).to.deep.equal([0, 0])
    file.close()
  })

  it('begin anew in a file that another version wrote', async () => {
    const options = await place()
    const first = await OpenVectors.open(plugin, options)
    await first.put('kept', towards(0))
    await first[Symbol.asyncDispose]()
    const file = new DatabaseSync(options.path)
    file.exec('PRAGMA user_version = 9999; ALTER TABLE entries RENAME COLUMN namespace TO space')
    file.close()
    await using second = await OpenVectors.open(plugin, options)
    expect(await second.nearest(towards(0))).to.equal(undefined)
    await second.put('new', towards(0))
    expect(await second.nearest(towards(0))).to.equal('new')
  })

  it('do not begin with a file that is no database, and say which', async () => {
    const options = { path: join(folder, 'broken.db') }
    await writeFile(options.path, 'this is no database '.repeat(100))
    expect(await OpenVectors.failure(plugin, options)).to.deep.equal({
      name: 'UnfitDatabase',
      message: `embedded vectors: ${options.path} cannot be used: file is not a database`,
    })
  })

  it('are sought for those alone who still wait', async () => {
    await using vectors = await OpenVectors.open(plugin, { path: ':memory:' })
    const leaving = new AbortController()
    const first = vectors.put('first', towards(0))
    const left = vectors.store
      .put({ id: 'f'.repeat(64), namespace: 'n', vector: towards(90), model: 'a/b', expiresAt: 0, body: Buffer.from('left') }, leaving.signal)
      .then(
        () => 'put',
        () => 'refused',
      )
    leaving.abort()
    await first
    expect([await left, await vectors.nearest(towards(90))]).to.deep.equal(['refused', 'first'])
  })

  it('go on with a new thread when theirs died', async () => {
    const begun: Worker[] = []
    const note = (thread: Worker) => void begun.push(thread)
    process.on('worker', note)
    await using vectors = await OpenVectors.open(plugin, await place())
    await vectors.put('kept', towards(0))
    process.off('worker', note)
    await begun[0]?.terminate()
    expect(await vectors.nearest(towards(0))).to.equal('kept')
  })
})
