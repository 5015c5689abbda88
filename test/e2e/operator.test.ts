import { expect } from 'chai'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from '../../core/config/problems/place.ts'
import { ConfigError } from '../../core/config/problems/problems.ts'
import { explainPipeline } from '../../core/pipeline/plan/explain.ts'
import { chatChunks, chatCompletion, embeddings, errorBody } from '../../core/testing/chat-samples.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { expectError } from '../support/answer.ts'
import { compile } from '../support/compile.ts'
import { redact } from '../support/guardrails.ts'
import { Folder, tapline } from '../support/run-tapline.ts'
import { hello, helloStream, Served } from '../support/serve.ts'

/** Adds a letter to every prompt, so that their order can be seen. */
const letter = `
import { definePlugin } from 'tapline'
export default definePlugin({
  name: 'letter',
  schema: { type: 'object', properties: { letter: { type: 'string' } }, required: ['letter'] },
  setup: ({ options }) => ({
    prompt: ({ conversation }) => { conversation.rewrite(text => text + options.letter) },
    response: ({ reply }) => { reply.conversation?.rewrite(text => text + options.letter) },
    stream: 'pass',
  }),
})
`

describe('by configuration alone, an operator', () => {
  const steps = (served: Served, name = 'chat') =>
    served.gateway.gateway.current.plans
      .get(name)
      ?.placed.map(step => step.name)
      .filter(name => name !== 'witness')
  const explained = (served: Served, name = 'chat') => explainPipeline(served.gateway.gateway.current.plans.get(name) as never)

  it('removes a step', async () => {
    await using served = await Served.start({ config: { pipelines: { chat: [{ remove: 'retry' }] } } })
    served.upstream.always({ status: 503, body: errorBody('busy') })
    expect((await served.chat()).status).to.equal(503)
    expect(served.upstream.requests).to.have.length(1)
    expect(steps(served)).to.not.include('retry')
    expect(steps(served, 'embeddings')).to.include('retry')
    expect(explained(served)).to.not.match(/^ +retry\b/m)
  })

  it('puts a step elsewhere', async () => {
    const insert = (name: string, before: string) => ({ insert: { use: './letter.ts', name, options: { letter: name } }, before })
    const first = { chat: [insert('a', 'retry'), insert('b', 'retry')] }
    const then = { chat: [...first.chat, { remove: 'b' }, insert('b', 'a')] }
    await using served = await Served.start({ files: { 'letter.ts': letter }, config: { pipelines: first } })
    await using moved = await Served.start({ files: { 'letter.ts': letter }, config: { pipelines: then } })
    for (const [which, sent, said] of [
      [served, 'helloab', 'hiba'],
      [moved, 'helloba', 'hiab'],
    ] as const) {
      which.upstream.always({ body: chatCompletion({ content: 'hi' }) })
      const answer = await which.chat()
      expect(JSON.parse(which.upstream.requests[0]?.body.toString() ?? '').messages[0].content).to.equal(sent)
      expect(JSON.parse(answer.body.toString()).choices[0].message.content).to.equal(said)
    }
    expect(steps(served)?.filter(name => name.length === 1)).to.deep.equal(['a', 'b'])
    expect(explained(moved)).to.match(/prompt\n +b .*\n +a /)
    expect(explained(moved)).to.match(/response\n +a .*\n +b /)
  })

  it("sets the cache's options", async () => {
    await using served = await Served.start({ config: { pipelines: { chat: [{ set: 'cache-exact', options: { enabled: true, ttl: 600 } }] } } })
    served.upstream.always({ body: chatCompletion() })
    expect((await served.chat()).headers['x-cache']).to.equal(undefined)
    const hit = await served.chat()
    expect(hit.headers['x-cache']).to.equal('HIT (exact)')
    expect(served.upstream.requests).to.have.length(1)
    expect(explained(served)).to.match(/ttl = 600000 {2}\(.*tapline\.yaml:\d+\)/)
    expect(explained(served, 'embeddings')).to.match(/cache-exact .* compiles to nothing: cache-exact is switched off/)
  })

  it('replaces the cache by a plugin of his own', async () => {
    const own = `
      import { answer, definePlugin } from 'tapline'
      export default definePlugin({ name: 'own', schema: { type: 'object', properties: { say: { type: 'string' } } }, setup: ({ options }) => ({ lookup: () => answer(options.say) }) })`
    await using served = await Served.start({
      files: { 'own.ts': own },
      config: { pipelines: { chat: [{ replace: 'cache-exact', with: { use: './own.ts', options: { say: 'from me' } } }] } },
    })
    const {
      choices: [choice],
    } = await served.client().chat.completions.create({ model: 'gpt-test', messages: [{ role: 'user', content: 'hi' }] })
    expect(choice?.message.content).to.equal('from me')
    const stream = await served
      .client()
      .chat.completions.stream({ model: 'gpt-test', messages: [{ role: 'user', content: 'hi' }] })
      .finalChatCompletion()
    expect(stream.choices[0]?.message.content).to.equal('from me')
    expect(served.upstream.requests).to.have.length(0)
    expect(explained(served)).to.match(/cache-exact \(\.\/own\.ts\)/)
  })

  it('adds a plugin between two others', async () => {
    await using served = await Served.start({
      files: { 'redact.ts': redact },
      config: { pipelines: { chat: [{ insert: { use: './redact.ts', options: { word: 'hello' } }, after: 'sessions', before: 'models' }] } },
    })
    served.upstream.always({ body: chatCompletion() })
    await served.chat()
    expect(served.upstream.requests[0]?.body.toString()).to.include('[redacted]')
    const names = steps(served) as string[]
    expect(names.slice(names.indexOf('sessions'), names.indexOf('models') + 1)).to.deep.equal(['sessions', 'redact', 'models'])
    expect(explained(served)).to.match(/^ {2}redact \(\.\/redact\.ts\) {2}.*tapline\.yaml:\d+$/m)
  })

  it('defines a pipeline on a route of its own', async () => {
    const legal = {
      extends: 'inference',
      route: 'POST /legal/v1/chat/completions',
      operation: 'chat',
      dialect: 'openai-chat',
      patches: [{ insert: { use: './redact.ts', options: { word: 'hello' } }, before: 'retry' }],
    }
    await using served = await Served.start({ files: { 'redact.ts': redact }, config: { pipelines: { legal } } })
    served.upstream.always(({ body }) =>
      (JSON.parse(body.toString()) as { stream?: boolean }).stream
        ? { chunks: chatChunks({ pieces: ['hel', 'lo'] }) }
        : { body: chatCompletion({ content: 'hello' }) },
    )
    expect((await served.call('POST', '/legal/v1/chat/completions', hello)).body.toString()).to.include('"[redacted]"')
    expect((await served.call('POST', '/legal/v1/chat/completions', helloStream)).body.toString()).to.not.include('hel"')
    expect((await served.chat()).body.toString()).to.include('"hello"')
    expectError(await served.call('GET', '/legal/v1/chat/completions'), { code: 'method_not_allowed' })
    expect(explained(served, 'legal')).to.include('POST /legal/v1/chat/completions')
    const client = served.client({ baseURL: `${served.url}/legal/v1` })
    expect((await client.chat.completions.create({ model: 'gpt-test', messages: [{ role: 'user', content: 'hi' }] })).choices[0]?.message.content).to.equal(
      '[redacted]',
    )
  })

  it('switches a pipeline off', async () => {
    await using served = await Served.start({ config: { pipelines: { embeddings: 'off', passthrough: false } } })
    expectError(await served.call('POST', '/v1/embeddings', { model: 'gpt-test', input: 'a' }), { code: 'unknown_url' })
    expectError(await served.call('GET', '/p/openai/files'), { code: 'unknown_url' })
    expect((await served.call('GET', '/v1/models')).status).to.equal(200)
  })

  it('says nothing of a pipeline, and changes nothing', async () => {
    await using untouched = await Served.start({})
    await using served = await Served.start({ config: { pipelines: { chat: null } } })
    expect(steps(served)).to.deep.equal(steps(untouched))
    served.upstream.always({ body: chatCompletion() })
    expect((await served.chat()).status).to.equal(200)
  })

  it('switches a step off', async () => {
    await using served = await Served.start({ config: { failover: { enabled: false } } })
    expect(explained(served)).to.match(/failover .* compiles to nothing: failover is switched off \(yaml:\d+\)/)
    expect(steps(served)).to.not.include('failover')
  })

  it('lists guardrails, in their order', async () => {
    const rule = (name: string, order: number) => ({ name, type: './letter.ts', order, config: { letter: name } })
    await using served = await Served.start({ files: { 'letter.ts': letter }, config: { guardrails: { rules: [rule('b', 2), rule('a', 1)] } } })
    served.upstream.always({ body: embeddings({ vectors: [[1]] }) })
    await served.call('POST', '/v1/embeddings', { model: 'gpt-test', input: 'x' })
    expect(JSON.parse(served.upstream.requests[0]?.body.toString() ?? '').input).to.equal('xab')
  })

  it('has each type speak its own dialect, though another has one at a path that is written alike', async () => {
    const dialect = (name: string) => `
      import { defineDialect } from 'tapline'
      export default defineDialect({ name: '${name}', upstream: {
        operation: () => 'say', request: () => ({ body: Buffer.from('"${name}"') }), stream: () => ({ read() {}, end() {} }),
        reply: () => ({ blocks: [{ type: 'text', text: 'in ${name}' }], finish: 'stop' }),
      } })`
    const provider = (name: string) => `
      import { defineProvider } from 'tapline'
      export default defineProvider({ name: '${name}', needs: ['base_url'], dialects: ['./dialect.ts'], operations: { say: 'POST /say' } })`
    const names = ['one', 'two']
    await using served = await Served.start({
      files: Object.fromEntries(
        names.flatMap(name => [
          [`${name}/index.ts`, provider(name)],
          [`${name}/dialect.ts`, dialect(name)],
        ]),
      ),
      config: {
        providers: Object.fromEntries(names.map(name => [name, { type: `./${name}/index.ts`, base_url: '${OPENAI_BASE_URL}', api_key: 'k', models: ['m'] }])),
      },
    })
    served.upstream.always({ body: {} })
    const answers = [await served.chat({ ...hello, model: 'one/m' }), await served.chat({ ...hello, model: 'two/m' })]
    expect(answers.map(({ body }) => JSON.parse(body.toString()).choices[0].message.content)).to.deep.equal(['in one', 'in two'])
    expect(served.upstream.requests.map(({ body }) => body.toString())).to.deep.equal(['"one"', '"two"'])
  })

  for (const [what, own] of [
    ['the one that callers name by its file', '../plain.ts'],
    ['another of the same file name', './plain.ts'],
  ] as const) {
    it(`has a type speak ${what}, and takes it for ${own.startsWith('..') ? 'theirs' : 'another'}`, async () => {
      const dialect = (name: string) => `
        import { defineDialect } from 'tapline'
        const side = {
          operation: () => 'say', request: () => ({ body: Buffer.from('"translated"') }), stream: () => ({ read() {}, end() {} }),
          reply: () => ({ blocks: [{ type: 'text', text: 'translated' }], finish: 'stop' }),
        }
        const nothing = () => undefined
        const view = () => ({ texts: () => [], some: () => false, rewrite: nothing, messages: [] })
        export default defineDialect({
          name: '${name}', operations: ['say'], upstream: side,
          validate: nothing, conversation: view, reply: view, streams: () => false, asksForUsage: () => false, askForUsage: nothing, fault: nothing, usage: nothing,
          answer: facts => Buffer.from('{}'), error: ({ message }) => Buffer.from(JSON.stringify({ message })),
          caller: {
            request: () => ({ model: 'm', isStream: false, system: [], turns: [], tools: [], stop: [], sampling: {}, hints: {}, wants: {}, extras: {}, vendorExtras: {} }),
            reply: () => Buffer.from('{"translated":true}'), stream: () => ({ write: () => '' }),
          },
        })`
      const provider = `
        import { defineProvider } from 'tapline'
        export default defineProvider({ name: 'plainly', needs: ['base_url'], dialects: ['${own}'], operations: { say: 'POST /say' } })`
      await using served = await Served.start({
        files: { 'plain.ts': dialect('plain'), 'type/plain.ts': dialect('another'), 'type/index.ts': provider },
        config: {
          providers: { plainly: { type: './type/index.ts', base_url: '${OPENAI_BASE_URL}', api_key: 'k', models: ['m'] } },
          pipelines: { say: { extends: 'inference', route: 'POST /say', operation: 'say', dialect: './plain.ts' } },
        },
      })
      served.upstream.always({ body: { said: 'yes' } })
      await served.call('POST', '/say', { model: 'plainly/m', words: 'Hello' })
      const sent = served.upstream.requests[0]?.body.toString()
      expect(sent).to.equal(own.startsWith('..') ? '{"model":"m","words":"Hello"}' : '"translated"')
    })
  }

  describe('has a store of its own', () => {
    const store = `
      import { definePlugin } from 'tapline'
      const records = () => ({ list: async () => [], get: async () => undefined, delete: async () => false, deleteAll: async () => 0, watch: () => () => {},
        put: async (id, value) => ({ id, value, revision: 1, owner: '', position: 0 }) })
      const journal = async () => ({ append: async rows => rows.length, list: async () => ({ rows: [], total: 0 }), deleteBefore: async () => [] })
      export default definePlugin({
        name: 'drawer', provides: 'storage',
        schema: { type: 'object', required: ['key'], properties: { key: { type: 'string', description: 'Opens it.' } } },
        setup({ log, options: { key } }) { log.info({ key }, 'the drawer is open'); return { service: { kind: 'drawer', records, journal } } },
      })`

    it('with options', async () => {
      await using served = await Served.start({ files: { 'drawer.ts': store }, config: { storage: { type: './drawer.ts', options: { key: 'brass' } } } })
      expect(served.gateway.log.find(({ msg }) => msg === 'the drawer is open')).to.include({ key: 'brass' })
    })

    for (const [what, options, pointer] of [
      ['lacks', {}, '/storage/options/key'],
      ['misspells', { kye: 'brass' }, '/storage/options/kye'],
    ] as const) {
      it(`and is told where the configuration ${what} an option`, async () => {
        const cause: unknown = await Served.start({ files: { 'drawer.ts': store }, config: { storage: { type: './drawer.ts', options } } }).catch(
          (cause: unknown) => cause,
        )
        expect(cause).to.be.instanceOf(ConfigError)
        expect((cause as ConfigError).problems[0]?.pointer).to.equal(pointer)
      })
    }
  })

  it('gives a pipeline a dialect of its own', async () => {
    const dialect = `
      import { defineDialect } from 'tapline'
      const throws = () => { throw new TypeError('this dialect is broken') }
      export default defineDialect({ name: 'broken', operations: ['chat'], validate: throws, conversation: throws, error: error => Buffer.from(JSON.stringify({ oops: error.code })), stream: {} })`
    await using served = await Served.start({
      files: { 'broken.ts': dialect },
      config: { pipelines: { broken: { extends: 'inference', route: 'POST /broken', operation: 'chat', dialect: './broken.ts' } } },
    })
    const answer = await served.call('POST', '/broken', hello)
    expect(answer.status).to.equal(500)
    expect(JSON.parse(answer.body.toString())).to.deep.equal({ oops: 'internal_error' })
    expect(
      served.gateway.log.some(line => JSON.stringify(line).includes('this dialect is broken') && line['request_id'] === answer.headers['x-request-id']),
    ).to.equal(true)
  })

  it('is told by "tapline explain" what came of it', async () => {
    await using folder = await Folder.make({
      'tapline.yaml': { pipelines: { chat: [{ remove: 'retry' }, { insert: { use: './redact.ts', options: { word: 'a' } }, after: 'user-path' }] } },
      'redact.ts': redact,
    })
    const { code, stdout, stderr } = await tapline(folder, 'explain', 'chat')
    expect(stderr).to.equal('')
    expect(code).to.equal(0)
    expect(stdout)
      .to.match(/^pipeline chat\n/)
      .and.to.match(/^ {2}redact \(\.\/redact\.ts\) {2}tapline\.yaml:\d+$/m)
      .and.to.not.match(/^ +retry\b/m)
  })

  it('is told by "tapline check" once of a plugin that holds streams back, with all its pipelines', async () => {
    const letters = "import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'late', setup: () => ({ response: () => undefined }) })"
    await using folder = await Folder.make({ 'late.ts': letters, 'tapline.yaml': 'pipelines: { media: [{ insert: ./late.ts, after: auth }] }\n' })
    const { stderr } = await tapline(folder, 'check')
    const warnings = stderr.match(/^warning: late .*/gm)
    expect(warnings).to.have.length(1)
    expect(warnings?.[0]).to.match(/ taps "response" and not "stream": .*; pipelines: image-edits, images, .*, translations$/)
  })

  it('is told by "tapline check" of each guardrail that holds streams back, and of no other', async () => {
    const service = { url: 'http://127.0.0.1:1' }
    const rules = [
      { name: 'answers', type: 'secrets', config: { action: 'respond', message: 'No.' } },
      { name: 'asks', type: 'webhook', config: service },
      { name: 'judges', type: 'llm_judge', config: { model: 'demo-chat', prompt: 'Is it kind?' } },
      { name: 'late', type: 'string_replace', phase: 'response', config: { rules: 'a=>b' } },
      { name: 'early', type: 'webhook', phase: 'prompt', config: service },
      { name: 'flowing', type: 'secrets', config: { action: 'block', message: 'No.' } },
      { name: 'replaces', type: 'string_replace', config: { rules: 'a=>b' } },
    ]
    await using folder = await Folder.make({ 'tapline.yaml': { guardrails: { enabled: true, rules } } })
    const { code, stderr } = await tapline(folder, 'check')
    expect(code).to.equal(0)
    const warned = stderr.matchAll(/^warning: the guardrail "(.+)" collects streams: callers get the first token together with the last; pipelines: chat, /gm)
    expect([...warned].map(([, name]) => name)).to.deep.equal(['answers', 'asks', 'judges', 'late'])
    expect(stderr.trimEnd().split('\n')).to.have.length(4)
  })

  it('is told by "tapline explain" of a pipeline that has no route', async () => {
    await using folder = await Folder.make()
    const { code, stdout } = await tapline(folder, 'explain', 'inference')
    expect(code).to.equal(0)
    expect(stdout)
      .to.match(/^pipeline inference\n {2}route {6}none\n/)
      .and.to.match(/^ {4}auth {2}fails closed, 30 s$/m)
  })

  for (const command of [['check'], ['explain', 'chat'], ['config', 'show'], ['reload']]) {
    it(`calls no provider by "tapline ${command.join(' ')}"`, async () => {
      await using upstream = await ScriptedUpstream.start()
      await using folder = await Folder.make({
        'tapline.yaml': { providers: { openai: { api_key: 'k', base_url: upstream.url } }, server: { pid_file: './none.pid' } },
      })
      await tapline(folder, ...command)
      expect(upstream.connections).to.equal(0)
    })
  }

  it('lists plugins by file, and then calls them by name', async () => {
    await using served = await Served.start({
      files: { 'redact.ts': redact },
      config: { plugins: { load: [{ file: 'redact.ts' }] }, pipelines: { chat: [{ insert: { use: 'redact', options: { word: 'hello' } }, before: 'retry' }] } },
    })
    served.upstream.always({ body: chatCompletion() })
    await served.chat()
    expect(served.upstream.requests[0]?.body.toString()).to.include('[redacted]')
  })

  it('sets a master key to nothing in a variable, and it counts as unset', async () => {
    const generation = await compile('/dev/null', { TAPLINE_MASTER_KEY: '' })
    expect(generation.authenticates).to.equal(false)
    await generation.discard()
  })

  it('is told which command he probably meant', async () => {
    await using folder = await Folder.make({})
    const { code, stdout, stderr } = await tapline(folder, 'chekc')
    expect([code, stdout]).to.deep.equal([1, ''])
    expect(stderr).to.match(/^tapline: there is no command "chekc"; did you mean "check"\?; there are: check, explain, (?!.*worker)/)
    expect((await tapline(folder, 'new', 'plugn', 'x')).stderr).to.include('did you mean "plugin"?')
  })

  it('is told by "tapline explain" which pipelines there are', async () => {
    await using folder = await Folder.make()
    const { code, stderr } = await tapline(folder, 'explain', 'chatt')
    expect(code).to.equal(1)
    expect(stderr).to.match(/no pipeline "chatt".*"chat".*there are: .*chat.*inference/)
  })
})

