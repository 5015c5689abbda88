import { expect } from 'chai'
import { chatChunks, chatCompletion, embeddings, sampleStream } from '../../core/testing/chat-samples.ts'
import { message } from '../support/messages.ts'
import { hello, helloStream, Served } from '../support/serve.ts'

/** Looks at everything, and finds nothing to edit. */
const watchful = `
import { definePlugin } from 'tapline'
export default definePlugin({
  name: 'watchful',
  setup: () => ({
    prompt: ({ conversation }) => { conversation.rewrite(text => text.replaceAll('unheard-of', '')) },
    response: ({ reply }) => { reply.conversation?.rewrite(text => text.replaceAll('unheard-of', '')) },
    stream: { text: text => text.replaceAll('unheard-of', '') },
  }),
})
`

const standing = {
  'the default set': {},
  'the cache and a guardrail that finds nothing': {
    config: { cache: { response: { simple: { enabled: true } } }, pipelines: { inference: [{ insert: { use: './watchful.ts' }, before: 'retry' }] } },
    files: { 'watchful.ts': watchful },
  },
}

/** So that each call is made, however alike they are. */
const uncached = { 'cache-control': 'no-store' }

/** Bodies, with `MODEL` where the model's value stands. */
const bodies = {
  'a small one': '{"model":MODEL,"messages":[{"role":"user","content":"hi"}]}',
  'numbers in every spelling':
    '{"model":MODEL,"messages":[{"role":"user","content":"hi"}],"temperature":1.0,"seed":12345678901234567890,"a":-0,"b":1e400,"c":0.10e-7,"d":1E+2}',
  'a __proto__ and other names of prototypes':
    '{"__proto__":{"x":1},"constructor":null,"model":MODEL,"messages":[{"role":"user","content":"hi","__proto__":[]}],"toString":1,"":0}',
  'members that nobody knows, at every level':
    '{"x":{"y":[1,{"z":null}]},"model":MODEL,"messages":[{"role":"user","x":1,"content":[{"type":"text","text":"hi","x":{}},{"type":"future","future":[1.50]}]}],"tools":[{"type":"function","x":0,"function":{"name":"f","x":1}}]}',
  'odd white space': ' \r\n\t{ "model"\t:\n MODEL ,\r\n  "messages" : [ { "role" :"user" , "content": "hi" } ]\n}\n\n',
  'unicode escapes': '{"model":MODEL,"messages":[{"role":"user","content":"\\u0068\\u00e9llo \\ud83d\\ude00 \\/ \\ud800 é"}],"us\\u0065r":"\\u0000"}',
  'a model member that is spelled with escapes': '{"\\u006dodel":MODEL,"messages":[{"role":"user","content":"hi"}]}',
  'members twice': '{"model":"gpt-none","messages":[],"user":"a","user":"b","model":MODEL,"messages":[{"role":"user","content":"hi"}]}',
  'a model twice, the right one last': '{"model":{"deep":["model"]},"messages":[{"role":"user","content":"{\\"model\\":1}","model":"inner"}],"model":MODEL}',
  'stream: false': '{"stream":false,"model":MODEL,"messages":[{"role":"user","content":"hi"}]}',
  'provider as an object': '{"provider":{"order":["x"]},"model":MODEL,"messages":[{"role":"user","content":"hi"}]}',
  'a megabyte': `{"messages":[{"role":"user","content":"${'lorem \\n ipsum '.repeat(70_000)}"}],"model":MODEL}`,
  'five hundred levels': `{"model":MODEL,"messages":[{"role":"user","content":"hi"}],"deep":${'['.repeat(500)}${']'.repeat(500)}}`,
}

