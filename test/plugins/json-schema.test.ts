import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { compilePattern } from '../../core/plugin/pattern.ts'
import { chatChunks, chatCompletion, type CompletionSample } from '../../core/testing/chat-samples.ts'
import { runPlugin, type PluginRun, type PluginRunOptions } from '../../core/testing/run-plugin.ts'
import plugin from '../../plugins/json-schema/index.ts'
import { TooSlow, Validators } from '../../plugins/json-schema/validators.ts'
import { AnsweringModel } from '../support/asked-model.ts'
import { message } from '../support/messages.ts'
import { Served } from '../support/serve.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const schema = { type: 'object', properties: { age: { type: 'integer' }, name: { type: 'string' } }, required: ['age'], additionalProperties: false }
const right = '{"age": 3}'
const wrong = '{"age": "three"}'

/** Each definition asks for the next one twice; the last fits no number. */
const endless = {
  $ref: '#/$defs/0',
  $defs: Object.fromEntries(
    Array.from({ length: 50 }, (_, at) => [at, at === 49 ? { type: 'boolean' } : { anyOf: [{ $ref: `#/$defs/${at + 1}` }, { $ref: `#/$defs/${at + 1}` }] }]),
  ),
}

type Repaired = PluginRun & { readonly model: AnsweringModel }

async function run(
  answer: PluginRunOptions['answer'],
  options: object = {},
  more: PluginRunOptions = {},
  repaired: CompletionSample | number = { content: right },
): Promise<Repaired> {
  const model = new AnsweringModel(() => repaired)
  const outcome = await runPlugin(plugin, { services: model.services, ...more, options: { schema, ...options }, ...(answer === undefined ? {} : { answer }) })
  return { ...outcome, model }
}

const header = 'x-tapline-guardrail'

