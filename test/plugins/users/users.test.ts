import { expect } from 'chai'
import { setImmediate as turn } from 'node:timers/promises'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { AdminGateway } from '../../support/admin.ts'
import { describeRoutes, expectRefusal } from '../../support/admin-routes.ts'
import { expectError } from '../../support/answer.ts'
import { hello } from '../../support/serve.ts'

const env = { OPENAI_MODELS: 'gpt-test,gpt-big' }
const config = { users: [{ path: '//fixed//', allowed_models: ['OPENAI/gpt-test'], description: 'from the file' }] }
const node = { user_path: '/team', allowed_models: ['openai/*'], description: 'ours' }
const group = (name: string, parent?: string) => async (gateway: AdminGateway) =>
  await gateway.call('PUT', '/user-groups', { body: { name, ...(parent === undefined ? {} : { parent }) } })

describeRoutes(
  [
    {
      method: 'GET',
      path: '/users',
      scope: 'subtree',
      malformed: [{ name: 'an unknown parameter', path: '/users?x=1', code: 'unsupported_parameter', param: 'x' }],
    },
    {
      method: 'PUT',
      path: '/users',
      scope: 'subtree',
      body: node,
      malformed: [
        { name: 'no path', body: { allowed_models: [] }, code: 'missing_required_parameter', param: 'user_path' },
        { name: 'a path that is none', body: { ...node, user_path: '/a/../b' }, code: 'invalid_user_path', param: 'user_path' },
        { name: 'a selector of nothing', body: { ...node, allowed_models: ['gpt-test', 'nobody/*'] }, param: 'allowed_models.1' },
        { name: 'an unknown member', body: { ...node, path: '/x' }, code: 'unsupported_parameter', param: 'path' },
      ],
    },
    {
      method: 'DELETE',
      path: '/users?user_path=/team',
      scope: 'subtree',
      prepare: gateway => gateway.call('PUT', '/users', { body: node }),
      malformed: [{ name: 'no path', path: '/users', code: 'missing_required_parameter', param: 'user_path' }],
    },
    {
      method: 'GET',
      path: '/user-groups',
      scope: 'subtree',
      prepare: group('eng'),
      malformed: [{ name: 'an unknown parameter', path: '/user-groups?x=1', code: 'unsupported_parameter', param: 'x' }],
    },
    {
      method: 'PUT',
      path: '/user-groups',
      scope: 'subtree',
      body: { name: 'eng' },
      malformed: [
        { name: 'no name', body: {}, code: 'missing_required_parameter', param: 'name' },
        { name: 'a name with a comma', body: { name: 'a,b' }, param: 'name' },
        { name: 'a parent that is not there', body: { name: 'eng', parent: 'all' }, param: 'parent' },
      ],
    },
    {
      method: 'DELETE',
      path: '/user-groups',
      scope: 'subtree',
      body: { name: 'eng' },
      status: 204,
      prepare: group('eng'),
      malformed: [{ name: 'no name', body: {}, code: 'missing_required_parameter', param: 'name' }],
    },
    {
      method: 'GET',
      path: '/directory/users',
      scope: 'subtree',
      prepare: gateway => gateway.call('PUT', '/directory/users', { body: { name: 'ann' } }),
      malformed: [{ name: 'an unknown parameter', path: '/directory/users?x=1', code: 'unsupported_parameter', param: 'x' }],
    },
    {
      method: 'PUT',
      path: '/directory/users',
      scope: 'subtree',
      body: { name: 'ann' },
      malformed: [
        { name: 'no name', body: {}, code: 'missing_required_parameter', param: 'name' },
        { name: 'a name with a slash', body: { name: 'a/b' }, param: 'name' },
        { name: 'a group that is not there', body: { name: 'ann', group: 'eng' }, param: 'group' },
      ],
    },
  ],
  { env, config },
)

