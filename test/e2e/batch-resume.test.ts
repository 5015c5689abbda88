import { expect } from 'chai'
import { join } from 'node:path'
import { Gate } from '../../core/testing/gate.ts'
import { freePort } from '../../core/testing/port.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { message } from '../support/messages.ts'
import { Folder, Tapline } from '../support/run-tapline.ts'
import { masterKey, Served } from '../support/serve.ts'

const count = 6
const names = Array.from({ length: count }, (_, at) => `line-${at}`)
const requests = names.map(name => ({ custom_id: name, body: { model: 'claude-test', messages: [{ role: 'user', content: name }] } }))
const saidIn = (body: Buffer) => /line-\d/.exec(body.toString())?.[0] ?? ''

interface Batch {
  readonly id: string
  readonly status: string
  readonly request_counts: { readonly completed: number }
}

describe('a batch that the gateway runs', () => {
  let claude: ScriptedUpstream
  let gate: Gate
  /** How often the provider answered each line. */
  let answered: Map<string, number>

  beforeEach(async () => {
    claude = await ScriptedUpstream.start()
    gate = new Gate()
    answered = new Map()
    claude.always(request => {
      const name = saidIn(request.body)
      answered.set(name, (answered.get(name) ?? 0) + 1)
      return {
        body: message({ content: [{ type: 'text', text: name }] }),
        ...(name === 'line-3' && answered.get(name) === 1 ? { gates: { beforeHeaders: gate } } : {}),
      }
    })
  })
  afterEach(async () => {
    gate.open()
    await claude.close()
  })

  const config = () => ({
    batches: { concurrency: 1 },
    providers: { claude: { type: 'anthropic', api_key: 'sk', base_url: claude.url, models: ['claude-test'] } },
  })
  const call = async <T>(url: string, path: string, body?: object) =>
    (await (
      await fetch(url + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    ).json()) as T
  const ended = async (url: string, id: string) => {
    for (;;) {
      const batch = await call<Batch>(url, `/v1/batches/${id}`)
      if (batch.status === 'completed') return batch
    }
  }
  const expectAll = async (url: string, id: string, runs: Readonly<Record<string, number>> = {}) => {
    expect((await ended(url, id)).request_counts.completed).to.equal(count)
    const { data } = await call<{ data: { custom_id: string }[] }>(url, `/v1/batches/${id}/results`)
    expect(data.map(({ custom_id }) => custom_id)).to.deep.equal(names)
    for (const name of names) expect(answered.get(name), name).to.equal(runs[name] ?? 1)
  }

  it('goes on where it was when the gateway is started again', async () => {
    await using folder = await Folder.make()
    const storage = { storage: { sqlite: { path: join(folder.path, 'tapline.db') } } }
    const first = await Served.start({ config: { ...config(), ...storage } })
    const { id } = await call<Batch>(first.url, '/v1/batches', { endpoint: '/v1/chat/completions', requests })
    await gate.reached
    const closed = first.close()
    gate.open()
    await closed
    expect([...answered.keys()]).to.deep.equal(names.slice(0, 4))
    await using second = await Served.start({ config: { ...config(), ...storage } })
    await expectAll(second.url, id)
  })

  it('goes on when the gateway was killed: no line is lost, and none runs again that had its result', async function () {
    this.timeout(180_000)
    await using folder = await Folder.make({
      'tapline.yaml': { ...config(), server: { master_key: masterKey, port: await freePort() }, storage: { sqlite: { path: './tapline.db' } } },
    })
    const first = new Tapline(folder)
    const { id } = await call<Batch>(await first.url(), '/v1/batches', { endpoint: '/v1/chat/completions', requests })
    await gate.reached
    first.kill('SIGKILL')
    await first.ended
    await using second = new Tapline(folder)
    await expectAll(await second.url(), id, { 'line-3': 2 })
  })

  it('is run by one of two gateways that share a store', async () => {
    await using folder = await Folder.make()
    const storage = { storage: { sqlite: { path: join(folder.path, 'tapline.db') } } }
    gate.open()
    await using one = await Served.start({ config: { ...config(), ...storage } })
    await using other = await Served.start({ config: { ...config(), ...storage } })
    const { id } = await call<Batch>(one.url, '/v1/batches', { endpoint: '/v1/chat/completions', requests })
    expect((await ended(other.url, id)).request_counts.completed).to.equal(count)
    expect([...answered.values()]).to.deep.equal(Array.from({ length: count }, () => 1))
  })
})
