/** How the command starts the program: on a Node that is tuned for it, whichever Node it was called with. */

import { globSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { outcomeOf, usersNode } from '../package/run.ts'

const launcher = join(import.meta.dirname, '../../core/launch.cjs')
const youngSpace = '--max-semi-space-size=4'

/** What a process says of itself as it begins. */
interface Begun {
  readonly pid: number
  readonly flags: readonly string[]
  readonly arenas: string | undefined
  /** The libraries that were named, and whether the one that takes care of memory is there. */
  readonly preload: string | undefined
  readonly hasAllocator: boolean
}

/** Debian's place for it. */
const allocator = globSync('/usr/lib/*-linux-gnu/libjemalloc.so.2')[0]
const probe = `
const { readFileSync } = require('node:fs')
const { MALLOC_ARENA_MAX: arenas, LD_PRELOAD: preload } = process.env
const hasAllocator = process.platform === 'linux' && readFileSync('/proc/self/maps', 'utf8').includes('libjemalloc')
console.error(JSON.stringify({ pid: process.pid, flags: process.execArgv, arenas, preload, hasAllocator }))`

describe('the command', () => {
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tapline-launch-'))
    await writeFile(join(folder, 'probe.cjs'), probe)
  })
  after(() => rm(folder, { recursive: true, force: true }))

  /** Runs `tapline --version`. @returns the processes that began, in order */
  async function begun(node: string, flags: readonly string[] = [], variables: Readonly<Record<string, string>> = {}): Promise<readonly Begun[]> {
    const options = `${variables['NODE_OPTIONS'] ?? ''} --require=${join(folder, 'probe.cjs')}`
    const { code, stdout, stderr } = await outcomeOf(node, [...flags, launcher, '--version'], folder, { ...variables, NODE_OPTIONS: options })
    expect({ code, stdout })
      .to.have.property('stdout')
      .that.matches(/^tapline \d+\.\d+\.\d+ \(node 2[4-9]\./)
    return stderr
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Begun)
  }

  it('becomes the program with the flags and the memory that suit it, in the same process', async () => {
    const [first, second, ...further] = await begun(process.execPath)
    expect(first?.flags).to.deep.equal([])
    expect(second?.flags).to.include(youngSpace)
    expect(second).to.include({ pid: first?.pid, arenas: '2' })
    expect(further).to.deep.equal([])
  })

  it('has memory taken care of by a library that the system has, unless the operator says otherwise', async function () {
    if (allocator === undefined) return this.skip()
    expect((await begun(process.execPath)).at(-1)).to.include({ preload: allocator, hasAllocator: true })
    expect((await begun(usersNode)).at(-1)).to.include({ preload: allocator, hasAllocator: true })
    expect((await begun(process.execPath, [], { LD_PRELOAD: '' })).at(-1)).to.include({ preload: '', hasAllocator: false })
  })

  it('runs it so on a Node that is too old, too', async () => {
    const last = (await begun(usersNode)).at(-1)
    expect(last?.flags).to.include(youngSpace)
    expect(last?.arenas).to.equal('2')
  })

  it('leaves alone what its operator has set', async () => {
    const given = ['--max_semi_space_size=32', '--stack-trace-limit=20', '--allocation-site-pretenuring']
    const [, second] = await begun(process.execPath, given, { MALLOC_ARENA_MAX: '8' })
    expect(second?.flags).to.include.members(given).and.not.include(youngSpace).and.not.include('--no-allocation-site-pretenuring')
    expect(second?.arenas).to.equal('8')
    const [, other] = await begun(process.execPath, [], { NODE_OPTIONS: '--max-semi-space-size=32' })
    expect(other?.flags).not.to.include(youngSpace)
  })

  it('is no process twice where nothing is to be added', async () => {
    const tuned = (await begun(process.execPath)).at(-1)?.flags
    expect(await begun(process.execPath, tuned)).to.have.length(1)
  })
})
