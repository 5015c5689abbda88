/** Several processes, and several versions of the program, on one database. */

import { execFile } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { deepStrictEqual, partialDeepStrictEqual, rejects, strictEqual } from 'node:assert/strict'
import type { ConformanceCase } from '../conformance.ts'
import { all, calls, summedCalls, tidy, type Call } from './calls.ts'
import { casesOn, type StoreUnderTest } from './cases.ts'
import { OpenStore } from './open-store.ts'

const program = fileURLToPath(new URL(`./opening-process${extname(import.meta.url)}`, import.meta.url))
const run = promisify(execFile)

export function processCases(store: StoreUnderTest): readonly ConformanceCase[] {
  return [...shared(store), ...grown(store)]
}

function shared(store: StoreUnderTest): readonly ConformanceCase[] {
  const { makeNewer } = store
  return casesOn('is shared', store, it => {
    it('by processes that start on an empty database at once', async () => {
      const options = await store.database()
      const said = await Promise.all(
        [1, 2, 3].map(async number => (await run(process.execPath, [program, store.from, JSON.stringify(options), String(number)])).stdout),
      )
      strictEqual(
        said.every(text => text === 'ok\n'),
        true,
      )
      await using opened = await OpenStore.open(store.plugin, options)
      deepStrictEqual((await opened.storage.records('started').list()).map(({ id }) => id).toSorted(), ['1', '2', '3'])
      partialDeepStrictEqual((await (await opened.storage.journal(summedCalls('started'))).sums({ measures: ['tokens'] })).groups[0], {
        count: 3,
        sums: { tokens: 6 },
      })
    })

    it('with what was written before, after it was closed', async () => {
      const options = await store.database()
      {
        await using opened = await OpenStore.open(store.plugin, options)
        await opened.storage.records('kept').put('x', { kept: true })
        await (await opened.storage.journal(calls('kept'))).append([{ id: 'x', timestamp: 1, model: 'm' }])
      }
      await using opened = await OpenStore.open(store.plugin, options)
      deepStrictEqual((await opened.storage.records('kept').get('x'))?.value, { kept: true })
      deepStrictEqual(tidy((await (await opened.storage.journal(calls('kept'))).get('x')) as Call), { id: 'x', timestamp: 1, model: 'm' })
    })

    if (makeNewer !== undefined)
      it('by no program that is older than the database, which is told both versions', async () => {
        const options = await store.database()
        {
          await using _opened = await OpenStore.open(store.plugin, options)
        }
        await makeNewer(options)
        await rejects(OpenStore.open(store.plugin, options), /^(?=.*\b9999\b).*\b(?!9999\b)\d+\b/s)
      })

    it('and says how it is, to the health check', async ({ options }) => {
      await using opened = await OpenStore.open(store.plugin, options)
      deepStrictEqual(await opened.health.report(), { status: 'ready', checks: { storage: 'ok' } })
    })
  })
}

function grown(store: StoreUnderTest): readonly ConformanceCase[] {
  return casesOn('has journals grow', store, it => {
    const {
      name: _,
      columns: { note: _note, trace: _trace, ...fewer },
    } = calls('grown')

    it('by the columns of a newer definition, while an older one goes on', async use => {
      const older = await use.storage.journal<Call>({ name: 'grown', columns: fewer as never })
      await older.append([{ id: 'old', timestamp: 1, tokens: 1 }])
      const newer = await use.storage.journal(calls('grown'))
      await newer.append([{ id: 'new', timestamp: 2, note: 'noted', trace: 'traced' }])
      await older.append([{ id: 'older', timestamp: 3, tokens: 3 }])
      const again = await use.storage.journal<Call>({ name: 'grown', columns: fewer as never })
      deepStrictEqual(
        (await again.list({ limit: 5 })).rows.map(({ id }) => id),
        ['older', 'new', 'old'],
      )
      const newest = await use.storage.journal(calls('grown'))
      deepStrictEqual((await all(newest.each({}, { whole: true }))).flat().map(tidy), [
        { id: 'old', timestamp: 1, tokens: 1 },
        { id: 'new', timestamp: 2, note: 'noted', trace: 'traced' },
        { id: 'older', timestamp: 3, tokens: 3 },
      ])
    })

    for (const [change, column] of Object.entries({
      'another type': { type: 'integer' as const },
      'another place': { type: 'text' as const, apart: true as const },
    })) {
      it(`but gives no column ${change}`, async use => {
        await use.storage.journal(calls('typed'))
        const changed = { ...calls('typed'), columns: { ...calls('typed').columns, note: column } }
        await rejects(use.storage.journal(changed), /\bnote\b/)
      })
    }
  })
}
