import { expect } from 'chai'
import type { Exchange, InnerCall, Pipelines } from '../../../core/index.ts'
import { Gate } from '../../../core/testing/gate.ts'
import type { EmbedderChoice } from '../../../plugins/cache-semantic/embedder-choice.ts'
import { Embedder } from '../../../plugins/cache-semantic/embedder.ts'

const choice = { provider: { name: 'openai' }, model: 'm' } as EmbedderChoice
const answer = Buffer.from(JSON.stringify({ data: [{ embedding: [1, 0] }] }))
const by = (userPath: string, keyId = 'key') => ({ caller: { method: 'key', keyId }, userPath, labels: [], request: { headers: {} } }) as unknown as Exchange

describe('cache-semantic: equal texts that are under way at once', () => {
  let calls: InnerCall[]
  let gate: Gate
  let embedder: Embedder
  beforeEach(() => {
    calls = []
    gate = new Gate()
    const call = async (request: InnerCall) => {
      calls.push(request)
      await gate
      return { requestId: 'inner', status: 200, headers: {}, body: answer }
    }
    embedder = new Embedder({ call } as Pipelines, { metadata: () => undefined }, choice)
  })
  const embed = (text: string, exchange = by('/a'), signal = new AbortController().signal) => embedder.embed(text, exchange, signal)

  it('are embedded once, and again once that is over', async () => {
    const vectors = Array.from({ length: 20 }, () => embed('hello'))
    expect(calls.length).to.equal(1)
    gate.open()
    expect((await Promise.all(vectors)).map(vector => [...vector])).to.deep.equal(Array.from({ length: 20 }, () => [1, 0]))
    await embed('hello')
    expect(calls.length).to.equal(2)
  })

  it('are embedded for each account, since it pays', async () => {
    const vectors = [embed('hello'), embed('hello', by('/b')), embed('hello', by('/a', 'other')), embed('hi')]
    expect(calls.length).to.equal(4)
    gate.open()
    await Promise.all(vectors)
  })

  it('have their vector though the first who asked leaves, and are given up when all have left', async () => {
    const [first, second] = [new AbortController(), new AbortController()]
    const failures = [first, second].map(({ signal }) =>
      embed('hello', by('/a'), signal).then(
        () => 'none',
        (cause: unknown) => (cause as Error).name,
      ),
    )
    first.abort()
    expect([await failures[0], calls[0]?.signal?.aborted]).to.deep.equal(['AbortError', false])
    second.abort()
    expect([await failures[1], calls[0]?.signal?.aborted]).to.deep.equal(['AbortError', true])
    gate.open()
    const next = embed('hello')
    expect(calls.length).to.equal(2)
    await next
  })
})
