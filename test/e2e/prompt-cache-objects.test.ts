/** Beginnings of prompts that a provider keeps as objects, through whole gateways. */

import { expect } from 'chai'
import { Gate } from '../../core/testing/gate.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { answer, chatBody, long, provider, providers, start } from '../support/prompt-cache.ts'
import type { Served } from '../support/serve.ts'

describe('what Gemini keeps of prompts', () => {
  let served: Served
  let clock: TurnedClock
  beforeEach(async () => {
    clock = new TurnedClock()
    const two = provider('gemini', ['gemini-2.5-pro'], { api_keys: ['key-a', 'key-b'], api_key: undefined, session_sticky_keys: false })
    served = await start({ clock, config: { providers: { ...providers, two } } })
    served.upstream.always(answer)
  })
  afterEach(() => served.close())

  const chat = (more = '', model = 'gemini/gemini-2.5-pro', text = long) => served.chat(chatBody(model, more).replace(long, text))
  const paths = () => served.upstream.requests.map(({ path }) => path.replace(/^\/v1\//, ''))
  const bodyOf = (n: number) => JSON.parse(served.upstream.requests[n]?.body.toString() ?? '') as Record<string, any>
  const calls = () => paths().map((path, n) => [path, bodyOf(n)] as const)
  const generate = 'models/gemini-2.5-pro:generateContent'

  for (const [stream, path] of [
    ['', generate],
    [',"stream":true', 'models/gemini-2.5-pro:streamGenerateContent?alt=sse'],
  ] as const) {
    it(`is made first, and then named at ${path}`, async () => {
      expect((await chat(stream)).status).to.equal(200)
      const [[made, object], [asked, body]] = calls() as [ReturnType<typeof calls>[0], ReturnType<typeof calls>[0]]
      expect([made, asked]).to.deep.equal(['cachedContents', path])
      expect(object).to.deep.equal({ model: 'models/gemini-2.5-pro', systemInstruction: { parts: [{ text: long }] }, ttl: '300s' })
      expect(body).to.include({ cachedContent: 'cachedContents/1' }).and.not.to.have.any.keys('systemInstruction', 'tools', 'toolConfig')
      expect(body['contents']).to.deep.equal([{ role: 'user', parts: [{ text: 'Tide?' }] }])
      expect(served.upstream.requests[0]?.headers['x-goog-api-key']).to.equal(served.upstream.requests[1]?.headers['x-goog-api-key'])
    })
  }

  it('has the tools with it, and how they are chosen', async () => {
    await chat(',"tools":[{"type":"function","function":{"name":"tide","parameters":{"type":"object","properties":{}}}}],"tool_choice":"required"')
    const [[, object], [, body]] = calls() as [ReturnType<typeof calls>[0], ReturnType<typeof calls>[0]]
    expect(object).to.include.keys('tools', 'toolConfig')
    expect(body).not.to.have.any.keys('tools', 'toolConfig')
  })

  it('is made once in five minutes', async () => {
    await chat()
    clock.advance(284_000)
    await chat()
    expect(paths()).to.deep.equal(['cachedContents', generate, generate])
    clock.advance(1000)
    await chat()
    expect(paths().slice(3)).to.deep.equal(['cachedContents', generate])
  })

  it('is made once for calls that come together', async () => {
    const gate = new Gate()
    served.upstream.reply({ gates: { beforeHeaders: gate }, body: { name: 'cachedContents/1' } })
    const first = chat()
    await gate.reached
    const second = chat()
    gate.open()
    expect([(await first).status, (await second).status]).to.deep.equal([200, 200])
    expect(paths()).to.deep.equal(['cachedContents', generate, generate])
    expect(
      calls()
        .slice(1)
        .every(([, body]) => body['cachedContent'] === 'cachedContents/1'),
    ).to.equal(true)
  })

  it('is made for each key, and for other instructions', async () => {
    await chat('', 'two/gemini-2.5-pro')
    await chat('', 'two/gemini-2.5-pro')
    await chat('', 'gemini/gemini-2.5-pro', long.replace('tide', 'time'))
    expect(paths().filter(path => path === 'cachedContents')).to.have.length(3)
    expect(new Set(served.upstream.requests.map(({ headers }) => headers['x-goog-api-key'])).size).to.equal(3)
  })

  const refused = { status: 400, body: { error: { code: 400, status: 'INVALID_ARGUMENT', message: 'Cached content is too small' } } }
  for (const [what, script] of [
    ['is refused', refused],
    ['breaks', { refuse: true }],
    ['has no name', { body: {} }],
    ['is no JSON', { body: 'yes' }],
  ] as const) {
    it(`is done without where it ${what}, and tried again after a minute`, async () => {
      served.upstream.reply(script)
      expect([(await chat()).status, (await chat()).status]).to.deep.equal([200, 200])
      expect(paths()).to.deep.equal(['cachedContents', generate, generate])
      // Where it broke, the first body never came whole.
      expect(bodyOf(1)).to.have.property('systemInstruction')
      clock.advance(60_000)
      await chat()
      expect(paths().slice(3)).to.deep.equal(['cachedContents', generate])
    })
  }

  it('is done without where it takes too long', async () => {
    const gate = new Gate()
    served.upstream.reply({ gates: { beforeHeaders: gate }, body: { name: 'cachedContents/1' } })
    const answered = chat()
    await gate.reached
    clock.advance(15_000)
    expect((await answered).status).to.equal(200)
    expect(calls()[1]?.[1]).to.have.property('systemInstruction')
    gate.open()
  })

  it('is made anew where it is gone, after the call was made without', async () => {
    await chat()
    const gone = { status: 403, body: { error: { code: 403, status: 'PERMISSION_DENIED', message: 'CachedContent not found (or permission denied)' } } }
    served.upstream.reply(gone)
    expect((await chat()).status).to.equal(200)
    expect((await chat()).status).to.equal(200)
    expect(paths()).to.deep.equal(['cachedContents', generate, generate, generate, 'cachedContents', generate])
    expect(calls().map(([, body]) => body['cachedContent'] !== undefined)).to.deep.equal([false, true, true, false, false, true])
  })

  it('is not asked for where the client leaves before it is made, and serves the next', async () => {
    const gate = new Gate()
    served.upstream.reply({ gates: { beforeHeaders: gate }, body: { name: 'cachedContents/1' } })
    const leaving = new AbortController()
    const left = served.open('POST', '/v1/chat/completions', chatBody('gemini/gemini-2.5-pro'), {}, leaving.signal).catch((cause: unknown) => cause)
    await gate.reached
    leaving.abort()
    expect(await left).to.be.instanceOf(Error)
    await served.completions.ended()
    const next = chat()
    gate.open()
    expect((await next).status).to.equal(200)
    expect(paths()).to.deep.equal(['cachedContents', generate])
  })

  it('is no matter of what was said: a long conversation alone makes none', async () => {
    const messages = [
      { role: 'user', content: long },
      { role: 'assistant', content: 'high' },
      { role: 'user', content: 'When?' },
    ]
    await served.chat({ model: 'gemini/gemini-2.5-pro', messages })
    expect(paths()).to.deep.equal([generate])
  })
})
