/** Several processes, and several versions of the program, on one database. */

import { fileURLToPath } from 'node:url'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'chai'
import type { StoreUnderTest } from '../conformance.ts'
import { all, calls, summedCalls, tidy, type Call } from './calls.ts'
import { describeOn, OpenStore } from './open-store.ts'

const program = fileURLToPath(new URL('./opening-process.ts', import.meta.url))
const run = promisify(execFile)

export function processesConform(store: StoreUnderTest, name: string): void {
  describe('is shared', () => {
    it('by processes that start on an empty database at once', async () => {
      const options = await store.database()
      const said = await Promise.all(
        [1, 2, 3].map(async number => (await run(process.execPath, [program, name, JSON.stringify(options), String(number)])).stdout),
      )
      expect(said.every(text => text === 'ok\n')).to.equal(true)
      await using opened = await OpenStore.open(store.plugin, options)
      expect((await opened.storage.records('started').list()).map(({ id }) => id)).to.have.members(['1', '2', '3'])
      expect((await (await opened.storage.journal(summedCalls('started'))).sums({ measures: ['tokens'] })).groups[0]).to.deep.include({
        count: 3,
        sums: { tokens: 6 },
      })
    }).timeout(180_000)

    it('with what was written before, after it was closed', async () => {
      const options = await store.database()
      {
        await using opened = await OpenStore.open(store.plugin, options)
        await opened.storage.records('kept').put('x', { kept: true })
        await (await opened.storage.journal(calls('kept'))).append([{ id: 'x', timestamp: 1, model: 'm' }])
      }
      await using opened = await OpenStore.open(store.plugin, options)
      expect((await opened.storage.records('kept').get('x'))?.value).to.deep.equal({ kept: true })
      expect(tidy((await (await opened.storage.journal(calls('kept'))).get('x')) as Call)).to.deep.equal({ id: 'x', timestamp: 1, model: 'm' })
    })

    it('by no program that is older than the database, which is told both versions', async () => {
      const options = await store.database()
      {
        await using _opened = await OpenStore.open(store.plugin, options)
      }
      await store.makeNewer(options)
      const cause = await OpenStore.open(store.plugin, options).then(
        () => undefined,
        (cause: unknown) => cause as Error,
      )
      expect(cause?.message).to.match(/newer Tapline.*\b9999\b.*\b\d+\b/)
    })
  })

  describeOn('has journals grow', store, use => {
    const {
      name: _,
      columns: { note: _note, trace: _trace, ...fewer },
    } = calls('grown')

    it('by the columns of a newer definition, while an older one goes on', async () => {
      const older = await use.storage.journal<Call>({ name: 'grown', columns: fewer as never })
      await older.append([{ id: 'old', timestamp: 1, tokens: 1 }])
      const newer = await use.storage.journal(calls('grown'))
      await newer.append([{ id: 'new', timestamp: 2, note: 'noted', trace: 'traced' }])
      await older.append([{ id: 'older', timestamp: 3, tokens: 3 }])
      const again = await use.storage.journal<Call>({ name: 'grown', columns: fewer as never })
      expect((await again.list({ limit: 5 })).rows.map(({ id }) => id)).to.deep.equal(['older', 'new', 'old'])
      const newest = await use.storage.journal(calls('grown'))
      expect((await all(newest.each({}, { whole: true }))).flat().map(tidy)).to.deep.equal([
        { id: 'old', timestamp: 1, tokens: 1 },
        { id: 'new', timestamp: 2, note: 'noted', trace: 'traced' },
        { id: 'older', timestamp: 3, tokens: 3 },
      ])
    })

    for (const [change, column] of Object.entries({
      'another type': { type: 'integer' as const },
      'another place': { type: 'text' as const, apart: true as const },
    })) {
      it(`but gives no column ${change}`, async () => {
        await use.storage.journal(calls('typed'))
        const cause = await use.storage.journal({ ...calls('typed'), columns: { ...calls('typed').columns, note: column } }).then(
          () => undefined,
          (cause: unknown) => cause as Error,
        )
        expect(cause?.message).to.match(/journal typed.*column note/)
      })
    }
  })

  describeOn('says how it is', store, use => {
    it('to the health check', async () => {
      await using opened = await OpenStore.open(store.plugin, use.options)
      expect(await opened.health.report()).to.deep.equal({ status: 'ready', checks: { storage: 'ok' } })
    })
  })
}