describe('a configuration that cannot be started', () => {
  const plugins = {
    'needy.ts': `import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'needy', needs: ['nothing'], setup: () => ({}) })`,
    'typo.ts': `import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'typo', needs: ['cach'], setup: () => ({}) })`,
    'one.ts': `import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'one', provides: 'one', needs: ['two'], setup: () => ({ service: {} }) })`,
    'two.ts': `import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'two', provides: 'two', needs: ['one'], setup: () => ({ service: {} }) })`,
    'throws.ts': `import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'throws', setup() { throw new Error('no such luck') } })`,
    'fails.ts': `throw new Error('cannot even load')`,
    'syntax.ts': 'export default {{',
    'nothing.ts': 'export const x = 1',
    'loose.ts': `import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'loose', schema: { type: 'object', properties: { word: { type: 'string', description: 'A word.' } } }, setup: () => ({}) })`,
    'strict.ts': `import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'strict', schema: { type: 'object', additionalProperties: false, required: ['word'], properties: { word: { type: 'string', description: 'A word.' }, count: { type: 'integer', description: 'A count.' } } }, setup: () => ({}) })`,
  }

  /** YAML with a mark before what is wrong, what is said of it, and the pointer if it matters. */
  const cases: Readonly<Record<string, readonly [string, RegExp, string?]>> = {
    'names a step that is not there': ['pipelines:\n  chat:\n    - ‸insert: no-such-plugin\n      after: auth\n', /no plugin "no-such-plugin"/],
    'names a step that is nearly there': ['pipelines:\n  chat:\n    - insert: { ‸use: retri, name: again }\n      after: auth\n', /no plugin "retri".*"retry"/],
    'names a file that is not there': ['pipelines:\n  chat:\n    - insert: { ‸use: ./none.ts }\n      after: auth\n', /no plugin "\.\/none\.ts"/],
    'names a file that does not load': ['pipelines:\n  chat:\n    - insert: { ‸use: ./fails.ts }\n      after: auth\n', /cannot even load/],
    'names a file that is no TypeScript': ['pipelines:\n  chat:\n    - insert: { ‸use: ./syntax.ts }\n      after: auth\n', /cannot be loaded/],
    ...Object.fromEntries(
      ['fs', 'node:fs', 'https://example.com/x.ts', 'data:text/javascript,export', 'file://elsewhere/x.ts', 'file:%00'].map(use => [
        `names what can be no plugin: ${use}`,
        [`pipelines:\n  chat:\n    - insert: { ‸use: '${use}' }\n      after: auth\n`, /there is no plugin "/] as const,
      ]),
    ),
    'names a file that exports no plugin': ['pipelines:\n  chat:\n    - insert: { ‸use: ./nothing.ts }\n      after: auth\n', /does not export a plugin/],
    'pins a plugin that has changed': [`pipelines:\n  chat:\n    - insert: { ‸use: ./needy.ts, sha256: ${'0'.repeat(64)} }\n      after: auth\n`, /SHA-256/],
    'names no anchor that is there': [
      'pipelines:\n  chat:\n    - insert: { use: ./strict.ts, options: { word: a } }\n      ‸after: user-pth\n',
      /no step "user-pth".*"user-path"/,
      '/pipelines/chat/0/after',
    ],
    'removes what is not there': ['pipelines:\n  chat:\n    - ‸remove: retri\n', /no step "retri".*"retry"/, '/pipelines/chat/0/remove'],
    'sets what is not there': [
      'pipelines:\n  chat:\n    - ‸set: cache-exakt\n      options: { ttl: 1 }\n',
      /no step "cache-exakt".*"cache-exact"/,
      '/pipelines/chat/0/set',
    ],
    'replaces what is not there': ['pipelines:\n  chat:\n    - ‸replace: nothing-like-it\n      with: retry\n', /no step "nothing-like-it"/],
    'wants an impossible order': [
      'pipelines:\n  chat:\n    - ‸insert: { use: ./strict.ts, options: { word: a } }\n      after: models\n      before: auth\n',
      /impossible order: "models" stands below "auth"/,
    ],
    'has one name twice': ['pipelines:\n  chat:\n    - ‸insert: retry\n      after: auth\n', /there is a step "retry" already/],
    'gives an option of the wrong type': [
      'pipelines:\n  chat:\n    - set: cache-exact\n      options: { enabled: true, ‸max_entry_bytes: lots }\n',
      /size/,
      '/pipelines/chat/0/options/max_entry_bytes',
    ],
    'gives an option that is not known': ['pipelines:\n  chat:\n    - set: retry\n      options: { ‸max_retrys: 1 }\n', /unknown.*max_retries/],
    'misspells an option of auth': ['pipelines:\n  chat:\n    - set: auth\n      options: { ‸master_ky: x }\n', /unknown key; did you mean "master_key"/],
    'misspells an option of models': [
      'pipelines:\n  chat:\n    - set: models\n      options: { ‸only_alias: true }\n',
      /unknown key; did you mean "only_aliases"/,
    ],
    'misspells an option of user-path': ['pipelines:\n  chat:\n    - set: user-path\n      options: { ‸heder: X }\n', /unknown key; did you mean "header"/],
    'misspells an option of guardrails': ['pipelines:\n  chat:\n    - set: guardrails\n      options: { ‸rule: [] }\n', /unknown key; did you mean "rules"/],
    'misspells an option of a plugin that leaves its schema open': [
      'pipelines:\n  chat:\n    - insert: { use: ./loose.ts, options: { ‸wrd: a } }\n      after: auth\n',
      /unknown key; did you mean "word"/,
    ],
    'has an empty master key': ['server:\n  ‸master_key: "${NO_SUCH_KEY:-}"\n', /^expected string that is not empty, got ""$/, '/server/master_key'],
    'has a master key that is not set': ['server:\n  ‸master_key: "${NO_SUCH_KEY}"\n', /^\$\{NO_SUCH_KEY\} is not set; /, '/server/master_key'],
    'gives one pipeline a service of its own': [
      'pipelines:\n  chat:\n    - ‸set: models\n      options: { only_aliases: true }\n',
      /^models provides "models", and so does another step with other options$/,
      '/pipelines/chat/0',
    ],
    'lists a plugin that is not there': ['plugins:\n  load:\n    - ‸file: ./none.ts\n', /no plugin ".*\/none\.ts"/, '/plugins/load/0'],
    'lists a plugin that has changed': [`plugins:\n  load:\n    - ‸{ file: ./strict.ts, sha256: ${'0'.repeat(64)} }\n`, /SHA-256/, '/plugins/load/0'],
    'says what nothing heeds': ['providers:\n  openai: { ‸passthrough_user_header: true }\n', /unknown key/],
    'asks a provider for an operation that it has not': [
      'providers:\n  openai: { operations: [chat, ‸embedings] }\n',
      /no operation "embedings".*"embeddings"/,
      '/providers/openai/operations/1',
    ],
    'asks a provider for a misspelt group of operations': [
      'providers:\n  openai: { operations: [chat, ‸stored_response] }\n',
      /no operation "stored_response".*"stored_responses"/,
      '/providers/openai/operations/1',
    ],
    'leaves an option out': [
      'pipelines:\n  chat:\n    - ‸insert: { use: ./strict.ts, options: { count: 1 } }\n      after: auth\n',
      /missing/,
      '/pipelines/chat/0/insert/options/word',
    ],
    'leaves all options out': ['pipelines:\n  chat:\n    - ‸insert: ./strict.ts\n      after: auth\n', /missing/],
    'asks for a service that nobody provides': [
      'pipelines:\n  chat:\n    - ‸insert: { use: ./needy.ts }\n      after: auth\n',
      /needy needs the service "nothing"/,
    ],
    'asks for a service that is nearly there': ['pipelines:\n  chat:\n    - ‸insert: { use: ./typo.ts }\n      after: auth\n', /"cach".*"cache"/],
    'has services that need each other': [
      'pipelines:\n  chat:\n    - ‸insert: ./one.ts\n      after: auth\n    - insert: ./two.ts\n      after: one\n',
      /needs a service that needs/,
    ],
    'has a plugin that cannot be set up': [
      'pipelines:\n  chat:\n    - ‸insert: { use: ./throws.ts }\n      after: auth\n',
      /throws\.ts:2:\d+ cannot be set up: no such luck/,
    ],
    'extends what is not there': [
      'pipelines:\n  own:\n    ‸extends: inferense\n    route: POST /own\n',
      /no pipeline "inferense".*"inference"/,
      '/pipelines/own/extends',
    ],
    'extends itself': ['pipelines:\n  own:\n    ‸extends: own\n    route: POST /own\n', /extends itself/],
    'goes round in a circle': [
      'pipelines:\n  a: { extends: b, route: POST /a }\n  b: { extends: c }\n  c: { ‸extends: a }\n',
      /extends itself, by way of a → b → c/,
    ],
    'has a route twice': [
      'pipelines:\n  own: { extends: inference, ‸route: POST /v1/embeddings }\n',
      /POST \/v1\/embeddings is the route of pipeline "embeddings" already/,
      '/pipelines/own/route',
    ],
    'has a route under other words': [
      'pipelines:\n  own: { extends: inference, ‸route: POST /v1/Embeddings/ }\n',
      /POST \/v1\/Embeddings is the route of pipeline "embeddings" already, as POST \/v1\/embeddings$/,
      '/pipelines/own/route',
    ],
    'has a route that is none': [
      'pipelines:\n  own: { extends: inference, ‸route: /v1/own }\n',
      /^expected a method and a path such as POST \/v1\/chat\/completions, got "\/v1\/own"$/,
      '/pipelines/own/route',
    ],
    'has a route with a misspelt method': [
      'pipelines:\n  own: { extends: inference, route: [GET /own, ‸PSOT /own] }\n',
      /^there is no method "PSOT"; did you mean "POST"\?$/,
      '/pipelines/own/route/1',
    ],
    'has a route with a method in small letters': [
      'pipelines:\n  own: { extends: inference, ‸route: get /own }\n',
      /^there is no method "get"; did you mean "GET"\?$/,
      '/pipelines/own/route',
    ],
    'has a route with a method that nobody serves': [
      'pipelines:\n  own: { extends: inference, ‸route: CONNECT /own }\n',
      /^there is no method "CONNECT"$/,
      '/pipelines/own/route',
    ],
    'has a route with two parameters of one name': [
      'pipelines:\n  own: { extends: inference, ‸route: "GET /own/:id/of/:id" }\n',
      /^the path "\/own\/:id\/of\/:id" has two parameters "id"$/,
      '/pipelines/own/route',
    ],
    'has a route without a leading slash': [
      'pipelines:\n  own: { extends: inference, ‸route: POST own/chat }\n',
      /^the path "own\/chat" does not begin with \/; did you mean "\/own\/chat"\?$/,
      '/pipelines/own/route',
    ],
    'has a route with a rest that has no name': [
      'pipelines:\n  own: { extends: inference, ‸route: GET /own/* }\n',
      /^no call can have the path "\/own\/\*": expected .*\*name/,
      '/pipelines/own/route',
    ],
    'has a route with a query': [
      'pipelines:\n  own: { extends: inference, ‸route: GET /own?x=1 }\n',
      /^no call can have the path "\/own\?x=1"/,
      '/pipelines/own/route',
    ],
    'has a route with two parameters beside each other': [
      'pipelines:\n  own: { extends: inference, ‸route: "GET /own/:a:b" }\n',
      /^no call can have the path/,
      '/pipelines/own/route',
    ],
    'has a route with dots for segments': [
      'pipelines:\n  own: { extends: inference, ‸route: GET /own/../other }\n',
      /\. or \.\. segments/,
      '/pipelines/own/route',
    ],
    'has a route that names a setting that is not there': [
      'pipelines:\n  own: { extends: inference, ‸route: "GET {metrics.endpont}" }\n',
      /^there is no setting "metrics\.endpont"/,
      '/pipelines/own/route',
    ],
    'serves all that nothing else does by one method': [
      'pipelines:\n  own: { extends: inference, ‸route: GET * }\n',
      /^the path "\*" does not begin with \/$/,
      '/pipelines/own/route',
    ],
    'puts a map without steps in the place of a default pipeline': [
      'pipelines:\n  ‸chat:\n    route: POST /v2/chat\n',
      /write a list.*extends/,
      '/pipelines/chat',
    ],
    'writes patches of a default pipeline in a map': ['pipelines:\n  ‸chat:\n    patches: [{ remove: retry }]\n', /write a list.*extends/, '/pipelines/chat'],
    'says nothing of a pipeline that is not there': ['pipelines:\n  ‸chatt:\n', /no pipeline "chatt" to patch.*"chat"/, '/pipelines/chatt'],
    'patches a pipeline that is not there': ['pipelines:\n  ‸chatt: [{ remove: retry }]\n', /no pipeline "chatt" to patch.*"chat"/, '/pipelines/chatt'],
    'has a patch that is none': ['pipelines:\n  chat:\n    - ‸{ delete: retry }\n', /delete|patch|insert/],
    'names a dialect that is not there': [
      'pipelines:\n  own: { extends: inference, route: POST /own, ‸dialect: openai-chatt }\n',
      /^there is no dialect "openai-chatt"; did you mean "openai-chat"\?$/,
      '/pipelines/own/dialect',
    ],
    'has a guardrail of no type': ['guardrails:\n  rules:\n    - ‸{ name: x, type: no_such_type }\n', /no plugin "no-such-type"/, '/guardrails/rules/0'],
    'has a guardrail with a bad option': [
      'guardrails:\n  rules:\n    - { name: x, type: string_replace, config: { rules: a => b, ‸mode: odd } }\n',
      /literal/,
      '/guardrails/rules/0/config/mode',
    ],
    'counts calls of a guardrail that makes none': [
      'guardrails:\n  rules:\n    - ‸{ name: x, type: string_replace, user_path: /safety, config: { rules: a => b } }\n',
      /unknown key/,
      '/guardrails/rules/0/config/user_path',
    ],
    'counts calls of a guardrail below what is no path': [
      'guardrails:\n  rules:\n    - { name: x, type: llm_judge, ‸user_path: safety, config: { model: judge, prompt: Block cats } }\n',
      /\^\(\//,
      '/guardrails/rules/0/user_path',
    ],
    'is no YAML': ['pipelines:\n  chat: [\n‸', /./],
    'has a member that is not known': ['‸pipelins: {}\n', /pipelins.*pipelines|unknown/],
  }

  let folder: Folder
  before(async () => {
    folder = await Folder.make(plugins)
  })
  after(() => folder[Symbol.asyncDispose]())

  const problemsOf = async (yaml: string): Promise<readonly Problem[]> => {
    const file = join(folder.path, 'tapline.yaml')
    await writeFile(file, yaml)
    try {
      await (await compile(file)).discard()
    } catch (cause) {
      if (cause instanceof ConfigError) return cause.problems
      throw cause
    }
    throw new Error('it was compiled')
  }

  for (const [name, [marked, message, pointer]] of Object.entries(cases)) {
    it(`because it ${name} is told where`, async () => {
      const [problem, ...others] = await problemsOf(marked.replace('‸', ''))
      const before = marked.slice(0, marked.indexOf('‸')).split('\n')
      expect(problem?.message).to.match(message)
      expect(problem).to.include({ file: join(folder.path, 'tapline.yaml'), line: before.length })
      if (name !== 'is no YAML') expect(problem?.column, JSON.stringify(problem)).to.equal((before.at(-1) as string).length + 1)
      if (pointer !== undefined) expect(problem?.pointer).to.equal(pointer)
      expect(others).to.deep.equal([])
    })
  }

  it('is told everything at once', async () => {
    const problems = await problemsOf(
      'pipelines:\n  chat:\n    - remove: retri\n    - remove: metrix\n  own: { extends: nothing, route: POST /own }\n  more: [{ remove: x }]\n',
    )
    expect(problems.map(({ line }) => line)).to.deep.equal([3, 4, 5, 6])
  })

  it('is told of form, names and plugins that cannot be set up in one run', async () => {
    const problems = await problemsOf(
      'server: { prot: 1 }\nlogging_runtime: { level: loud }\nproviders:\n  prod: { type: opena }\npipelines:\n  chat:\n    - remove: retri\n    - insert: { use: ./throws.ts }\n      after: auth\n  own: { extends: inferense, route: POST /own }\n  embeddings:\n    - { delete: retry }\nvirtual_models: [{ source: a, target: b }, { source: b, target: a }]\n',
    )
    expect(problems.map(({ line, pointer }) => `${line} ${pointer}`)).to.deep.equal([
      '1 /server/prot',
      '2 /logging_runtime/level',
      '4 /providers/prod/type',
      '7 /pipelines/chat/0/remove',
      '8 /pipelines/chat/1/insert',
      '10 /pipelines/own/extends',
      '12 /pipelines/embeddings/0',
    ])
    const withoutForm = await problemsOf(
      'server: { prot: 1 }\npipelines:\n  chat: [{ insert: ./throws.ts, after: auth }]\nvirtual_models: [{ source: a, target: b }, { source: b, target: a }]\n',
    )
    expect(withoutForm.map(({ line, pointer }) => `${line} ${pointer}`)).to.deep.equal(['1 /server/prot', '3 /pipelines/chat/0/insert', '4 /virtual_models/0'])
  })

  const alone: Readonly<Record<string, readonly [string, string]>> = {
    'a pipeline whose form is wrong, and one that extends it': [
      'pipelines:\n  own: { extends: inference, ‸stpes: [auth, letters] }\n  other: { extends: own, route: POST /other, patches: [{ remove: letters }] }\n',
      '/pipelines/own/stpes',
    ],
    'patches whose form is wrong, and some that build on them': [
      'pipelines:\n  inference: [{ insert: ./loose.ts, ‸afer: auth }]\n  chat: [{ remove: loose }]\n',
      '/pipelines/inference/0/afer',
    ],
    'a misspelt list of plugins, and a step from it': [
      '‸plugns: { load: [{ file: ./loose.ts }] }\npipelines:\n  chat: [{ insert: loose, after: auth }]\n',
      '/plugns',
    ],
    'a step that is not there, and one that needs a service of it': [
      'pipelines:\n  chat: [{ insert: { ‸use: ./none.ts }, after: auth }, { insert: ./needy.ts, after: auth }]\n',
      '/pipelines/chat/0/insert/use',
    ],
    'a setting whose form is wrong, and one that refers to it': [
      'virtual_models: [{ source: a, ‸targt: openai/gpt-test }]\nusers: [{ path: /a, allowed_models: [a] }]\n',
      '/virtual_models/0/targt',
    ],
    'a misspelt setting, and one that refers to it': [
      '‸virtual_modls: [{ source: a, target: openai/gpt-test }]\nusers: [{ path: /a, allowed_models: [a] }]\n',
      '/virtual_modls',
    ],
    'a misspelt setting that chooses where something is kept, and those that keep it there': [
      'cache: { response: { simple: { redis: { ‸uri: "redis://far" } } } }\n',
      '/cache/response/simple/redis/uri',
    ],
    'a provider whose form is wrong, and a setting that refers to it': [
      'providers:\n  far: { type: ollama, ‸base_ulr: "http://far/v1" }\nusers: [{ path: /a, allowed_models: [far/*] }]\n',
      '/providers/far/base_ulr',
    ],
    'a plugin that cannot be set up, and one that needs its service': [
      'models: { enabled_by_default: true }\n‸virtual_models: [{ source: a, target: b }, { source: b, target: a }]\nusers: [{ path: /a, allowed_models: [nobody/*] }]\n',
      '/virtual_models/0',
    ],
  }
  for (const [name, [marked, pointer]] of Object.entries(alone)) {
    it(`is told only the mistake, and nothing that follows from it, of ${name}`, async () => {
      expect((await problemsOf(marked.replace('‸', ''))).map(problem => problem.pointer)).to.deep.equal([pointer])
    })
  }

  it('may forbid plugins that are not of the default set', async () => {
    const [problem] = await problemsOf('plugins: { enabled: false }\npipelines:\n  chat:\n    - insert: ./strict.ts\n      after: auth\n')
    expect(problem?.message).to.match(/not of the default set/)
  })
})