describe('user paths', () => {
  let gateway: AdminGateway
  beforeEach(async () => {
    gateway = await AdminGateway.start({ env, config })
    gateway.served.upstream.always({ body: chatCompletion() })
  })
  afterEach(async () => {
    await gateway[Symbol.asyncDispose]()
  })
  const put = (body: object, as?: string) => gateway.call('PUT', '/users', { body, ...(as === undefined ? {} : { as }) })
  const tree = async (as?: string) => (await gateway.call('GET', '/users', as === undefined ? {} : { as })).json.users as { user_path: string }[]
  const chat = (model: string, path: string) => gateway.served.chat({ ...hello, model }, { 'x-tapline-user-path': path })

  it('are a tree of what is said, of keys, and of all above them', async () => {
    await put(node)
    await put({ user_path: '/team/a/b', allowed_models: ['openai/gpt-test'] })
    await gateway.call('POST', '/auth-keys', { body: { name: 'k', user_path: '/team/c' } })
    const users = await tree()
    expect(users.map(({ user_path: path }) => path)).to.deep.equal(['/', '/fixed', '/team', '/team/a', '/team/a/b', '/team/c'])
    expect(users[4]).to.deep.include({
      allowed_models: ['openai/gpt-test'],
      configured: true,
      managed: false,
      key_count: 0,
      inherited_from: ['/team'],
      restricted: true,
      effective_models: ['openai/gpt-test'],
    })
    expect(users[3]).to.deep.include({
      allowed_models: [],
      configured: false,
      inherited_from: ['/team'],
      restricted: true,
      effective_models: ['openai/gpt-test', 'openai/gpt-big'],
      created_at: null,
    })
    expect(users[5]).to.deep.include({ configured: false, key_count: 1 })
    expect(users[1]).to.deep.include({ managed: true, allowed_models: ['openai/gpt-test'], description: 'from the file' })
    expect(users[0]).to.deep.include({ restricted: false, effective_models: [], inherited_from: [] })
  })

  it('keep callers to the models of every list on the way up', async () => {
    await put({ user_path: '/team', allowed_models: ['openai/gpt-test'] })
    await put({ user_path: '/team/a', allowed_models: ['*'] })
    expect((await chat('gpt-test', '/team/a')).status).to.equal(200)
    expectError(await chat('gpt-big', '/team/a'), {
      code: 'model_access_denied',
      param: 'model',
      message: 'model gpt-big is not allowed for the user path /team',
    })
    expect((await chat('gpt-big', '/teams')).status).to.equal(200)
    expectError(await chat('gpt-big', '/fixed/x'), { code: 'model_access_denied' })
  })

  it('may leave nothing, and say so', async () => {
    await put({ user_path: '/team', allowed_models: ['openai/gpt-test'] })
    await put({ user_path: '/team/a', allowed_models: ['openai/gpt-big'] })
    expect((await tree()).find(({ user_path: path }) => path === '/team/a')).to.deep.include({ restricted: true, effective_models: [] })
  })

  it('keep what a write does not name', async () => {
    await put(node)
    await put({ user_path: '/team', description: 'theirs' })
    expect((await tree()).find(({ user_path: path }) => path === '/team')).to.deep.include({ allowed_models: ['openai/'], description: 'theirs' })
  })

  it('of the configuration are left alone', async () => {
    expectRefusal(await put({ user_path: '/fixed', allowed_models: [] }), 409, 'user_managed', 'user_path')
    expectRefusal(await gateway.call('DELETE', '/users?user_path=/fixed'), 409, 'user_managed', 'user_path')
  })

  it('of which nothing was said cannot be taken back', async () =>
    expectRefusal(await gateway.call('DELETE', '/users?user_path=/nothing'), 404, 'not_found', 'user_path'))

  it('are refused where no store could hold them', async () =>
    expectRefusal(await put({ ...node, user_path: `/${'a'.repeat(520)}` }), 400, 'invalid_value', 'user_path'))

  it('are confined to what an administrator may see', async () => {
    await put(node)
    expect((await tree('/team')).map(({ user_path: path }) => path)).to.deep.equal(['/team'])
    expectRefusal(await put({ user_path: '/fixed', allowed_models: [] }, '/team'), 403, 'user_path_out_of_scope')
    expect(
      (await put({ user_path: '/team/b', allowed_models: [] }, '/team')).json.users.map(({ user_path: path }: { user_path: string }) => path),
    ).to.deep.equal(['/team', '/team/b'])
  })

  it('are left alone by who has read another state of them', async () => {
    const first = await put(node)
    const tag = { 'if-match': String(first.headers['etag']) }
    expect((await gateway.call('PUT', '/users', { body: { ...node, description: 'a' }, headers: tag })).status).to.equal(200)
    expectRefusal(await gateway.call('PUT', '/users', { body: { ...node, description: 'b' }, headers: tag }), 412, 'precondition_failed')
  })

  it('refuse a configuration whose selectors mean nobody', async () => {
    const wrong = AdminGateway.start({ env, config: { users: [{ path: '/x', allowed_models: ['nobody/*'] }] } })
    expect(
      await wrong.then(
        () => 'started',
        (cause: Error) => cause.message,
      ),
    ).to.match(/users: "nobody\/\*" of \/x selects nothing; known providers: openai/)
  })
})

