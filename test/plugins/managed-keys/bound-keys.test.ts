import { expect } from 'chai'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { AdminGateway } from '../../support/admin.ts'
import { hello } from '../../support/serve.ts'

describe('a key that is bound to a user', () => {
  let gateway: AdminGateway
  let user: string
  let key: { readonly id: string; readonly value: string; readonly user_path: string }
  const put = async (path: string, body: object) => (await gateway.call('PUT', path, { body })).json
  const pathNow = async () => (await gateway.call('GET', '/auth-keys')).json[0].user_path
  /** The path that a call with the key is made for. */
  const calledFor = async () => {
    gateway.served.upstream.reply({ body: chatCompletion() })
    const answer = await gateway.served.chat(hello, { authorization: `Bearer ${key.value}`, 'x-tapline-user-path': '/elsewhere' })
    expect(answer.status).to.equal(200)
    return gateway.served.completions.all.at(-1)?.userPath
  }
  beforeEach(async () => {
    gateway = await AdminGateway.start()
    await put('/user-groups', { name: 'eng' })
    user = (await put('/directory/users', { name: 'ann', group: 'eng' })).id
    key = (await gateway.call('POST', '/auth-keys', { body: { name: 'k', user_id: user } })).json
  })
  afterEach(async () => {
    await gateway[Symbol.asyncDispose]()
  })

  it('calls for the path of the user', async () => {
    expect(key.user_path).to.equal('/eng/ann')
    expect(await calledFor()).to.equal('/eng/ann')
  })

  it('goes where the user goes, with the next call', async () => {
    await calledFor()
    await put('/user-groups', { name: 'all' })
    await put('/user-groups', { name: 'eng', parent: 'all' })
    expect(await calledFor()).to.equal('/all/eng/ann')
    await put('/directory/users', { id: user, name: 'anne', group: null })
    expect(await calledFor()).to.equal('/anne')
    expect(await pathNow()).to.equal('/anne')
  })

  it('stays where the user is when it is unbound', async () => {
    await put('/directory/users', { id: user, group: '' })
    await put(`/auth-keys/${key.id}/user`, { user_id: '' })
    await put('/directory/users', { id: user, group: 'eng' })
    expect(await calledFor()).to.equal('/ann')
  })

  it('falls back to the path of its making when the user is deleted', async () => {
    await put('/directory/users', { id: user, group: '' })
    await gateway.call('DELETE', '/directory/users', { body: { id: user } })
    expect(await calledFor()).to.equal('/eng/ann')
  })

  it('is seen by who administers the path where the user is now, and by nobody else', async () => {
    await put('/directory/users', { id: user, group: '' })
    const seen = async (as: string) => (await gateway.call('GET', '/auth-keys', { as })).json.length
    expect([await seen('/ann'), await seen('/eng')]).to.deep.equal([1, 0])
  })

  it('is made by who administers the path of the user', async () => {
    expect((await gateway.call('POST', '/auth-keys', { as: '/eng', body: { name: 'k', user_id: user } })).status).to.equal(201)
    expect((await gateway.call('POST', '/auth-keys', { as: '/ops', body: { name: 'k', user_id: user } })).status).to.equal(403)
  })
})
