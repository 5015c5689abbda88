import { expect } from 'chai'
import type { ModelDetails } from '../../../../core/plugin/provider.ts'
import { listModels } from '../../../../core/upstream/provider/model-list.ts'
import type { OutgoingCall, Transport } from '../../../../core/upstream/transport/transport.ts'

/** A server that answers by path, and with 500 where it knows nothing. */
function server(answers: (call: OutgoingCall) => unknown): { readonly transport: Transport; readonly calls: OutgoingCall[] } {
  const calls: OutgoingCall[] = []
  const transport: Transport = {
    send(call, listener) {
      calls.push(call)
      const answer = answers(call)
      queueMicrotask(() => {
        listener.onHead(answer === undefined ? 500 : 200, {})
        listener.onData(Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer ?? {})))
        listener.onEnd()
      })
      return { pause() {}, resume() {}, abort() {} }
    },
    close: () => Promise.resolve(),
  }
  return { transport, calls }
}

const modelDetails: ModelDetails = { endpoint: 'POST /show', ask: id => ({ show: id }), read: reply => ({ modes: (reply as { can: string[] }).can }) }
const place = { method: 'GET', path: '/models' }
const askedFor = ({ body }: OutgoingCall) => (JSON.parse(String(body)) as { show: string }).show

describe('a model list', () => {
  const listed = (details: (id: string) => unknown) =>
    server(call => (call.path === '/models' ? { data: [{ id: 'a', metadata: { context_window: 5 } }, { id: 'b' }] } : details(askedFor(call))))

  it('has what its provider says of each model when asked', async () => {
    const { transport, calls } = listed(id => ({ can: [id] }))
    expect(await listModels({ place, definition: { modelDetails }, transport, headers: () => ['X-Key', 'k'] }, 1_000)).to.deep.equal([
      { id: 'a', metadata: { context_window: 5, modes: ['a'] } },
      { id: 'b', metadata: { modes: ['b'] } },
    ])
    expect(calls.slice(1).map(({ method, path, headers }) => [method, path, headers])).to.deep.equal(
      [0, 1].map(() => ['POST', '/show', ['X-Key', 'k', 'Content-Type', 'application/json']]),
    )
  })

  for (const [name, answer] of [
    ['fails', undefined],
    ['is no JSON', '{'],
    ['cannot be read', 'null'],
  ] as const) {
    it(`is there without, where that call ${name}`, async () => {
      const { transport } = listed(id => (id === 'a' ? answer : { can: ['b'] }))
      expect(await listModels({ place, definition: { modelDetails }, transport, headers: () => [] }, 1_000)).to.deep.equal([
        { id: 'a', metadata: { context_window: 5 } },
        { id: 'b', metadata: { modes: ['b'] } },
      ])
    })
  }

  for (const [said, models, message] of [
    ['texts', () => ['a', 'b'], "models() returned [ 'a', 'b' ]: expected a list of { id }"],
    ['nothing', () => undefined, 'models() returned undefined: expected a list of { id }'],
    ['a promise', () => Promise.resolve([{ id: 'a' }]), /^models\(\) returned Promise .*: expected a list of \{ id \}$/],
  ] as const) {
    it(`fails where its type makes of it ${said}, and says so`, async () => {
      const { transport } = listed(() => undefined)
      const definition = { models: models as unknown as () => [] }
      const failure: unknown = await listModels({ place, definition, transport, headers: () => [] }, 1_000).catch((cause: unknown) => cause)
      expect(failure)
        .to.be.instanceOf(TypeError)
        .with.property('message')
        .that.matches(typeof message === 'string' ? new RegExp(`^${RegExp.escape(message)}$`) : message)
    })
  }

  it('is without what has no id', async () => {
    const { transport } = listed(() => undefined)
    const definition = { models: () => [null, { id: 'a' }, { name: 'b' }] as unknown as [] }
    expect(await listModels({ place, definition, transport, headers: () => [] }, 1_000)).to.deep.equal([{ id: 'a' }])
  })

  it("is nobody's to ask for more, where its type knows of nothing", async () => {
    const { transport, calls } = listed(() => undefined)
    await listModels({ place, definition: {}, transport, headers: () => [] }, 1_000)
    expect(calls).to.have.length(1)
  })
})
