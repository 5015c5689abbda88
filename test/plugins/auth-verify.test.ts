import { expect } from 'chai'
import { AdminGateway } from '../support/admin.ts'
import { expectError } from '../support/answer.ts'

const on = { server: { auth_verify_enabled: true } }
const open = { server: { auth_verify_enabled: true, master_key: undefined } }

async function verify({ served }: AdminGateway, headers: Readonly<Record<string, string>> = {}, method = 'GET') {
  const answer = await served.call(method, '/v1/auth/verify', undefined, headers)
  return { ...answer, said: answer.body.length === 0 ? undefined : (JSON.parse(answer.body.toString()) as unknown) }
}

describe('auth-verify', () => {
  it('knows the master key', async () => {
    await using gateway = await AdminGateway.start({ config: on })
    const { status, headers, said } = await verify(gateway)
    expect({ status, said }).to.deep.equal({ status: 200, said: { valid: true, method: 'master_key' } })
    expect(headers['cache-control']).to.equal('no-store')
    expect((await verify(gateway, {}, 'HEAD')).status).to.equal(200)
  })

  it('knows a managed key, and what it is bound to', async () => {
    await using gateway = await AdminGateway.start({ config: on })
    const make = async (body: object) => (await gateway.call('POST', '/auth-keys', { body: { name: 'x', ...body } })).json
    const [bound, free] = [await make({ user_path: '/team' }), await make({})]
    expect((await verify(gateway, { authorization: `Bearer ${bound.value}`, 'x-tapline-user-path': '/other' })).said).to.deep.equal({
      valid: true,
      method: 'api_key',
      key_id: bound.id,
      user_path: '/team',
    })
    expect((await verify(gateway, { authorization: `Bearer ${free.value}`, 'x-tapline-user-path': '/other' })).said).to.deep.equal({
      valid: true,
      method: 'api_key',
      key_id: free.id,
    })
    await gateway.call('POST', `/auth-keys/${bound.id}/deactivate`)
    expectError(await verify(gateway, { authorization: `Bearer ${bound.value}` }), { code: 'invalid_api_key', message: 'authentication failed' })
  })

  it('takes nobody for known because he came through', async () => {
    await using gateway = await AdminGateway.start({ config: open })
    const { status, headers, said } = await verify(gateway, { authorization: 'Bearer sk-any' })
    expect({ status, said }).to.deep.equal({ status: 200, said: { valid: false, method: 'none' } })
    expect(headers['cache-control']).to.equal('no-store')
    await gateway.call('POST', '/auth-keys', { body: { name: 'first' }, headers: { authorization: '' } })
    expectError(await verify(gateway, { authorization: 'Bearer sk-any' }), { code: 'invalid_api_key' })
  })

  it('is not there unless it is switched on', async () => {
    await using gateway = await AdminGateway.start()
    expectError(await verify(gateway), { code: 'unknown_url' })
    expectError(await verify(gateway, { authorization: 'Bearer wrong' }), { code: 'invalid_api_key' })
  })
})