describe('groups and users', () => {
  let gateway: AdminGateway
  beforeEach(async () => {
    gateway = await AdminGateway.start({ env })
    gateway.served.upstream.always({ body: chatCompletion() })
    await group('eng')(gateway)
    await group('backend', 'eng')(gateway)
  })
  afterEach(async () => {
    await gateway[Symbol.asyncDispose]()
  })
  const put = (body: object) => gateway.call('PUT', '/directory/users', { body })
  const paths = async () =>
    Object.fromEntries(
      (await gateway.call('GET', '/directory/users')).json.map(({ name, user_path: path }: { name: string; user_path: string }) => [name, path]),
    )

  it('are shown to who administers a path as far as they stand below it', async () => {
    await put({ name: 'ann', group: 'backend' })
    await put({ name: 'bob', group: 'eng' })
    const seen = async (path: string, as: string) => (await gateway.call('GET', path, { as })).json.map(({ name }: { name: string }) => name)
    expect([await seen('/user-groups', '/eng/backend'), await seen('/directory/users', '/eng/backend'), await seen('/directory/users', '/eng')]).to.deep.equal([
      ['backend'],
      ['ann'],
      ['ann', 'bob'],
    ])
  })

  it('are changed by who administers a path as far as they stand below it, and stay there', async () => {
    const [ann, bob] = [(await put({ name: 'ann', group: 'backend' })).json, (await put({ name: 'bob', group: 'eng' })).json]
    const as = '/eng/backend'
    const write = async (method: string, path: string, body: object) => await gateway.call(method, path, { body, as })
    expect((await write('PUT', '/directory/users', { name: 'cid', group: 'backend' })).json.user_path).to.equal('/eng/backend/cid')
    expect((await write('PUT', '/user-groups', { name: 'ops', parent: 'backend' })).json.path).to.equal('/eng/backend/ops')
    expectRefusal(await write('PUT', '/directory/users', { name: 'dan' }), 403, 'user_path_out_of_scope')
    expectRefusal(await write('PUT', '/directory/users', { id: ann.id, group: 'eng' }), 400, 'invalid_value', 'group')
    expectRefusal(await write('PUT', '/user-groups', { name: 'ops', parent: '' }), 403, 'user_path_out_of_scope')
    expectRefusal(await write('PUT', '/user-groups', { name: 'eng', parent: 'backend' }), 404, 'not_found', 'name')
    const unknown = await write('DELETE', '/directory/users', { id: 'nobody' })
    for (const method of ['PUT', 'DELETE']) expect((await write(method, '/directory/users', { id: bob.id })).json.error).to.deep.equal(unknown.json.error)
    expect(await paths()).to.deep.equal({ ann: '/eng/backend/ann', bob: '/eng/bob', cid: '/eng/backend/cid' })
  })

  it('tell who administers a path nothing of what stands elsewhere', async () => {
    const { id } = (await put({ name: 'ann', group: 'backend' })).json as { id: string }
    await group('secret', 'eng')(gateway)
    await put({ name: 'bob', group: 'secret' })
    await put({ name: 'bob' })
    const as = '/eng/backend'
    const says = async (path: string, body: object) => {
      const { status, text } = await gateway.call('PUT', path, { body, as })
      return [status, text.replaceAll(/none|secret/g, '…')]
    }
    for (const body of [{ id }, { id, name: 'bob' }, { name: 'bob' }])
      expect(await says('/directory/users', { ...body, group: 'secret' })).to.deep.equal(await says('/directory/users', { ...body, group: 'none' }))
    expect(await says('/user-groups', { name: 'ops', parent: 'secret' })).to.deep.equal(await says('/user-groups', { name: 'ops', parent: 'none' }))
    const [taken, free] = [await says('/directory/users', { id, name: 'bob', group: '' }), await says('/directory/users', { id, name: 'eve', group: '' })]
    expect([taken[0], String(taken[1]).replaceAll('bob', 'eve')]).to.deep.equal(free)
  })

  it('move with all that is in them', async () => {
    await put({ name: 'ann', group: 'backend' })
    await put({ name: 'bob', group: 'eng' })
    await group('backend', '')(gateway)
    expect(await paths()).to.deep.equal({ ann: '/backend/ann', bob: '/eng/bob' })
    await group('eng', 'backend')(gateway)
    expect(await paths()).to.deep.equal({ ann: '/backend/ann', bob: '/backend/eng/bob' })
  })

  it('move not at all where two would meet, or a circle would close', async () => {
    const { id } = (await put({ name: 'ann', group: 'backend' })).json
    await put({ name: 'ann', group: 'eng' })
    expectRefusal(await put({ id, group: 'eng' }), 409, 'conflict', 'name')
    expectRefusal(await group('eng', 'backend')(gateway), 400, 'invalid_value', 'parent')
    expect((await gateway.call('GET', '/directory/users')).json.map(({ user_path: path }: { user_path: string }) => path)).to.deep.equal([
      '/eng/ann',
      '/eng/backend/ann',
    ])
    expect((await gateway.call('GET', '/user-groups')).json.map(({ path }: { path: string }) => path)).to.deep.equal(['/eng', '/eng/backend'])
  })

  it('go only when they are empty', async () => {
    const { id } = (await put({ name: 'ann', group: 'backend' })).json
    for (const name of ['eng', 'backend']) expectRefusal(await gateway.call('DELETE', '/user-groups', { body: { name } }), 409, 'in_use', 'name')
    expect((await gateway.call('DELETE', '/directory/users', { body: { id } })).status).to.equal(204)
    expectRefusal(await gateway.call('DELETE', '/directory/users', { body: { id } }), 404, 'not_found', 'id')
    for (const name of ['backend', 'eng']) expect((await gateway.call('DELETE', '/user-groups', { body: { name } })).status).to.equal(204)
    expectRefusal(await gateway.call('DELETE', '/user-groups', { body: { name: 'eng' } }), 404, 'not_found', 'name')
  })

  it('keep their ids', async () => {
    const { id } = (await put({ name: 'ann', group: 'eng', description: 'A.' })).json
    expect((await put({ id, name: 'anne' })).json).to.deep.include({ id, name: 'anne', group: 'eng', description: 'A.', user_path: '/eng/anne' })
    expectRefusal(await put({ id: 'nobody', name: 'x' }), 404, 'not_found', 'id')
  })

  it('are known by the path of a call', async () => {
    const { id } = (await put({ name: 'ann', group: 'eng' })).json
    const userOf = async (path: string) => {
      await gateway.served.chat(hello, { 'x-tapline-user-path': path })
      return gateway.served.completions.all.at(-1)?.caller?.userId
    }
    expect([await userOf('/eng/ann/app'), await userOf('/eng/anna'), await userOf('/eng')]).to.deep.equal([id, undefined, undefined])
  })

  it('are known by the path of a call whose key was for somebody who is gone', async () => {
    const { id: gone } = (await put({ name: 'ann', group: 'eng' })).json
    const { value } = (await gateway.call('POST', '/auth-keys', { body: { name: 'k', user_id: gone } })).json
    const userOf = async () => {
      await gateway.served.chat(hello, { authorization: `Bearer ${String(value)}` })
      return gateway.served.completions.all.at(-1)?.caller?.userId
    }
    expect(await userOf()).to.equal(gone)
    await gateway.call('DELETE', '/directory/users', { body: { id: gone } })
    const { id } = (await put({ name: 'ann', group: 'eng' })).json
    expect(await userOf()).to.equal(id)
  })

  it('open models to their members, and a group that is gone to nobody', async () => {
    await gateway.call('PUT', '/virtual-models', { body: { source: 'openai/gpt-big', groups: ['backend'] } })
    const status = async (path: string) => (await gateway.served.chat({ ...hello, model: 'gpt-big' }, { 'x-tapline-user-path': path })).status
    expect([await status('/eng/backend/ann'), await status('/eng/ann')]).to.deep.equal([200, 400])
    await gateway.call('DELETE', '/user-groups', { body: { name: 'backend' } })
    expect(await status('/eng/backend/ann')).to.equal(400)
  })

  it('are the same for two gateways on one store, whoever writes', async () => {
    await using other = await AdminGateway.start({ env, config: { storage: { sqlite: { path: `${gateway.served.gateway.directory}/tapline.db` } } } })
    await Promise.all([gateway, other].map(async (one, index) => await one.call('PUT', '/directory/users', { body: { name: `u${index}`, group: 'eng' } })))
    for (const one of [gateway, other]) while ((await one.call('GET', '/directory/users')).json.length < 2) await turn()
  })
})
