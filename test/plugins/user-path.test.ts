import { expect } from 'chai'
import { runPlugin } from '../../core/testing/run-plugin.ts'
import plugin from '../../plugins/user-path/index.ts'

const caller = { method: 'api_key', keyId: 'k', userPath: '/team/a' }

describe('user-path', () => {
  const bound: readonly [string, Readonly<Record<string, string>>, Readonly<Record<string, string>>][] = [
    ['no header', {}, {}],
    ['another path', { 'x-tapline-user-path': '/team/b' }, { 'x-tapline-user-path': '/team/a' }],
    ['a path that is refused otherwise', { 'x-tapline-user-path': '/../b' }, { 'x-tapline-user-path': '/team/a' }],
    ['the compatible header', { 'x-gomodel-user-path': '/b' }, { 'x-gomodel-user-path': '/team/a' }],
    [
      'two headers that say different things',
      { 'x-tapline-user-path': '/b', 'x-gomodel-user-path': '/c' },
      { 'x-tapline-user-path': '/team/a', 'x-gomodel-user-path': '/team/a' },
    ],
  ]
  for (const [what, headers, seen] of bound) {
    it(`puts the path of the credential in the place of ${what}`, async () => {
      const { exchange } = await runPlugin(plugin, { caller, headers })
      expect(exchange.error).to.equal(undefined)
      expect(exchange.userPath).to.equal('/team/a')
      expect(exchange.request.headers).to.deep.equal({ 'content-type': 'application/json', ...seen })
    })
  }

  it('leaves the headers of the connection as they came', async () => {
    const { exchange } = await runPlugin(plugin, { caller, headers: { 'x-tapline-user-path': '/b' } })
    expect(exchange.request.rawHeaders).to.include('/b')
  })

  for (const [how, encoding] of [
    ['UTF-8', 'utf8'],
    ['Latin-1', 'latin1'],
  ] as const) {
    it(`reads a path in ${how}`, async () => {
      const { exchange } = await runPlugin(plugin, { headers: { 'x-tapline-user-path': Buffer.from('/équipe', encoding).toString('latin1') } })
      expect(exchange.userPath).to.equal('/équipe')
    })
  }

  for (const header of ['X-Tapline-User-Path', 'X-Team'])
    it(`lets no provider see any header of user paths, while ${header} is read`, async () => {
      const { exchange } = await runPlugin(plugin, { options: { header } })
      for (const name of [header.toLowerCase(), 'x-tapline-user-path', 'x-gomodel-user-path']) expect(exchange.plan.ownHeaders.has(name), name).to.equal(true)
    })

  it('takes the path of the header where the credential has none', async () => {
    const { exchange } = await runPlugin(plugin, { caller: { method: 'master_key' }, headers: { 'x-tapline-user-path': ' team // a/' } })
    expect(exchange.userPath).to.equal('/team/a')
  })
})
