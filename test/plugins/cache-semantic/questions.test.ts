import { expect } from 'chai'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { speakers, speakersEnv } from '../../support/model-streams.ts'
import { faredBy, Semantic, type SemanticOptions } from '../../support/semantic.ts'

type Request = readonly [body: object, headers?: Readonly<Record<string, string>>, path?: string]

const user = (content: unknown) => ({ role: 'user', content })
const say = (content: unknown, members: object = {}): Request => [{ messages: [user(content)], ...members }]
const [system, developer, assistant] = ['system', 'developer', 'assistant'].map(role => (content: string) => ({ role, content })) as [
  typeof user,
  typeof user,
  typeof user,
]
const says = (...messages: readonly object[]): Request => [{ messages }]
const tools = [{ type: 'function', function: { name: 'tide', parameters: { type: 'object' } } }]

/** How the second of two requests fares. */
async function second(one: Request, other: Request, options: SemanticOptions = {}): Promise<string> {
  await using semantic = await Semantic.start({ env: speakersEnv, ...options, config: { providers: speakers, ...options.config } })
  semantic.model = ({ path }) => (path.endsWith('/responses') || path.endsWith('/messages') ? { status: 404 } : { body: chatCompletion() })
  await semantic.call(...one)
  expect(semantic.vectors.entries.size, 'the first answer is kept').to.equal(1)
  return faredBy(await semantic.call(...other))
}

describe('cache-semantic: what means the same', () => {
  const same: readonly [string, Request, Request, SemanticOptions?][] = [
    ['the order of members', say('hello', { seed: 1 }), [{ seed: 1, messages: [user('hi')] }]],
    ['who asks', say('hello'), [{ messages: [user('hi')] }, { 'x-tapline-user-path': '/team/b' }]],
    ['how the model is called', say('hello'), say('hi', { model: 'openai/gpt-test' })],
    [
      'two names of one model',
      say('hello', { model: 'one' }),
      say('hi', { model: 'two' }),
      {
        config: {
          virtual_models: [
            { source: 'one', target: 'openai/gpt-test' },
            { source: 'two', target: 'openai/gpt-test' },
          ],
        },
      },
    ],
    ['a short conversation', says(user('tell'), assistant('what'), user('hello')), says(user('tell'), assistant('what'), user('hi'))],
    ['many messages of the system', says(system('a'), developer('b'), system('c'), user('hello')), says(system('a'), developer('b'), system('c'), user('hi'))],
    [
      'what guardrails left of the question',
      say('hello'),
      say('HI ann'),
      { config: { guardrails: { rules: [{ name: 'in', type: 'string_replace', phase: 'prompt', config: { rules: 'HI ann => hi' } }] } } },
    ],
    [
      'another system prompt, where that does not count',
      says(system('a'), user('hello')),
      says(developer('b'), system('c'), user('hi')),
      { semantic: { exclude_system_prompt: true } },
    ],
    ['no system prompt, where that does not count', says(system('a'), user('hello')), says(user('hi')), { semantic: { exclude_system_prompt: true } }],
  ]
  for (const [what, one, other, options] of same)
    it(`is asked with ${what}`, async () => {
      expect(await second(one, other, options)).to.equal('HIT (semantic)')
    })

  it('is asked with other instructions of Responses and another system of Messages, where these do not count', async () => {
    const excluded = { semantic: { exclude_system_prompt: true } }
    const response = (input: string, members: object): Request => [{ model: 'openai-chat/m', input, store: false, ...members }, {}, '/v1/responses']
    const message = (content: string, members: object): Request => [
      { model: 'openai-chat/m', messages: [user(content)], max_tokens: 9, ...members },
      {},
      '/v1/messages',
    ]
    expect(await second(response('hello', { instructions: 'a' }), response('hi', {}), excluded)).to.equal('HIT (semantic)')
    expect(await second(message('hello', { system: 'a' }), message('hi', { system: [{ type: 'text', text: 'b' }] }), excluded)).to.equal('HIT (semantic)')
  })
})