describe('json-schema', () => {
  it('lets a reply go that matches, as it came', async () => {
    const { status, reply, model, headers } = await run(right)
    expect([status, reply.text, model.calls.length, headers[header]]).to.deep.equal([200, right, 0, undefined])
  })

  const faulty: readonly [string, string][] = [
    ['text', 'json'],
    [wrong, 'type'],
    ['{}', 'required'],
    ['{"age":1,"x":2}', 'additionalProperties'],
    ['[]', 'type'],
    ['{"age":3', 'json'],
  ]
  for (const [text, keyword] of faulty) {
    it(`blocks ${text}, and says in the record alone what it fails: ${keyword}`, async () => {
      const { status, body, model, exchange } = await run(text, { repair: false })
      expect([status, body.error.code, model.calls.length]).to.deep.equal([502, 'json_schema_invalid', 0])
      expect(exchange.error).to.have.deep.property('detail', { keyword })
    })
  }

  it('warns instead, or blocks with the status and the words that it is given', async () => {
    const { status, headers, reply } = await run(wrong, { repair: false, on_invalid: 'warn' })
    expect([status, headers[header], reply.text]).to.deep.equal([200, 'warn; code=json_schema_invalid', wrong])
    const blocked = await run(wrong, { repair: false, block_status: 422, message: 'Sorry' })
    expect([blocked.status, blocked.body.error.message]).to.deep.equal([422, 'Sorry'])
  })

  describe('repairs', () => {
    it('by one call to the model that answered', async () => {
      const { status, reply, model } = await run(wrong, {}, { userPath: '/team' })
      expect([status, reply.text, model.calls.length]).to.deep.equal([200, right, 1])
      expect(model.calls[0]).to.include({ origin: 'plugin', userPath: '/team/guardrails/json-schema' })
      expect(model.calls[0]?.body).to.include({ model: 'test/test-model', max_tokens: 4096 })
      expect(model.texts).to.deep.equal([wrong])
      expect(model.calls[0]?.body.messages[0]?.content).to.contain('/age must be integer').and.to.contain(JSON.stringify(schema))
    })

    it("by a model of the operator's", async () => {
      expect((await run(wrong, { model: 'fixer', max_tokens: 9 })).model.calls[0]?.body).to.include({ model: 'fixer', max_tokens: 9 })
    })

    it('what stands between fences without a call', async () => {
      const { reply, model } = await run(`\`\`\`json\n${right}\n\`\`\``)
      expect([reply.text, model.calls.length]).to.deep.equal([right, 0])
    })

    const vain: Readonly<Record<string, CompletionSample | number>> = {
      'is as wrong': { content: wrong },
      'is cut': { content: right, finishReason: 'length' },
      'says nothing': { content: '' },
      fails: 500,
      'calls a tool': { content: right, toolCalls: [{ name: 'f', arguments: '{}' }] },
    }
    for (const [name, answer] of Object.entries(vain)) {
      it(`in vain with a model that ${name}: once, and then as on_invalid says`, async () => {
        const { status, body, model, failures } = await run(wrong, {}, {}, answer)
        expect([status, body.error.code, model.calls.length, failures]).to.deep.equal([502, 'json_schema_invalid', 1, []])
        expect((await run(wrong, { on_invalid: 'warn' }, {}, answer)).reply.text).to.equal(wrong)
      })
    }

    it('a stream, which is another one then', async () => {
      const { reply, headers } = await run(['{"age"', ': "three"}'], {}, { request: { stream: true } })
      expect([reply.text, headers['content-type']?.split(';')[0]]).to.deep.equal([right, 'text/event-stream'])
    })
  })

  it('lets the events of a stream that matches go as they came', async () => {
    const pieces = ['{"age"', ': 3}']
    expect((await run(pieces, {}, { request: { stream: true } })).reply.raw).to.equal(chatChunks({ pieces }).join(''))
  })

  it('leaves turns alone that call tools, refuse, or say nothing', async () => {
    for (const answer of [
      chatCompletion({ content: 'Let me look', toolCalls: [{ name: 'f', arguments: '{}' }] }),
      chatCompletion({ content: null, refusal: 'No' }),
      chatCompletion({ content: '' }),
      chatCompletion({ content: ' \n' }),
    ]) {
      expect((await run(answer)).status).to.equal(200)
    }
  })

  describe('without a schema of its own', () => {
    const asking = (format: object) => ({ request: { response_format: format } })
    const json = (own: object) => asking({ type: 'json_schema', json_schema: { name: 'x', schema: own } })

    it('takes that of the request', async () => {
      expect((await run(wrong, { schema: undefined, repair: false }, json(schema))).status).to.equal(502)
      expect((await run(right, { schema: undefined, repair: false }, json(schema))).status).to.equal(200)
    })
    it('wants an object where the request asks for one', async () => {
      expect((await run('[1]', { schema: undefined, repair: false }, asking({ type: 'json_object' }))).status).to.equal(502)
      expect((await run('{}', { schema: undefined, repair: false }, asking({ type: 'json_object' }))).status).to.equal(200)
    })
    it('wants nothing of other requests', async () => {
      for (const more of [{}, asking({ type: 'text' })]) expect((await run('text', { schema: undefined, repair: false }, more)).status).to.equal(200)
    })
    const unusable: Readonly<Record<string, object>> = {
      'has a reference into nowhere': { $ref: 'https://example.com/x' },
      'is not one': { type: 'thing' },
      'has a pattern that could stall': { type: 'string', pattern: '(a+)+\\1' },
      'is asynchronous': { $async: true, type: 'object' },
      'is too long': { type: 'object', description: 'x'.repeat(70_000) },
      'takes for ever': endless,
    }
    for (const [name, own] of Object.entries(unusable)) {
      it(`warns of one that ${name}`, async () => {
        const { status, headers } = await run('1', { schema: undefined }, json(own))
        expect([status, headers[header]]).to.deep.equal([200, 'warn; code=json_schema_unusable'])
      })
    }

    it('finds it in every dialect', async () => {
      const rules = [{ name: 'valid', type: 'json_schema', config: { repair: false } }]
      await using served = await Served.start({
        config: { guardrails: { rules }, providers: { claude: { type: 'anthropic', api_key: 'k', base_url: 'http://127.0.0.1:1' } } },
      })
      const input = { model: 'gpt-test', max_tokens: 9 }
      const calls: readonly [string, object][] = [
        ['/v1/responses', { ...input, input: 'hi', text: { format: { type: 'json_schema', name: 'x', schema } } }],
        ['/v1/messages', { ...input, messages: [{ role: 'user', content: 'hi' }], output_config: { format: { type: 'json_schema', schema } } }],
        ['/v1/messages', { ...input, messages: [{ role: 'user', content: 'hi' }], output_format: { type: 'json_schema', schema } }],
      ]
      for (const [path, body] of calls) {
        for (const [text, status] of [
          [right, 200],
          [wrong, 502],
        ] as const) {
          served.upstream.always(({ path: to }) => ({
            body: to.endsWith('/responses')
              ? {
                  id: 'resp_1',
                  object: 'response',
                  created_at: 1,
                  status: 'completed',
                  model: 'gpt-test',
                  output: [{ id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] }],
                }
              : to.endsWith('/messages')
                ? message({ content: [{ type: 'text', text }] })
                : chatCompletion({ content: text }),
          }))
          expect((await served.call('POST', path, body)).status, `${path} ${text}`).to.equal(status)
        }
      }
    })
  })

  it('tries one that takes for ever once', () => {
    const validators = new Validators(compilePattern)
    expect(() => validators.of(endless)?.('1')).to.throw(TooSlow)
    expect(validators.of(endless)).to.equal(undefined)
    expect(validators.of(schema)?.(right)).to.equal(undefined)
  })

  it('knows one schema from its second use on', () => {
    const compiled: string[] = []
    const validators = new Validators(pattern => {
      compiled.push(pattern)
      return compilePattern(pattern)
    })
    const own = () => ({ type: 'string', pattern: '^a$' })
    expect([validators.of(own())?.('"a"'), validators.of(own())?.('"b"')?.keyword]).to.deep.equal([undefined, 'pattern'])
    expect(compiled.filter(pattern => pattern === '^a$')).to.have.length(1)
    expect(validators.of({ type: 'string', pattern: '^b$' })?.('"b"')).to.equal(undefined)
  })

  it('holds on to no schema but the last 200, for callers may send another with each request', async () => {
    let first: WeakRef<object> | undefined
    const validators = new Validators(pattern => {
      const compiled = compilePattern(pattern)
      if (pattern === '^first$') first = new WeakRef(compiled)
      return compiled
    })
    for (const pattern of ['^first$', ...Array.from({ length: 200 }, (_, other) => `^${other}$`)]) validators.of({ type: 'string', pattern })
    await turn()
    collectGarbage()
    expect([first === undefined, first?.deref()]).to.deep.equal([false, undefined])
  })

  for (const own of [{ type: 'thing' }, { $ref: '#/nowhere' }]) {
    it(`refuses the schema ${JSON.stringify(own)} of an operator`, async () => {
      const failed = await run(right, { schema: own }).then(
        () => undefined,
        (cause: unknown) => cause as Error,
      )
      expect(failed).to.be.an('error')
    })
  }
})
