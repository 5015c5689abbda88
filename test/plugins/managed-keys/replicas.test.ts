import { join } from 'node:path'
import { expect } from 'chai'
import { AdminGateway } from '../../support/admin.ts'
import { postgresql } from '../../support/postgresql.ts'
import { Folder } from '../../support/run-tapline.ts'
import { need } from '../../support/servers.ts'

interface Store {
  readonly name: string
  /** The settings of a new, empty database. */
  make(context: Mocha.Context): Promise<Readonly<Record<string, unknown>>>
}

let folder: Folder | undefined

const stores: readonly Store[] = [
  { name: 'a SQLite file', make: async () => ({ type: 'sqlite', sqlite: { path: join((folder ??= await Folder.make()).path, 'shared.db') } }) },
  { name: 'PostgreSQL', make: async context => ({ type: 'postgresql', postgresql: { url: await need(context, postgresql) } }) },
]

for (const { name, make } of stores) {
  describe(`two gateways on ${name}`, () => {
    let one: AdminGateway
    let other: AdminGateway
    before(async function () {
      const storage = await make(this)
      const start = () => AdminGateway.start({ config: { storage } })
      ;[one, other] = await Promise.all([start(), start()])
    })
    after(async () => {
      await one?.[Symbol.asyncDispose]()
      await other?.[Symbol.asyncDispose]()
    })
    after(() => folder?.[Symbol.asyncDispose]())

    it('make one key of a token that both import at once', async () => {
      const body = { name: 'old', imported_from: 'litellm', secret_hash: 'cd'.repeat(32) }
      const answers = await Promise.all([one, other, one, other].map(gateway => gateway.call('POST', '/auth-keys/import', { body })))
      expect(answers.map(answer => answer.status)).to.have.members([201, 409, 409, 409])
    })

    it('lose none of the changes that both make to a key', async () => {
      const { id } = (await one.call('POST', '/auth-keys', { body: { name: 'shared', labels: ['a', 'b'] } })).json
      await Promise.all([
        one.call('PUT', '/auth-keys/labels/rename', { body: { from: 'a', to: 'x' } }),
        other.call('PUT', '/auth-keys/labels/rename', { body: { from: 'b', to: 'y' } }),
        other.call('PUT', `/auth-keys/${id}/dashboard-access`, { body: { dashboard_access: true } }),
      ])
      const found = (await one.call('GET', '/auth-keys')).json.find((key: { id: string }) => key.id === id)
      expect(found).to.deep.include({ labels: ['x', 'y'], dashboard_access: true })
    })
  })
}
