import { expect } from 'chai'
import { chatChunks, chatCompletion } from '../../../core/testing/chat-samples.ts'
import { Gate } from '../../../core/testing/gate.ts'
import type { Script } from '../../../core/testing/script.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { callerDialects, type CallerDialect } from '../../support/caller-streams.ts'
import { speakers, speakersEnv, spokenStream } from '../../support/model-streams.ts'
import { faredBy, Semantic } from '../../support/semantic.ts'
import { until } from '../../support/until.ts'

const chunks = chatChunks({ pieces: ['Good', ' day'] })
const stream = { stream: true }

const bodies: Readonly<Record<CallerDialect, readonly [string, (content: string) => object]>> = {
  'openai-chat': ['/v1/chat/completions', content => ({ messages: [{ role: 'user', content }] })],
  'openai-responses': ['/v1/responses', input => ({ input, store: false })],
  'anthropic-messages': ['/v1/messages', content => ({ messages: [{ role: 'user', content }], max_tokens: 100 })],
}

describe('cache-semantic and streams', () => {
  for (const caller of callerDialects) {
    it(`replays to a caller of ${caller} the same bytes, and counts what they cost`, async () => {
      const clock = new TurnedClock()
      await using semantic = await Semantic.start({ clock, env: speakersEnv, config: { providers: speakers } })
      const { events, contentType } = spokenStream('openai-chat', { pieces: ['one ', 'two'] })
      semantic.model = { chunks: events, headers: { 'content-type': contentType } }
      const [path, body] = bodies[caller]
      const ask = (content: string) => semantic.call({ model: 'openai-chat/m', ...stream, ...body(content) }, {}, path)
      const first = await ask('hello')
      await until(() => semantic.vectors.entries.size === 1)
      clock.advance(9_500)
      const second = await ask('hi')
      expect(second.headers).to.include({ 'x-cache': 'HIT (semantic)', age: '9', 'content-type': first.headers['content-type'] })
      expect(second.body.toString()).to.equal(first.body.toString())
      const [miss, hit] = semantic.exchanges
      expect(hit?.usage).to.deep.equal(miss?.usage)
      expect(hit?.usage?.outputTokens).to.be.above(0)
      expect(semantic.calls).to.have.length(1)
    })
  }

  it('tells streams and plain answers apart', async () => {
    await using semantic = await Semantic.start()
    semantic.model = ({ body }) => (body.includes('"stream"') ? { chunks } : { body: chatCompletion() })
    const fared = []
    for (const [text, members] of [
      ['hello', stream],
      ['hello', {}],
      ['hi', stream],
      ['hi', {}],
    ] as const)
      fared.push(faredBy(await semantic.ask(text, members)))
    expect(fared).to.deep.equal(['miss', 'miss', 'HIT (semantic)', 'HIT (semantic)'])
  })

  const failed = `data: ${JSON.stringify({ error: { message: 'oops' } })}\n\n`
  const unkept: readonly [string, Script][] = [
    ['was cut', { chunks: chunks.slice(0, -1), cutAfter: 1e6 }],
    ['never ended', { chunks: chunks.slice(0, -1) }],
    ['reports an error', { chunks: [...chunks.slice(0, -2), failed] }],
    ['a content filter ended', { chunks: chatChunks({ pieces: ['a'], finishReason: 'content_filter' }) }],
    ['is too long', { chunks: chatChunks({ pieces: Array.from({ length: 200 }, () => 'x'.repeat(100)) }) }],
  ]
  for (const [what, model] of unkept) {
    it(`keeps no stream that ${what}`, async () => {
      await using semantic = await Semantic.start({ semantic: { max_entry_bytes: '8K' } })
      semantic.model = model
      for (let i = 0; i < 2; i++) {
        const before = semantic.exchanges.length
        await semantic.ask('hello', stream).catch(() => {}) // a stream that was cut is no answer
        await until(() => semantic.exchanges[before]?.hasLeft === true)
      }
      expect([semantic.calls.length, semantic.vectors.entries.size]).to.deep.equal([2, 0])
    })
  }

  it('keeps no stream whose client left', async () => {
    await using semantic = await Semantic.start()
    const gate = new Gate()
    semantic.model = { chunks, trickle: true, gates: { beforeChunk: { 2: gate } } }
    const leaving = new AbortController()
    const answer = await semantic.served.open(
      'POST',
      '/v1/chat/completions',
      { model: 'gpt-test', messages: [{ role: 'user', content: 'hello' }], ...stream },
      {},
      leaving.signal,
    )
    answer.body.on('error', () => {}).resume()
    await gate.reached
    leaving.abort()
    await until(() => semantic.exchanges[0]?.hasLeft === true)
    gate.open()
    expect(semantic.exchanges[0]?.status).to.equal(499)
    expect(semantic.vectors.asked).to.deep.equal(['nearest'])
  })

  it('lets streams go by where these are not kept', async () => {
    await using semantic = await Semantic.start({ response: { streaming: { enabled: false } } })
    semantic.model = { chunks }
    for (let i = 0; i < 2; i++) expect(faredBy(await semantic.ask('hello', stream))).to.equal('miss')
    expect([semantic.calls.length, semantic.embeddings.length]).to.deep.equal([2, 0])
  })

  it('has both layers keep the same stream', async () => {
    await using semantic = await Semantic.start({ response: { simple: {} } })
    semantic.model = { chunks }
    const fared = []
    for (const text of ['hello', 'hello', 'hi', 'hi']) fared.push(faredBy(await semantic.ask(text, stream)))
    expect(fared).to.deep.equal(['miss', 'HIT (exact)', 'HIT (semantic)', 'HIT (semantic)'])
  })

  it('replays at the pace that the caller asks for', async () => {
    const clock = new TurnedClock()
    await using semantic = await Semantic.start({ clock })
    const gate = new Gate()
    semantic.model = { chunks, trickle: true, gates: { beforeChunk: { 2: gate } } }
    /** Asks, and gathers what is heard of the answer as it comes. */
    const asked = async (content: string, headers: Readonly<Record<string, string>> = {}) => {
      const body = { model: 'gpt-test', messages: [{ role: 'user', content }], ...stream }
      const answer = await semantic.served.open('POST', '/v1/chat/completions', body, headers)
      const heard = { text: '' }
      answer.body.on('data', (bytes: Buffer) => {
        heard.text += bytes.toString()
      })
      return heard
    }
    const slow = await asked('hello')
    await until(() => slow.text === chunks.slice(0, 2).join(''))
    clock.advance(200)
    gate.open()
    await until(() => semantic.exchanges[0]?.hasLeft === true)
    const paced = await asked('hi', { 'x-cache-replay': 'paced' })
    await until(() => paced.text === chunks.slice(0, 2).join(''))
    clock.advance(200)
    await until(() => paced.text === chunks.join(''))
  })
})
