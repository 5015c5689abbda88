import { expect } from 'chai'
import { BatchVendor } from '../../support/batch-vendor.ts'
import { expectError } from '../../support/answer.ts'
import { completion, Limited, capped } from '../../support/limits.ts'

interface Batch {
  readonly id: string
  readonly status: string
  readonly request_counts: object
}

const models = [{ id: 'gpt-test', metadata: { pricing: { input_per_mtok: 0, output_per_mtok: 1e6 } } }]
const withBatches = { openai: { models } }
const withoutBatches = { plain: { type: 'openai-compatible', base_url: '${OPENAI_BASE_URL}', api_key: 'sk-plain', models } }

describe('budgets, of batches', () => {
  let limited: Limited
  let vendor: BatchVendor
  const submitter = { 'x-tapline-user-path': '/team/a' }
  const start = async (providers: object) => {
    limited = await Limited.start({
      config: { providers, batches: { concurrency: 1 }, budgets: { user_paths: [{ path: '/team', limits: [{ period: 'daily', amount: 3 }] }] } },
    })
    vendor = new BatchVendor()
    limited.served.upstream.always(vendor.cueWithBatches(() => ({ body: completion() })))
  }
  afterEach(() => limited[Symbol.asyncDispose]())

  const call = async (method: string, path: string, body?: object) =>
    JSON.parse((await limited.served.call(method, path, body, submitter)).body.toString()) as Batch
  const submit = (count: number, model: string) => {
    const requests = Array.from({ length: count }, (_, at) => ({
      custom_id: `line-${at}`,
      method: 'POST',
      url: '/v1/chat/completions',
      body: { ...capped, model },
    }))
    return call('POST', '/v1/batches', { endpoint: '/v1/chat/completions', requests })
  }
  const ended = async ({ id }: Batch) => {
    for (;;) {
      const batch = await call('GET', `/v1/batches/${id}`)
      if (batch.status === 'completed') return batch
      limited.clock.advance(1000)
    }
  }
  const spent = async () => (await limited.admin.call('GET', '/budgets')).json.budgets[0].spent as number

  it('that the provider runs are paid by who submitted them, once', async () => {
    await start(withBatches)
    const batch = await submit(3, 'gpt-test')
    expect(await limited.statuses(1, '/team/b')).to.deep.equal([200])
    expect(await spent()).to.equal(1)
    vendor.finish(() => ({ status: 200, body: completion() }))
    await Promise.all([ended(batch), ended(batch)])
    expect(await spent()).to.equal(4)
    expectError(await limited.call('/team/b'), { code: 'budget_exceeded', message: /4 of 3 USD spent/ })
    expect((await limited.call('/other')).status).to.equal(200)
  })

  it('that the provider runs have their price where the answer dates the model', async () => {
    await start(withBatches)
    const batch = await submit(2, 'gpt-test')
    vendor.finish(() => ({ status: 200, body: { ...completion(), model: 'gpt-test-2024-07-18' } }))
    await ended(batch)
    expect(await spent()).to.equal(2)
  })

  it('that the gateway runs hold for each line', async () => {
    await start(withoutBatches)
    expect((await ended(await submit(5, 'plain/gpt-test'))).request_counts).to.deep.equal({ total: 5, completed: 3, failed: 2 })
    expect(await spent()).to.equal(3)
  })
})
