import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { LogOutput, type LogOutputOptions } from '../../../core/gateway/log-output.ts'
import { Folder } from '../../support/run-tapline.ts'
import { until } from '../../support/until.ts'

const outputTo = (fd: number, options: Partial<LogOutputOptions> = {}) =>
  new LogOutput({ fd, groupLength: 8192, pieceLength: 4096, lost: lines => `${lines} lost\n`, ...options })
const lines = (count: number) => Array.from({ length: count }, (_, n) => `line ${n} ${'x'.repeat(n % 90)}\n`)
/** Line by line the same, however much there is of it. */
const text = (given: readonly string[]) => given.join('')

describe('the output of the log', () => {
  let folder: Folder
  let fd: number
  let path: string
  beforeEach(async () => {
    folder = await Folder.make()
    path = join(folder.path, 'log')
    fd = openSync(path, 'w')
  })
  afterEach(async () => {
    closeSync(fd)
    await folder[Symbol.asyncDispose]()
  })

  /** A pipe of which this process holds both ends, and which takes no more than the system keeps for it. */
  const pipe = () => {
    execFileSync('mkfifo', [`${path}.pipe`])
    return openSync(`${path}.pipe`, constants.O_RDWR | constants.O_NONBLOCK)
  }
  const drained = (from: number): string => {
    const bytes = Buffer.alloc(1024 * 1024)
    try {
      return bytes.toString('utf8', 0, readSync(from, bytes))
    } catch {
      return ''
    }
  }

  for (const groupLength of [0, 100, 8192]) {
    it(`has every line in its order, in groups of ${groupLength}`, async () => {
      const output = outputTo(fd, { groupLength })
      const given = lines(5000)
      for (const line of given) output.write(line)
      const most = text(given).length - 2 * 8192
      await until(() => readFileSync(path, 'utf8').length >= most)
      await until(() => {
        output.flush()
        return readFileSync(path, 'utf8').length >= text(given).length
      })
      expect(readFileSync(path, 'utf8')).to.equal(text(given))
    })
  }

  it('waits for a pipe that is full, and says what it left out meanwhile', async () => {
    const both = pipe()
    const output = outputTo(both)
    const given = lines(120_000)
    for (const line of given) output.write(line)
    let read = ''
    await until(() => (read += drained(both)).includes(' lost\n'))
    const [, count = ''] = /(\d+) lost\n/.exec(read) ?? []
    const kept = given.slice(0, given.length - Number(count))
    expect(read.startsWith(text(kept))).to.equal(true)
    output.write('and on\n')
    await until(() => (read += drained(both)).endsWith('and on\n'))
    closeSync(both)
  })

  it('gives up at the end of the process what a full pipe does not take', () => {
    const both = pipe()
    const output = outputTo(both)
    for (const line of lines(10_000)) output.write(line)
    output.flush()
    expect(drained(both).length).to.be.greaterThan(1000)
    closeSync(both)
  })

  it('holds nobody up at a full disk, whatever is written', async function () {
    if (process.platform !== 'linux') this.skip() // /dev/full
    const full = openSync('/dev/full', 'w')
    const output = outputTo(full)
    for (let n = 0; n < 20; n++) for (const line of lines(10_000)) output.write(line)
    await new Promise(resolve => setImmediate(resolve))
    output.flush()
    closeSync(full)
  })
})
