import { expect } from 'chai'
import { join } from 'node:path'
import type { Clock, PluginDefinition, Storage, Timer } from '../../../core/index.ts'
import type { Records } from '../../../core/storage/records.ts'
import { storeConformance } from '../../../core/testing/store-conformance.ts'
import sqlite from '../../../plugins/storage/sqlite/index.ts'
import { Folder } from '../../support/run-tapline.ts'

const plugin: PluginDefinition = sqlite
const file = import.meta.resolve('../../../plugins/storage/sqlite/index.ts')

/** The store, with something that it does otherwise. */
function changed(change: (storage: Storage, clock: Clock) => Storage): PluginDefinition {
  return {
    ...plugin,
    async setup(context) {
      const taps = await plugin.setup?.(context)
      return { ...taps, service: change(taps?.service as Storage, context.services.clock) }
    },
  }
}

function withRecords(storage: Storage, change: (kept: Records<object>) => Partial<Records<object>>): Storage {
  return insteadOf(storage, { records: (name: string) => insteadOf(storage.records(name), change(storage.records(name))) as never })
}

function insteadOf<T extends object>(of: T, own: Partial<T>): T {
  return new Proxy(of, {
    get(_, name) {
      const member: unknown = Reflect.get(name in own ? own : of, name)
      return typeof member === 'function' ? (member.bind(of) as unknown) : member
    },
  })
}

/** Looks for changes as seldom as it may. */
const slow = changed((storage, clock) =>
  withRecords(storage, () => ({
    watch(changed) {
      let timer: Timer
      const wait = () => {
        timer = clock.after(2000, () => {
          changed()
          wait()
        })
      }
      wait()
      return () => timer.cancel()
    },
  })),
)

const flaws: Readonly<Record<string, { readonly plugin: PluginDefinition; readonly failed: string }>> = {
  'that is none': { plugin: { ...plugin, provides: 'state' }, failed: 'provides the service storage' },
  'that writes over whatever is there': {
    plugin: changed(storage => withRecords(storage, kept => ({ put: async (id: string, value: object) => await kept.put(id, value) }))),
    failed: 'keeps documents: writes only over the revision that was expected',
  },
}

describe('the conformance kit of stores', () => {
  let folder: Folder
  before(async () => {
    folder = await Folder.make()
  })
  after(() => folder[Symbol.asyncDispose]())

  const run = async (plugin: PluginDefinition, title: string, path: string) => {
    const found = storeConformance(plugin, file, { database: () => ({ path: join(folder.path, path) }) }).find(({ name }) => name === title)
    await found?.run()
    return found !== undefined
  }

  for (const [name, { plugin: store, failed }] of Object.entries(flaws)) {
    it(`fails a store ${name}`, async () => {
      expect(await run(plugin, failed, `${name}.db`)).to.equal(true)
      expect(
        await run(store, failed, `${name} of them.db`).then(
          () => undefined,
          (cause: unknown) => cause,
        ),
      ).to.have.property('code', 'ERR_ASSERTION')
    })
  }

  it('passes a store that tells of changes after two seconds', async () => {
    expect(await run(slow, 'tells who watches: within two seconds of changes made elsewhere', 'slow.db')).to.equal(true)
  })

  it('fails a store with a service that it did not ask for, as the gateway does', async () => {
    const greedy: PluginDefinition = { ...plugin, setup: ({ services }) => ({ service: Reflect.get(services, 'models') as never }) }
    const [, first] = storeConformance(greedy, file, { database: () => ({ path: join(folder.path, 'greedy.db') }) })
    const failure = await Promise.resolve(first?.run()).catch((cause: unknown) => cause)
    expect(failure).to.have.property('message', `sqlite uses the service "models" without asking for it: needs: ['models']`)
  })

  it('asks whether a newer database is refused only where it is told how one looks', () => {
    const asked = (more: object) =>
      storeConformance(plugin, file, { database: () => ({}), ...more }).some(({ name }) => name.includes('older than the database'))
    expect([asked({}), asked({ makeNewer() {} })]).to.deep.equal([false, true])
  })
})