for (const [what, options] of Object.entries(standing)) {
  describe(`native forwarding with ${what}`, () => {
    let served: Served
    before(async () => {
      served = await Served.start(options)
    })
    after(() => served.close())
    beforeEach(() => {
      served.upstream.requests.length = 0
    })

    const sent = () => served.upstream.requests.at(-1)?.body.toString()

    describe('sends a body on', () => {
      for (const [name, body] of Object.entries(bodies)) {
        for (const [spelled, isSpliced] of [
          ['"gpt-test"', false],
          ['"\\u0067pt-test"', false],
          ['"openai/gpt-test"', true],
          ['"openai\\/gpt-test"', true],
        ] as const) {
          it(`${isSpliced ? 'with one splice' : 'byte for byte'}: ${name}, model ${spelled}`, async () => {
            served.upstream.always({ body: chatCompletion() })
            const answer = await served.chat(body.replace('MODEL', spelled), uncached)
            expect(answer.status, answer.body.toString()).to.equal(200)
            expect(sent()).to.equal(body.replace('MODEL', isSpliced ? '"gpt-test"' : spelled))
          })
        }
      }

      it('without the provider that it names for the gateway', async () => {
        served.upstream.always({ body: chatCompletion() })
        await served.chat('{"model":"gpt-test", "provider":"openai" ,"messages":[{"role":"user","content":"hi"}],"x":1.0}')
        expect(JSON.parse(sent() ?? '')).to.deep.equal({ model: 'gpt-test', messages: [{ role: 'user', content: 'hi' }], x: 1 })
        expect(sent()).to.include('1.0')
      })

      for (const body of [
        '{"model":"gpt-test","input":["a"],"dimensions":3.0}',
        '{"input":[[1,2,3]],"model":"openai/gpt-test"}',
        '{"model":"gpt-test","input":"a","x":1}',
      ]) {
        it(`of embeddings: ${body}`, async () => {
          served.upstream.always({ body: embeddings({ vectors: [[1]] }) })
          expect((await served.call('POST', '/v1/embeddings', body)).status).to.equal(200)
          expect(sent()).to.equal(body.replace('openai/', ''))
        })
      }
    })

    describe('asks for the usage of a stream with one splice', () => {
      const messages = '"messages":[{"role":"user","content":"hi"}]'
      for (const [name, body, inserted, instead = ''] of [
        ['with no stream_options', `{"model":"gpt-test","stream":true,${messages}}`, ',"stream_options":{"include_usage":true}'],
        ['with white space at the end', `{"model":"gpt-test","stream":true,${messages} \n}\n`, ',"stream_options":{"include_usage":true}'],
        ['with other options', `{"model":"gpt-test","stream":true,"stream_options":{"x":1.0},${messages}}`, ',"include_usage":true'],
        ['with empty options', `{"model":"gpt-test","stream":true,"stream_options":{},${messages}}`, '"include_usage":true'],
        ['declined', `{"model":"gpt-test","stream":true,"stream_options":{"include_usage":false,"y":2},${messages}}`, 'true', 'false'],
        ['with null options', `{"model":"gpt-test","stream":true,"stream_options":null,${messages}}`, '{"include_usage":true}', 'null'],
        [
          'with options twice',
          `{"stream_options":{"include_usage":true},"model":"gpt-test","stream":true,"stream_options":{"x":1},${messages}}`,
          ',"include_usage":true',
        ],
      ] as const) {
        it(`to a client who did not ask, ${name}`, async () => {
          served.upstream.always({ chunks: sampleStream })
          expect((await served.chat(body, uncached)).status).to.equal(200)
          const at = firstDifference(sent() ?? '', body)
          const spliced = sent() ?? ''
          const start = spliced.lastIndexOf(inserted, at)
          expect(spliced.slice(0, start) + instead + spliced.slice(start + inserted.length)).to.equal(body)
          expect((JSON.parse(spliced) as { stream_options: object }).stream_options).to.include({ include_usage: true })
        })
      }

      it('and not without a stream: then nobody takes such options', async () => {
        served.upstream.always({ body: chatCompletion() })
        await served.chat(`{"model":"gpt-test","stream_options":{"include_usage":true},"stream":false,${messages}}`, uncached)
        expect(sent()).to.equal(`{"model":"gpt-test","stream":false,${messages}}`)
      })

      it('and not at all if the client asked', async () => {
        served.upstream.always({ chunks: sampleStream })
        const body = `{"model":"gpt-test", "stream":true,"stream_options":{"include_usage":true },${messages}}`
        await served.chat(body, uncached)
        expect(sent()).to.equal(body)
      })
    })

    describe('brings a plain reply back byte for byte', () => {
      const reply = JSON.stringify(chatCompletion({ content: 'hi' }))
      for (const [name, body] of Object.entries({
        'as the provider writes it': reply,
        'with odd white space': ` \n${JSON.stringify(chatCompletion(), null, 3)}\r\n`,
        'with numbers in odd spellings': reply.replace('"created":', '"z":1.0,"big":12345678901234567890,"created":'),
        'with members twice, and __proto__': reply.replace('{', '{"__proto__":{"a":1},"model":"x",'),
        'with an error that is null': reply.replace('{', '{"error":null,'),
        'with escapes': reply.replace('"hi"', '"\\u0068i \\ud800"'),
        'of five megabytes': JSON.stringify(chatCompletion({ content: 'x'.repeat(5 << 20) })),
      })) {
        it(name, async () => {
          served.upstream.always({ body, headers: { 'content-type': 'application/json; charset=utf-8' } })
          const answer = await served.chat({ ...hello, user: name })
          if (what !== 'the default set' && body.length > 4 << 20) return expect(answer.status).to.equal(502) // a guardrail must see it whole
          expect(answer.status).to.equal(200)
          expect(answer.body.toString()).to.equal(body)
          expect(answer.headers['content-type']).to.equal('application/json; charset=utf-8')
          expect(answer.headers['x-tapline-provider']).to.equal('openai')
          return undefined
        })
      }
    })

    describe('brings a stream back byte for byte', () => {
      const events = chatChunks({ pieces: ['Good', ' day', ', what', ' shall', ' it be?'] })
      const lf = events.join('')
      for (const [name, body] of Object.entries({
        'with LF': lf,
        'with CRLF': lf.replaceAll('\n', '\r\n'),
        'with CR': lf.replaceAll('\n', '\r'),
        'with mixed line ends': lf.replace('\n\n', '\r\n\n').replace('\n\n', '\r\r'),
        'with a byte order mark': `\ufeff${lf}`,
        'with comments before, between and after': `: hello\n\n${events.join(': keep-alive\n\n')}: bye\n\n`,
        'with comments inside events': lf.replaceAll('data:', ': c\nid: 7\nretry: 5\ndata:'),
        'with data over several lines': lf.replace(/data: \{/, 'data: {\ndata:'),
        'without a space behind the colon': lf.replaceAll('data: ', 'data:'),
        'without a blank line at the end': lf.slice(0, -2),
        'without a line end at the end': lf.slice(0, -1),
        'without [DONE]': events.slice(0, -1).join(''),
        'with events of unknown names and members': lf.replace('data: ', 'event: ping\ndata: {"x":1.0}\n\nevent: chunk\ndata: '),
        'with blank lines between': lf.replaceAll('\n\n', '\n\n\n\n'),
        'with characters of four bytes': chatChunks({ pieces: ['😀', 'é\u0301', '日本'] }).join(''),
      })) {
        for (const splitAt of [undefined, 'every byte'] as const) {
          it(`${name}${splitAt === undefined ? '' : ', byte by byte'}`, async () => {
            served.upstream.always({ chunks: [body], ...(splitAt === undefined ? {} : { splitAt }) })
            const answer = await served.chat(helloStream, uncached)
            expect(answer.body.toString()).to.equal(body)
            expect(answer.headers['content-type']).to.match(/^text\/event-stream/)
            expect(answer.headers).to.include({ 'cache-control': 'no-cache', 'x-accel-buffering': 'no' })
            expect(answer.headers).to.not.have.any.keys('content-length', 'content-encoding')
          })
        }
      }
    })

    describe('the usage chunk', () => {
      const usage = { prompt_tokens: 5, completion_tokens: 2 }
      const chunks = chatChunks({ pieces: ['a', 'b'], usage })
      const isUsage = (event: string) => event.includes('"choices":[]')

      for (const [name, spell] of Object.entries({
        'with LF': (text: string) => text,
        'with CRLF': (text: string) => text.replaceAll('\n', '\r\n'),
        'with odd white space': (text: string) => text.replace('"usage":{', '"usage" :\t{'),
        'behind a comment': (text: string) => text.replaceAll('data: ', ': c\ndata: '),
      })) {
        for (const splitAt of [undefined, 'every byte'] as const) {
          it(`is withheld from a client who did not ask, ${name}${splitAt === undefined ? '' : ', byte by byte'}`, async () => {
            served.upstream.always({ chunks: [spell(chunks.join(''))], ...(splitAt === undefined ? {} : { splitAt }) })
            const answer = await served.chat(helloStream, uncached)
            expect(answer.body.toString()).to.equal(spell(chunks.filter(event => !isUsage(event)).join('')))
          })
        }
      }

      it('is relayed to a client who asked', async () => {
        served.upstream.always({ chunks })
        expect((await served.chat({ ...helloStream, stream_options: { include_usage: true } }, uncached)).body.toString()).to.equal(chunks.join(''))
      })

      it('is counted either way', async () => {
        served.upstream.always({ chunks })
        served.completions.all.length = 0
        await served.chat(helloStream, uncached)
        await served.chat({ ...helloStream, stream_options: { include_usage: true } }, uncached)
        for (const exchange of served.completions.all) expect(exchange.usage).to.include({ inputTokens: 5, outputTokens: 2 })
      })

      it('that comes with choices is relayed', async () => {
        const mixed = chunks.map(event => (isUsage(event) ? event.replace('"choices":[]', '"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]') : event))
        served.upstream.always({ chunks: mixed })
        expect((await served.chat(helloStream, uncached)).body.toString()).to.equal(mixed.join(''))
      })
    })
  })
}

describe('usage that nobody enforces', () => {
  it('is not asked for, and relayed if it comes', async () => {
    await using served = await Served.start({ config: { usage: { enforce_returning_usage_data: false } } })
    const chunks = chatChunks({ pieces: ['a'], usage: { prompt_tokens: 1, completion_tokens: 1 } })
    served.upstream.always({ chunks })
    const body = JSON.stringify(helloStream)
    expect((await served.chat(body)).body.toString()).to.equal(chunks.join(''))
    expect(served.upstream.requests[0]?.body.toString()).to.equal(body)
  })
})

describe('a reply that is always plain', () => {
  let served: Served
  before(async () => {
    served = await Served.start()
  })
  after(() => served.close())

  for (const [path, request, reply] of [
    ['/v1/embeddings', { input: 'a' }, embeddings({ vectors: [[1]] })],
    ['/v1/messages/count_tokens', { messages: hello.messages }, { input_tokens: 6 }],
    ['/v1/responses/input_tokens', { input: 'a' }, { object: 'response.input_tokens', input_tokens: 5 }],
    ['/v1/responses/compact', { input: 'a' }, { id: 'resp_1', object: 'response.compaction', created_at: 1, output: [], usage: null }],
  ] as const) {
    it(`is plain if the request asks for a stream, too: ${path}`, async () => {
      served.upstream.always({ body: reply })
      const answer = await served.call('POST', path, { model: 'gpt-test', ...request, stream: true })
      expect(answer.headers['content-type']).to.equal('application/json')
      expect(JSON.parse(answer.body.toString())).to.deep.equal(reply)
    })
  }
})

describe('Messages to whoever speaks them', () => {
  let served: Served
  before(async () => {
    served = await Served.start({
      config: {
        cache: { response: { simple: { enabled: true } } },
        providers: { house: { type: 'openai-compatible', base_url: '${OPENAI_BASE_URL}', native_dialects: ['anthropic-messages'], models: ['m'] } },
      },
    })
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
    served.upstream.always({ headers: { 'x-quota': '5' }, body: message() })
  })

  const asked = { model: 'house/m', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }
  const call = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await served.call('POST', path, asked, { ...uncached, ...headers })
    expect(answer.status, answer.body.toString()).to.equal(200)
    const { path: target, headers: sent } = await served.upstream.received()
    return [target, sent['anthropic-version'], sent['anthropic-beta'], answer.headers['x-quota']]
  }

  it('take the version and the betas of the caller and the query along, and bring headers back', async () => {
    const said = { 'anthropic-version': '2026-10-21', 'anthropic-beta': 'a,b' }
    expect(await call('/v1/messages?beta=true', said)).to.deep.equal(['/v1/messages?beta=true', '2026-10-21', 'a,b', '5'])
  })
  it('have the oldest version where the caller says none', async () => {
    expect(await call('/v1/messages')).to.deep.equal(['/v1/messages', '2023-06-01', undefined, '5'])
  })
  it('have it, and nothing of the caller, where they are a translation', async () => {
    const said = { 'anthropic-version': '2026-10-21', 'anthropic-beta': 'a' }
    expect(await call('/v1/chat/completions?beta=true', said)).to.deep.equal(['/v1/messages', '2023-06-01', undefined, undefined])
  })
  it('are kept apart by what goes along', async () => {
    for (const beta of ['a', 'a', 'b']) await served.call('POST', '/v1/messages', asked, { 'anthropic-beta': beta })
    await served.call('POST', '/v1/messages?beta=true', asked, { 'anthropic-beta': 'b' })
    expect(served.upstream.requests.map(({ path, headers }) => [path, headers['anthropic-beta']])).to.deep.equal([
      ['/v1/messages', 'a'],
      ['/v1/messages', 'b'],
      ['/v1/messages?beta=true', 'b'],
    ])
  })
})

function firstDifference(one: string, other: string): number {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  return at
}
