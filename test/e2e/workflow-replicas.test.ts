import { expect } from 'chai'
import { join } from 'node:path'
import { chatCompletion } from '../../core/testing/chat-samples.ts'
import { AdminGateway } from '../support/admin.ts'
import { Folder, Tapline } from '../support/run-tapline.ts'
import { hello } from '../support/serve.ts'
import { until } from '../support/until.ts'
import { everythingOn, makeGuardrail, makeWorkflow } from '../support/workflows.ts'

describe('workflows and guardrails of two gateways on one store', () => {
  let folder: Folder
  beforeEach(async () => {
    folder = await Folder.make()
  })
  afterEach(() => folder[Symbol.asyncDispose]())

  const start = async () => {
    const gateway = await AdminGateway.start({ config: { storage: { sqlite: { path: join(folder.path, 'tapline.db') } } } })
    gateway.served.upstream.always({ body: chatCompletion() })
    return gateway
  }
  const sent = async (gateway: AdminGateway) => {
    await gateway.served.chat({ ...hello, messages: [{ role: 'user', content: 'a canary' }] })
    return gateway.served.upstream.requests.at(-1)?.body.toString() ?? ''
  }
  const guarded = { workflow_payload: { schema_version: 2, features: everythingOn, steps: [{ ref: 'mask' }] } }
  const replacing = (word: string) => ({ name: 'mask', type: 'string_replace', config: { rules: `canary => ${word}` } })

  it('hold on both when one of them made or changed them', async () => {
    await using one = await start()
    await using two = await start()
    await makeGuardrail(one, replacing('bird'))
    await makeWorkflow(one, guarded)
    expect(await sent(one)).to.contain('a bird')
    await until(async () => (await sent(two)).includes('a bird'))
    await makeGuardrail(two, replacing('cat'))
    expect(await sent(two)).to.contain('a cat')
    await until(async () => (await sent(one)).includes('a cat'))
    await makeWorkflow(two, {})
    await until(async () => (await sent(one)).includes('a canary'))
    expect((await one.call('GET', '/workflows')).json).to.deep.equal((await two.call('GET', '/workflows')).json)
  })

  it('get one version each when both write at once', async () => {
    await using one = await start()
    await using two = await start()
    const answers = await Promise.all(
      [one, two, one, two].map(gateway =>
        gateway.call('POST', '/workflows', { body: { name: 'raced', scope_user_path: '/a', workflow_payload: { schema_version: 2 } } }),
      ),
    )
    const made = answers.filter(({ status }) => status === 201)
    expect(made).to.not.deep.equal([])
    expect(answers.filter(({ status }) => status !== 201 && status !== 409)).to.deep.equal([])
    expect(new Set(made.map(({ json }) => json.version))).to.have.property('size', made.length)
    await until(async () => (await two.call('GET', '/workflows')).text === (await one.call('GET', '/workflows')).text)
    expect((await one.call('GET', '/workflows')).json.filter(({ name }: { name: string }) => name === 'raced')).to.have.length(1)
  })

  it('hold again after a restart', async () => {
    const one = await start()
    await makeGuardrail(one, replacing('bird'))
    await makeWorkflow(one, guarded)
    await one[Symbol.asyncDispose]()
    await using two = await start()
    expect(await sent(two)).to.contain('a bird')
  })

  it('are printed by tapline explain for a request', async () => {
    const one = await start()
    await makeWorkflow(one, {
      name: 'team a',
      scope_provider_name: 'openai',
      scope_user_path: '/team',
      workflow_payload: { schema_version: 2, features: { ...everythingOn, failover: false } },
    })
    await one[Symbol.asyncDispose]()
    await folder.write('tapline.yaml', `storage: { sqlite: { path: '${join(folder.path, 'tapline.db')}' } }\n`)
    const { stdout, stderr } = await new Tapline(folder, ['explain', 'chat', '--model', 'openai/gpt-test', '--user-path', '/team/x'], {
      OPENAI_API_KEY: 'sk-none',
    }).ended
    expect(stderr).to.equal('')
    expect(stdout).to.match(/workflow {3}team a, version 1/)
    expect(stdout).to.match(/→ openai under \/team: team a/)
    expect(stdout).to.match(/ {2}everything: default-global: another counts more/)
    expect(stdout).to.not.match(/^ +failover /m)
  })
})
