import { join } from 'node:path'
import { expect } from 'chai'
import { AdminGateway } from '../../support/admin.ts'
import { postgresql } from '../../support/postgresql.ts'
import { Folder } from '../../support/run-tapline.ts'
import { need } from '../../support/servers.ts'

/** What a replica may take to see a write of another one. */
const limitMs = 2_000

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

async function status({ served }: AdminGateway, token: string): Promise<number> {
  return (await served.call('GET', '/v1/models', undefined, { authorization: `Bearer ${token}` })).status
}

/** Calls until the answer is the one expected. @returns how long it took */
async function takes(gateway: AdminGateway, token: string, expected: number): Promise<number> {
  const began = performance.now()
  while (await status(gateway, token) !== expected) if (performance.now() - began > 5 * limitMs) throw new Error(`the other gateway never answered ${expected}`)
  return performance.now() - began
}

for (const { name, make } of stores) {
  describe(`two gateways on ${name}`, () => {
    let one: AdminGateway
    let other: AdminGateway
    before(async function () {
      const storage = await make(this)
      const start = () => AdminGateway.start({ config: { storage } });
      [one, other] = await Promise.all([start(), start()])
    })
    after(async () => {
      await one?.[Symbol.asyncDispose]()
      await other?.[Symbol.asyncDispose]()
    })
    after(() => folder?.[Symbol.asyncDispose]())

    it(`know a key that the other one made, and its end, within ${limitMs / 1000} s`, async () => {
      const { id, value } = (await one.call('POST', '/auth-keys', { body: { name: 'shared' } })).json
      expect(await status(one, value)).to.equal(200)
      expect(await takes(other, value, 200)).to.be.below(limitMs)
      expect((await other.call('POST', `/auth-keys/${id}/deactivate`)).status).to.equal(204)
      expect(await status(other, value)).to.equal(401)
      expect(await takes(one, value, 401)).to.be.below(limitMs)
    })

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
