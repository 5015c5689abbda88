import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'chai'
import type { PluginDefinition } from '../../../core/index.ts'
import sqlite from '../../../plugins/storage/sqlite/index.ts'
import { Folder } from '../../support/run-tapline.ts'
import { storageConformance } from './conformance.ts'
import { calls } from './conformance/calls.ts'
import { OpenStore } from './conformance/open-store.ts'

const plugin = sqlite as unknown as PluginDefinition
let folder: Folder | undefined
let made = 0

async function database(): Promise<{ readonly path: string }> {
  folder ??= await Folder.make()
  return { path: join(folder.path, `${made++}.db`) }
}

storageConformance('sqlite', {
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
})
