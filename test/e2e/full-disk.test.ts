/** What callers notice of a disk that is full: nothing, and afterwards everything is recorded. */

import { join } from 'node:path'
import { expect } from 'chai'
import { limitedFiles, smallFileSystem, type TestDisk } from '../support/full-disk.ts'
import { callMany, GatewayProcesses, ready, recordedIn } from '../support/gateway-processes.ts'
import type { Folder, Tapline } from '../support/run-tapline.ts'
import { eventually } from '../support/until.ts'

/** Fewer than wait in memory where neither disk nor store takes any. */
const callers = 8

interface Layout {
  readonly title: string
  readonly disk: TestDisk
  /** What lies on it; the rest lies beside it. */
  readonly holds: readonly ('database' | 'spool')[]
  /** What readiness says is down. */
  readonly down: readonly string[]
}

const layouts: readonly Layout[] = [
  { title: 'of the spool', disk: smallFileSystem, holds: ['spool'], down: ['usage'] },
  { title: 'of the database', disk: smallFileSystem, holds: ['database'], down: ['audit', 'storage', 'usage'] },
  { title: 'of both', disk: smallFileSystem, holds: ['database', 'spool'], down: ['audit', 'storage', 'usage'] },
  { title: 'of both', disk: limitedFiles, holds: [], down: ['audit', 'storage', 'usage'] },
]

describe('a gateway whose disk is full', () => {
  let gateways: GatewayProcesses
  before(async () => {
    gateways = await GatewayProcesses.behind()
  })
  after(() => gateways.close())

  function start(folder: Folder, { disk, holds }: Layout): Tapline {
    const place = (what: Layout['holds'][number]) => join(folder.path, holds.includes(what) ? 'disk' : '.')
    return gateways.start(folder, {
      through: disk.through(join(folder.path, 'disk')),
      env: { SQLITE_PATH: join(place('database'), 'tapline.db'), STORAGE_SPILL_DIR: join(place('spool'), 'spill') },
    })
  }

  for (const layout of layouts) {
    const { title, disk, down } = layout
    it(`serves on, says so, and has every record afterwards: that ${title}, by ${disk.name}`, async function () {
      const missing = disk.missing()
      if (missing !== undefined) {
        this.test!.title += ` (not on this machine: ${missing})`
        this.skip()
      }
      await using folder = await gateways.folder(() => ({ metrics: { enabled: true } }))
      const directory = join(folder.path, 'disk')
      await using gateway = start(folder, layout)
      const url = await gateway.url()
      const call = async (times: number) => await callMany(url, callers, times)
      const ids = await call(5)
      disk.fill(gateway, directory)
      ids.push(...(await call(20)))
      await eventually(async () => {
        const { status, checks } = await ready(url)
        expect(status).to.equal('degraded')
        expect(Object.keys(checks ?? {}).filter(name => checks?.[name] === 'down')).to.have.members(down)
      })
      ids.push(...(await call(20)))
      disk.free(gateway, directory)
      await eventually(async () => {
        ids.push(...(await call(1)))
        expect(await ready(url)).to.include({ status: 'ready' })
      })
      await eventually(async () => expect((await recordedIn(url)).toSorted()).to.deep.equal(ids.toSorted()))
      expect(await (await fetch(`${url}/metrics`)).text()).to.contain('tapline_writer_dropped_total{writer="usage"} 0')
    })
  }
})
