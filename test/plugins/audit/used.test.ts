import { expect } from 'chai'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { hello, Served } from '../../support/serve.ts'

interface Entry {
  readonly user_path: string
  readonly usage?: { readonly entries: number; readonly total_tokens: number }
}

describe('what a row of the audit log says of usage', () => {
  let served: Served
  before(async () => {
    served = await Served.start()
  })
  after(() => served.close())

  const keyFor = async (path: string) => {
    const { body } = await served.call('POST', '/admin/auth-keys', { name: path, user_path: path, dashboard_access: true })
    return (JSON.parse(body.toString()) as { value: string }).value
  }
  const calls = async (key: string, id: string, tokens: number) => {
    served.upstream.always({ body: chatCompletion({ usage: { prompt_tokens: tokens, completion_tokens: 1 } }) })
    expect((await served.call('POST', '/v1/chat/completions', hello, { authorization: `Bearer ${key}`, 'x-request-id': id })).status).to.equal(200)
  }
  const sees = async (id: string, key?: string) => {
    const { body } = await served.call('GET', `/admin/audit/log?request_id=${id}`, undefined, key === undefined ? {} : { authorization: `Bearer ${key}` })
    return (JSON.parse(body.toString()) as { entries: Entry[] }).entries.map(({ user_path: path, usage }) => [path, usage?.entries, usage?.total_tokens])
  }

  it('is there as soon as the row is', async () => {
    for (let n = 0; n < 20; n++) {
      await calls(await keyFor('/early'), `early-${n}`, n)
      expect(await sees(`early-${n}`)).to.deep.equal([['/early', 1, n + 1]])
    }
  })

  it("is its request's own, though others chose the same id", async () => {
    const [a, b, alsoB] = [await keyFor('/team/a'), await keyFor('/team/b'), await keyFor('/team/b')]
    await calls(b, 'shared', 1000)
    await calls(alsoB, 'shared', 50)
    await calls(a, 'shared', 1)
    expect(await sees('shared', a)).to.deep.equal([['/team/a', 1, 2]])
    expect(await sees('shared')).to.deep.equal([
      ['/team/a', 1, 2],
      ['/team/b', 1, 51],
      ['/team/b', 1, 1001],
    ])
  })
})