describe('cache-semantic: what never means the same', () => {
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }
  const apart: readonly [string, Request, Request, SemanticOptions?][] = [
    ...(
      [
        ['seed', 1, 2],
        ['tool_choice', 'auto', 'none'],
        ['temperature', 1, 0],
        ['top_p', 1, 0.5],
        ['stop', ['a'], ['b']],
        ['presence_penalty', 0, 1],
        ['frequency_penalty', 0, 1],
        ['max_tokens', 10, 20],
        ['response_format', { type: 'text' }, { type: 'json_object' }],
        ['n', 1, 2],
        ['a_member_that_nobody_knows', 'x', 'y'],
      ] as const
    ).map(([name, one, other]): [string, Request, Request] => [
      `${name} ${JSON.stringify(one)} and ${JSON.stringify(other)}`,
      say('hello', { tools, [name]: one }),
      say('hi', { tools, [name]: other }),
    ]),
    ['a seed and none', say('hello', { seed: 1 }), say('hi')],
    ['tools and none', say('hello', { tools }), say('hi')],
    ['one system prompt and another', says(system('a'), user('hello')), says(system('b'), user('hi'))],
    ['a system prompt and none', says(system('a'), user('hello')), says(user('hi'))],
    ['one developer and another', says(developer('a'), user('hello')), says(developer('b'), user('hi'))],
    ['one earlier message and another', says(user('a'), assistant('x'), user('hello')), says(user('b'), assistant('x'), user('hi'))],
    ['one earlier answer and another', says(user('a'), assistant('x'), user('hello')), says(user('a'), assistant('y'), user('hi'))],
    [
      'an earlier image and another',
      says(user([image]), assistant('x'), user('hello')),
      says(user([{ ...image, image_url: { url: 'data:image/png;base64,AB==' } }]), assistant('x'), user('hi')),
    ],
    [
      'what is said in one part and in two',
      say([{ type: 'text', text: 'hello' }]),
      say([
        { type: 'text', text: 'hi' },
        { type: 'text', text: '' },
      ]),
    ],
    ['one model and another', say('hello'), say('hi', { model: 'gpt-other' }), { env: { ...speakersEnv, OPENAI_MODELS: 'gpt-test,gpt-other' } }],
    ['one provider and another', say('hello'), say('hi', { model: 'openai-chat/gpt-test' })],
    [
      'one dialect and another',
      say('hello', { model: 'openai-chat/m', max_tokens: 9 }),
      [{ model: 'openai-chat/m', messages: [user('hi')], max_tokens: 9 }, {}, '/v1/messages'],
    ],
    [
      'callers of one path and another, where these are kept apart',
      say('hello'),
      [{ messages: [user('hi')] }, { 'x-tapline-user-path': '/team/b' }],
      { config: { pipelines: { inference: [{ set: 'cache-semantic', options: { partition: 'user_path' } }] } } },
    ],
    [
      'headers that go on to the provider',
      [{ model: 'tenants/m', messages: [user('hello')] }, { 'x-tenant': 'a' }],
      [{ model: 'tenants/m', messages: [user('hi')] }, { 'x-tenant': 'b' }],
      {
        semantic: { embedder: { provider: 'tenants' } },
        config: {
          providers: {
            tenants: {
              type: 'openai',
              api_key: 'sk-tenants',
              base_url: '${OPENAI_BASE_URL}',
              models: ['m'],
              passthrough_user_headers: true,
              passthrough_user_headers_skip: ['x-tenant'],
              passthrough_user_headers_skip_mode: 'allow',
            },
          },
        },
      },
    ],
    [
      'headers that policy copies',
      [{ messages: [user('hello')] }, { 'x-tenant': 'a' }],
      [{ messages: [user('hi')] }, { 'x-tenant': 'b' }],
      { config: { header_policies: { policies: [{ name: 'tenant', actions: [{ action: 'set', header: 'X-Org', from_header: 'x-tenant' }] }] } } },
    ],
  ]
  for (const [what, one, other, options] of apart)
    it(`is ${what}`, async () => {
      expect(await second(one, other, options)).to.equal('miss')
    })

  it('is what other guardrails saw', async () => {
    await using semantic = await Semantic.start()
    await semantic.ask('hello')
    const {
      gateway: { configure, gateway },
    } = semantic.served
    await configure({
      server: { master_key: 'sk-master' },
      cache: { response: { semantic: { embedder: { provider: 'openai' }, vector_store: { type: './memory-vectors.ts' } } } },
      guardrails: { rules: [{ name: 'g', type: 'string_replace', phase: 'stream', config: { rules: 'a => b' } }] },
    })
    expect(await gateway.reload()).to.equal(true)
    expect((await semantic.served.chat({ model: 'gpt-test', messages: [user('hi')] })).headers['x-cache']).to.equal(undefined)
  })

  it('is what another embedder saw', async () => {
    await using semantic = await Semantic.start()
    await semantic.ask('hello')
    const {
      gateway: { configure, gateway },
    } = semantic.served
    await configure({
      server: { master_key: 'sk-master' },
      cache: { response: { semantic: { embedder: { provider: 'openai', model: 'text-embedding-3-large' }, vector_store: { type: './memory-vectors.ts' } } } },
    })
    expect(await gateway.reload()).to.equal(true)
    expect((await semantic.served.chat({ model: 'gpt-test', messages: [user('hi')] })).headers['x-cache']).to.equal(undefined)
  })
})

