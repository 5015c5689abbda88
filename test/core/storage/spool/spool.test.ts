import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import pino from 'pino'
import { atEndOfTurn } from '../../../../core/end-of-turn.ts'
import type { JournalRow } from '../../../../core/storage/journal.ts'
import { linesOf, rowsIn } from '../../../../core/storage/spool/lines.ts'
import { SpoolDirectory } from '../../../../core/storage/spool/spool-directory.ts'
import type { Spool } from '../../../../core/storage/spool/spool.ts'
import { TurnedClock } from '../../../../core/testing/turned-clock.ts'

interface Row extends JournalRow {
  readonly text: string
}

const row = (id: string, text = ''): Row => ({ id, timestamp: 1, text })
const rows = (from: number, count: number, text = '') => Array.from({ length: count }, (_, i) => row(String(from + i), text))

describe('the spool', () => {
  let path: string
  let clock: TurnedClock
  let warnings: string[]
  const open: SpoolDirectory[] = []
  const refused: Row[] = []
  let found = 0
  let asked = 0

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'tapline-spool-'))
    clock = new TurnedClock()
    warnings = []
    refused.length = 0
    found = 0
    asked = 0
  })
  afterEach(() => {
    for (const directory of open.splice(0)) directory.close()
    rmSync(path, { recursive: true, force: true })
  })

  const directory = (maxBytes = 1e9) => {
    const log = pino(
      {},
      {
        write: (line: string) => {
          warnings.push((JSON.parse(line) as { msg: string }).msg)
        },
      },
    )
    const made = new SpoolDirectory({ path: () => path, maxBytes, clock, log })
    open.push(made)
    return made
  }
  const spool = (made = directory(), { mustNotLose = false, name = 'journal', mostTogether = 1000 } = {}): Spool =>
    made.open(name, {
      mustNotLose,
      mostTogether,
      refused: lost => refused.push(...lost.map(line => JSON.parse(line) as Row)),
      written: () => {},
      found: () => {
        found += 1
      },
      leaving: () => {
        asked += 1
      },
    })
  const files = () =>
    readdirSync(path)
      .filter(name => name.endsWith('.ndjson'))
      .map(name => join(path, name))
  const sizes = () => files().map(file => statSync(file).size)
  const next = (of: Spool, limit: number) => rowsIn<Row>(of.next(limit).lines)
  const allOf = (of: Spool) => {
    const all: string[] = []
    for (let some = next(of, 777); some.length > 0; some = next(of, 777)) {
      all.push(...some.map(({ id }) => id))
      of.commit(some.length)
    }
    return all
  }

  it('writes what one turn appends in one file, for the owner alone, before anything else leaves at its end', async () => {
    const made = spool()
    const seen: number[] = []
    atEndOfTurn({ flush: () => seen.push(...sizes()) })
    made.append(JSON.stringify(row('a')))
    made.append(JSON.stringify(row('b')))
    expect(files()).to.deep.equal([])
    await turn()
    expect(seen).to.deep.equal([2 * (JSON.stringify(row('a')).length + 1)])
    expect(statSync(files()[0] ?? '').mode & 0o777).to.equal(0o600)
  })

  it('gives the oldest rows until they are committed', () => {
    const made = spool(directory(), { mostTogether: 2 })
    for (const one of rows(0, 5)) {
      made.append(JSON.stringify(one))
      made.flush()
    }
    expect(next(made, 2)).to.deep.equal(rows(0, 2))
    expect(next(made, 2)).to.deep.equal(rows(0, 2))
    made.commit(2)
    made.append(JSON.stringify(row('9')))
    made.flush()
    expect(allOf(made)).to.deep.equal(['2', '3', '4', '9'])
    expect(made.isEmpty).to.equal(true)
  })

  it('begins another file behind one that is long enough, and takes rows that are longer', () => {
    const made = spool()
    const mebibyte = 1024 * 1024
    for (const size of [3, 3, 3, 9, 1]) made.append(JSON.stringify(row(String(size), 'x'.repeat(size * mebibyte))))
    made.flush()
    expect(files()).to.have.length(3)
    const counts: number[] = []
    for (let count = made.next(1).count; count > 0; count = made.next(1).count) {
      counts.push(count)
      made.commit(count)
    }
    expect(counts).to.deep.equal([1, 1, 1, 1, 1])
  })

  it('gives lines as they were written, so many together as were asked for', () => {
    const made = spool(directory(), { mostTogether: 3 })
    for (const ids of [[1, 2], [3], [4, 5], [6, 7]]) {
      for (const id of ids) made.append(JSON.stringify(row(String(id))))
      made.flush()
    }
    const written = (from: number, count: number) => ({ lines: linesOf(rows(from, count)), count })
    expect(made.next(1)).to.deep.equal(written(1, 3))
    expect(made.next(5)).to.deep.equal(written(1, 3))
    expect(made.next(6)).to.deep.equal(written(1, 6))
    made.commit(3)
    expect(made.next(1)).to.deep.equal(written(4, 3))
    made.commit(3)
    expect(made.next(1)).to.deep.equal(written(7, 1))
    made.commit(1)
    expect([made.isEmpty, made.next(1)]).to.deep.equal([true, { lines: Buffer.alloc(0), count: 0 }])
  })

  it('frees files whose rows are committed, and leaves none behind when all are', () => {
    const home = directory()
    const made = spool(home)
    for (let i = 0; i < 30; i++) {
      made.append(JSON.stringify(row(String(i), 'x'.repeat(1024 * 1024))))
      made.flush()
    }
    expect(files().length).to.be.within(3, 5)
    expect(made.next(20).count).to.equal(20)
    made.commit(20)
    expect(files().length).to.be.within(1, 2)
    expect(home.bytes).to.be.below(17 * 1024 * 1024)
    expect(allOf(made)).to.deep.equal(rows(20, 10).map(({ id }) => id))
    expect(home.bytes).to.equal(0)
    home.close()
    expect(readdirSync(path)).to.deep.equal([])
  })

  it('keeps no more than some rows in memory, and reads the others when their turn comes, those that come meanwhile, too', () => {
    const made = spool()
    for (let at = 0; at < 25_000; at += 500) {
      for (const one of rows(at, 500)) made.append(JSON.stringify(one))
      made.flush()
    }
    expect(made.length).to.equal(10_000)
    const first = next(made, 10_000).map(({ id }) => id)
    made.commit(first.length)
    made.append(JSON.stringify(row('25000')))
    made.flush()
    expect([...first, ...allOf(made)]).to.deep.equal(rows(0, 25_001).map(({ id }) => id))
    made.append(JSON.stringify(row('later')))
    made.flush()
    expect(allOf(made)).to.deep.equal(['later'])
  })

  it('reads rows that are longer than what it reads at once', () => {
    const first = directory()
    const long = 'ä'.repeat(1024 * 1024)
    const made = spool(first)
    for (const one of rows(0, 3, long)) made.append(JSON.stringify(one))
    first.close()
    const after = spool()
    for (const one of rows(0, 3, long)) {
      expect(next(after, 1)).to.deep.equal([one])
      after.commit(1)
    }
    expect(after.isEmpty).to.equal(true)
  })

  it('takes over what was left, in order, and tells of it', () => {
    const first = directory()
    const before = spool(first)
    for (const one of rows(0, 3)) before.append(JSON.stringify(one))
    first.close()
    const after = spool()
    expect(found).to.equal(1)
    after.append(JSON.stringify(row('3')))
    after.flush()
    expect(allOf(after)).to.deep.equal(['0', '1', '2', '3'])
  })

  it('takes over what another one left that was closed in the same process', () => {
    const home = directory()
    const before = spool(home)
    before.append(JSON.stringify(row('a')))
    before.close()
    expect(allOf(spool(home))).to.deep.equal(['a'])
    expect(files()).to.deep.equal([])
  })

  it('takes nothing over once it is closed', () => {
    const home = directory()
    const closed = spool(home)
    closed.close()
    writeFileSync(join(path, '1-aa.journal.1.ndjson'), `${JSON.stringify(row('a'))}\n`)
    clock.advance(12_000)
    expect(found).to.equal(0)
  })

  it('forgets those that are closed, for each reload may open others', () => {
    const home = directory()
    for (let reload = 0; reload < 3; reload++) spool(home).close()
    spool(home)
    home.leave()
    expect(asked).to.equal(1)
  })

  const torn: readonly [string, string, readonly string[]][] = [
    ['a line without end', '{"id":"x","timest', ['0', '1']],
    ['a line that is no JSON', '{"id":"x","time\n{"id":"2","timestamp":1,"text":""}\n', ['0', '1', '2']],
    ['a line that is no row', '{"id":"x"}\n{"id":"2","timestamp":1,"text":""}\n', ['0', '1', '2']],
    ['a line of nothing', 'null\n', ['0', '1']],
    ['zeros, as some file systems leave them', '\0'.repeat(64), ['0', '1']],
  ]
  for (const [what, bytes, expected] of torn) {
    it(`leaves ${what} out, and says so`, () => {
      const first = directory()
      const before = spool(first)
      for (const one of rows(0, 2)) before.append(JSON.stringify(one))
      first.close()
      appendFileSync(files()[0] ?? '', bytes)
      expect(allOf(spool())).to.deep.equal(expected)
      expect(warnings).to.have.length(1)
      expect(files()).to.deep.equal([])
    })
  }

  it('makes its folder again if somebody removes it, with the rows that wait', () => {
    const first = directory()
    const before = spool(first)
    for (const one of rows(0, 5000)) before.append(JSON.stringify(one))
    before.flush()
    rmSync(path, { recursive: true })
    clock.advance(12_000)
    expect(warnings).to.have.length(1)
    before.append(JSON.stringify(row('5000')))
    first.close()
    expect(allOf(spool())).to.deep.equal(rows(0, 5001).map(({ id }) => id))
  })

  it('leaves the files of the other journals alone', () => {
    const first = directory()
    spool(first, { name: 'one' }).append(JSON.stringify(row('1')))
    spool(first, { name: 'two' }).append(JSON.stringify(row('2')))
    first.close()
    expect(allOf(spool(directory(), { name: 'two' }))).to.deep.equal(['2'])
    expect(files()).to.have.length(1)
  })

  describe('when there is no room', () => {
    it('gives the rows of the turn back, and goes on when there is some', () => {
      const made = spool(directory(200))
      made.append(JSON.stringify(row('a', 'x'.repeat(100))))
      made.flush()
      made.append(JSON.stringify(row('b', 'x'.repeat(100))))
      made.append(JSON.stringify(row('c')))
      made.flush()
      expect(refused.map(({ id }) => id)).to.deep.equal(['b', 'c'])
      expect(allOf(made)).to.deep.equal(['a'])
      made.append(JSON.stringify(row('d', 'x'.repeat(100))))
      made.flush()
      expect(allOf(made)).to.deep.equal(['d'])
    })

    it('shares the room among the journals', () => {
      const home = directory(200)
      spool(home, { name: 'one' }).append(JSON.stringify(row('a', 'x'.repeat(100))))
      const two = spool(home, { name: 'two' })
      two.append(JSON.stringify(row('b', 'x'.repeat(100))))
      home.leave()
      expect(refused.map(({ id }) => id)).to.deep.equal(['b'])
    })

    for (const [mustNotLose, expected] of [
      [true, []],
      [false, ['a']],
    ] as const) {
      it(`${mustNotLose ? 'still has some for journals that must not lose anything' : 'takes nothing'} where none is allowed`, () => {
        const made = spool(directory(0), { mustNotLose })
        made.append(JSON.stringify(row('a')))
        made.flush()
        expect(refused.map(({ id }) => id)).to.deep.equal(expected)
      })
    }

    it('gives the rows back when the disk says no', () => {
      const made = spool()
      rmSync(path, { recursive: true })
      made.append(JSON.stringify(row('a')))
      made.flush()
      expect(refused).to.deep.equal([row('a')])
    })
  })

  describe('with several processes', () => {
    const mark = (facts: object) => JSON.stringify({ place: 'elsewhere', pid: 1, started: '', run: '', ...facts })
    const leave = (owner: string, facts: object | undefined, id: string) => {
      writeFileSync(join(path, `${owner}.journal.1.ndjson`), `${JSON.stringify(row(id))}\n`)
      if (facts !== undefined) writeFileSync(join(path, `${owner}.lock`), mark(facts))
    }

    it('leaves the files of one that lives alone, in this process and in others', async () => {
      const here = spool()
      here.append(JSON.stringify(row('here')))
      here.flush()
      const child = await otherProcess(path)
      try {
        expect(allOf(spool())).to.deep.equal([])
      } finally {
        child.kill('SIGKILL')
      }
    })

    it('takes over the files of one that was killed, the next time it looks, and removes its mark', async () => {
      const made = spool()
      const child = await otherProcess(path)
      child.kill('SIGKILL')
      await once(child, 'exit')
      clock.advance(12_000)
      expect(allOf(made)).to.deep.equal(['from the child'])
      expect(readdirSync(path).filter(name => name.startsWith(String(child.pid)))).to.deep.equal([])
    })

    it('takes over the files of an older process of the same number', () => {
      const made = spool()
      leave('1-aa', { ...ownMark(path), run: 'another' }, 'old')
      clock.advance(12_000)
      expect(allOf(made)).to.deep.equal(['old'])
    })

    it('takes over files that nobody claims', () => {
      leave('1-aa', undefined, 'orphan')
      expect(allOf(spool())).to.deep.equal(['orphan'])
    })

    it('believes a process of another machine dead when it gave no sign for half a minute', () => {
      leave('1-aa', { place: `${hostname()}-other` }, 'far')
      expect(allOf(spool())).to.deep.equal([])
      age(join(path, '1-aa.lock'), 31)
      expect(allOf(spool())).to.deep.equal(['far'])
      expect(existsSync(join(path, '1-aa.lock'))).to.equal(false)
    })

    it('shows that it lives', () => {
      spool()
      const [own = ''] = readdirSync(path).filter(name => name.endsWith('.lock'))
      age(join(path, own), 100)
      clock.advance(12_000)
      expect(Date.now() - statSync(join(path, own)).mtimeMs).to.be.below(60_000)
    })
  })
})

/** A process that has one row in its spool, and lives on. */
async function otherProcess(path: string): Promise<ChildProcess> {
  const module = new URL('../../../../core/storage/spool/spool-directory.ts', import.meta.url).href
  const nothing = '() => {}'
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `
    import { SpoolDirectory } from '${module}'
    const clock = { now: Date.now, elapsed: () => performance.now(), after: (ms, callback) => { const timer = setTimeout(callback, ms); return { cancel: () => clearTimeout(timer) } } }
    const spool = new SpoolDirectory({ path: () => process.argv[1], maxBytes: 1e9, clock, log: console }).open('journal', { refused: ${nothing}, written: ${nothing}, found: ${nothing}, leaving: ${nothing} })
    spool.append(JSON.stringify({ id: 'from the child', timestamp: 1 }))
    spool.flush()
    console.log('written')
  `,
      path,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  return child
}

function ownMark(path: string): object {
  const [own = ''] = readdirSync(path).filter(name => name.endsWith('.lock'))
  return JSON.parse(readFileSync(join(path, own), 'utf8')) as object
}

function age(file: string, seconds: number): void {
  const then = new Date(Date.now() - seconds * 1000)
  utimesSync(file, then, then)
}