describe('cache-semantic: what goes by', () => {
  const data = 'AA=='
  const message = (content: unknown): Request => [{ model: 'openai-chat/m', messages: [user(content)], max_tokens: 9 }, {}, '/v1/messages']
  const cases: readonly [string, Request, SemanticOptions?][] = [
    ['a conversation of four messages', says(user('a'), assistant('b'), user('c'), assistant('d'), user('hello'))],
    ['more messages than configured', says(user('a'), assistant('b'), user('hello')), { semantic: { max_conversation_messages: 2 } }],
    [
      'a question with an image',
      say([
        { type: 'text', text: 'hello' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } },
      ]),
    ],
    [
      'a question with audio',
      say([
        { type: 'text', text: 'hello' },
        { type: 'input_audio', input_audio: { data, format: 'wav' } },
      ]),
    ],
    [
      'a question with a file',
      say([
        { type: 'text', text: 'hello' },
        { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${data}` } },
      ]),
    ],
    [
      'a question about a document of Messages',
      message([
        { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'the document' } },
        { type: 'text', text: 'hello' },
      ]),
    ],
    [
      'a question about an image of Messages',
      message([
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data } },
        { type: 'text', text: 'hello' },
      ]),
    ],
    [
      'a question about an image of Responses',
      [
        {
          model: 'openai-chat/m',
          store: false,
          input: [
            user([
              { type: 'input_text', text: 'hello' },
              { type: 'input_image', image_url: `data:image/png;base64,${data}` },
            ]),
          ],
        },
        {},
        '/v1/responses',
      ],
    ],
    ['a question without a word', say('  ')],
    ['a conversation in which no user speaks', says(system('hello'))],
    ['a question that is longer than its embedder reads', say('x'.repeat(8_191 * 3 + 1))],
    [
      'a question that is longer than an unknown embedder may read',
      say('x'.repeat(2_048 * 3 + 1)),
      { semantic: { embedder: { provider: 'openai', model: 'embeds' } } },
    ],
    [
      'a question behind more numbers than an unknown embedder may read',
      say(`${'7,'.repeat(1_024)} sum?`),
      { semantic: { embedder: { provider: 'openai', model: 'embeds' } } },
    ],
  ]
  for (const [what, request, options = {}] of cases) {
    it(`is ${what}`, async () => {
      await using semantic = await Semantic.start({ env: speakersEnv, ...options, config: { providers: speakers } })
      for (let i = 0; i < 2; i++) expect(faredBy(await semantic.call(...request))).to.equal('miss')
      expect(semantic.exchanges.map(({ status, cache }) => [status, cache])).to.deep.equal([
        [200, 'bypass'],
        [200, 'bypass'],
      ])
      expect([semantic.calls.length, semantic.embeddings.length, semantic.vectors.asked.length]).to.deep.equal([2, 0, 0])
    })
  }

  it('are embeddings', async () => {
    await using semantic = await Semantic.start()
    for (let i = 0; i < 2; i++) expect(faredBy(await semantic.call({ input: 'hello' }, {}, '/v1/embeddings'))).to.equal('miss')
    expect([semantic.embeddings.length, semantic.vectors.asked.length]).to.deep.equal([2, 0])
  })

  for (const [what, text] of [
    ['letters', 'x'.repeat(8_191 * 3)],
    ['numbers', '7'.repeat(8_191)],
  ] as const) {
    it(`is nothing that the embedder reads to its end: ${what}`, async () => {
      await using semantic = await Semantic.start()
      await semantic.ask(text)
      expect(semantic.embeddings).to.have.length(1)
    })
  }
})
