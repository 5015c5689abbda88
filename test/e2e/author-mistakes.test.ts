import { expect } from 'chai'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from '../../core/config/problems/place.ts'
import { ConfigError } from '../../core/config/problems/problems.ts'
import { flawOfDialect } from '../../core/gateway/loading/vet-dialect.ts'
import { flawOfProvider } from '../../core/gateway/loading/vet-provider.ts'
import { block, refuse, type Exchange, type NewMessage } from '../../core/index.ts'
import { definePlugin, type Taps } from '../../core/plugin/define.ts'
import { defaultNames, load, LoadError } from '../../core/plugin/load.ts'
import { defineProvider } from '../../core/plugin/provider.ts'
import { providerConformance } from '../../core/testing/conformance.ts'
import { runPlugin } from '../../core/testing/run-plugin.ts'
import { compile } from '../support/compile.ts'
import { Folder } from '../support/run-tapline.ts'

/** A module whose default is a plugin that says so of itself. */
const plugin = (members: string) => `import { definePlugin } from 'tapline'\nexport default definePlugin({ ${members} })\n`

/** Files, and what is said of each. */
const mistakes: Readonly<Record<string, readonly [string, string]>> = {
  'exports nothing': ['export const x = 1', './it.ts does not export a plugin as its default: expected export default definePlugin({ name, … })'],
  'has no name': [plugin('setup: () => ({})'), './it.ts does not export a plugin as its default'],
  'has a name of other characters': [
    plugin("name: 'My Plugin', setup: () => ({})"),
    './it.ts cannot be used: its name is "My Plugin": expected lower-case words with hyphens',
  ],
  'sets nothing up': [plugin("name: 'it'"), './it.ts cannot be used: it has no setup'],
  'misspells a member': [
    plugin("name: 'it', need: ['cache'], setup: () => ({})"),
    './it.ts cannot be used: a plugin has no member "need"; did you mean "needs"?',
  ],
  'gives a member of another type': [plugin("name: 'it', needs: 'cache', setup: () => ({})"), './it.ts cannot be used: needs is not a list'],
  'needs what is no name of a service': [plugin("name: 'it', needs: ['cache', 3], setup: () => ({})"), './it.ts cannot be used: needs is not a list of texts'],
  'has a schema that is none': [
    plugin("name: 'it', schema: { type: 'object', properties: { word: { type: 'strnig' } } }, setup: () => ({})"),
    './it.ts cannot be used: its schema is wrong: /properties/word/type must be equal to one of the allowed values',
  ],
  'has a default that is none': [
    plugin("name: 'it', schema: { type: 'object', properties: { wait: { type: 'number', format: 'duration', default: 2000 } } }, setup: () => ({})"),
    './it.ts cannot be used: its schema is wrong: the default of /wait: expected duration such as 500ms, as an operator would write it',
  ],
  'misspells what failing means': [
    plugin("name: 'it', onError: 'opn', setup: () => ({})"),
    './it.ts cannot be used: onError is "opn": expected open or closed',
  ],
  'misspells a phase': [
    plugin("name: 'it', phases: ['promt'], setup: () => ({})"),
    './it.ts cannot be used: there is no phase "promt"; did you mean "prompt"?',
  ],
  'offers a service without a name': [
    plugin("name: 'it', setup: () => ({ service: {} })"),
    "it cannot be set up: nobody would find its service: expected provides: 'its-name'",
  ],
  'misspells a tap': [plugin("name: 'it', setup: () => ({ promt() {} })"), 'it cannot be set up: there is no tap "promt"; did you mean "prompt"?'],
  'has a tap that is no function': [plugin("name: 'it', setup: () => ({ prompt: 'no' })"), 'it cannot be set up: prompt is not a function'],
  'returns no taps': [plugin("name: 'it', setup: () => 'done'"), 'it cannot be set up: its setup returned done: expected an object of taps'],
  'forgets to return its taps': [
    plugin("name: 'it', setup() { ({ prompt() {} }) }"),
    'it cannot be set up: its setup returned undefined: expected an object of taps',
  ],
  'forgets to return its taps later': [
    plugin("name: 'it', async setup() { ({ prompt() {} }) }"),
    'it cannot be set up: its setup returned undefined: expected an object of taps',
  ],
  'returns a list of taps': [
    plugin("name: 'it', setup: () => [{ prompt() {} }]"),
    'it cannot be set up: its setup returned a list: expected an object of taps',
  ],
  'has a stream tap that is none': [
    plugin("name: 'it', setup: () => ({ stream: 'by' })"),
    'it cannot be set up: stream is "by": expected an object, or \'pass\'',
  ],
  'has a stream tap that is a function': [
    plugin("name: 'it', setup: () => ({ stream: text => text })"),
    "it cannot be set up: stream is a function: expected an object, or 'pass'",
  ],
  'misspells a member of its stream tap': [
    plugin("name: 'it', setup: () => ({ stream: { lookbehnd: 3, text: text => text } })"),
    'it cannot be set up: a stream tap has no member "lookbehnd"; did you mean "lookbehind"?',
  ],
  'would have a stream wait': [
    plugin("name: 'it', setup: () => ({ stream: { text: async text => text } })"),
    'it cannot be set up: text of its stream tap is asynchronous: a stream waits for nobody; buffer: true collects it for response, which may wait',
  ],
  'reads a stream that is collected': [
    plugin("name: 'it', setup: () => ({ response() {}, stream: { buffer: true, lookbehind: 3, text: text => text } })"),
    'it cannot be set up: text of its stream tap would never be called: with buffer: true, a stream is collected for response',
  ],
  'looks behind by less than nothing': [
    plugin("name: 'it', setup: () => ({ stream: { lookbehind: -1, text: text => text } })"),
    'it cannot be set up: lookbehind is not a number of 0 or more',
  ],
  'is no TypeScript that Node can strip': [
    "import { definePlugin } from 'tapline'\n  enum Mode { block }\n",
    './it.ts:2:3 cannot be loaded: TypeScript enum is not supported in strip-only mode',
  ],
  'ends too early': [plugin("name: 'it', setup: () => ({").slice(0, -3), './it.ts:2 cannot be loaded: '],
  'throws while it is loaded': [
    'const list = undefined\n\nexport default list.length\n',
    "./it.ts:3:21 cannot be loaded: Cannot read properties of undefined (reading 'length')",
  ],
  'throws while it is set up': [
    "import { definePlugin } from 'tapline'\nexport default definePlugin({\n  name: 'it',\n  setup() { throw new Error('no') },\n})\n",
    './it.ts:4:19 cannot be set up: no',
  ],
  'throws in time while it is set up': [
    "import { definePlugin } from 'tapline'\nconst fail = () => { throw new Error('no') }\nexport default definePlugin({ name: 'it', setup: async () => { await null; return fail() } })\n",
    './it.ts:2:28 cannot be set up: no',
  ],
  'throws while its options are judged': [
    "import { definePlugin } from 'tapline'\nexport default definePlugin({ name: 'it', setup: () => ({ vet() { throw new Error('no') } }) })\n",
    './it.ts:2:73 cannot be used: no',
  ],
  'imports a file without its ending': ["import { x } from './itt'\n", "./it.ts:1:19 cannot be loaded: Cannot find module '"],
  'imports a package that is not there': [
    "import 'no-such-package/part'\n",
    "./it.ts:1:8 cannot be loaded: Cannot find package 'no-such-package' imported from ",
  ],
  'imports what Tapline has not': [
    "import { definePlugn } from 'tapline'\nexport default definePlugn({})\n",
    "./it.ts:1:10 cannot be loaded: The requested module 'tapline' does not provide an export named 'definePlugn'",
  ],
  'imports a type as if it were a value': [
    "import { definePlugin, Exchange } from 'tapline'\n",
    "./it.ts:1:24 cannot be loaded: The requested module 'tapline' does not provide an export named 'Exchange': if it is a type, say import { type Exchange }",
  ],
}

describe('a plugin of one file that', () => {
  const told = async (text: string, type: 'module' | 'commonjs' | 'none' = 'module', use = './it.ts'): Promise<string | undefined> => {
    await using folder = await Folder.make({ 'it.ts': text, 'tapline.yaml': `pipelines:\n  chat:\n    - insert: ${use}\n      before: retry\n` })
    if (type !== 'none') await writeFile(join(folder.path, 'package.json'), JSON.stringify({ type }))
    const cause = await compile(join(folder.path, 'tapline.yaml')).then(
      generation => generation.discard(),
      (cause: unknown) => cause,
    )
    if (!(cause instanceof ConfigError)) return undefined
    expect(cause.problems.map(({ file, line }) => [file, line])).to.deep.equal([[join(folder.path, 'tapline.yaml'), 3]])
    return cause.problems[0]?.message
  }

  for (const [name, [text, message]] of Object.entries(mistakes)) {
    it(`${name} is refused, and its author told why`, async () => {
      const said = await told(text)
      expect(said?.slice(0, message.length)).to.equal(message)
    })
  }

  it('imports an entry that is not there is refused, and its author told which there are', async () => {
    expect(await told("import { definePlugin } from 'tapline/plugin'\n")).to.match(/: there are tapline, tapline\/guardrail, [a-z/, ]+tapline\/testing$/)
  })

  it('imports a file without its ending is refused, and its author told what to write, wherever that stands', async () => {
    await using folder = await Folder.make({
      'helper.ts': 'export const x = 1',
      'within.ts': "\nimport './helper.js'",
      'it.ts': "import './helper'",
      'other.ts': "import './within.ts'",
      'tapline.yaml': 'pipelines: { chat: [{ insert: ./it.ts, before: retry }, { insert: ./other.ts, before: retry }] }',
    })
    const cause: unknown = await compile(join(folder.path, 'tapline.yaml')).catch((cause: unknown) => cause)
    expect((cause as ConfigError).problems.map(({ message }) => message.replaceAll(folder.path, '…'))).to.deep.equal([
      "./it.ts:1:8 cannot be loaded: Cannot find module '…/helper' imported from …/it.ts: write './helper.ts'",
      "./other.ts cannot be loaded: Cannot find module '…/helper.js' imported from …/within.ts:2:8: write './helper.ts'",
    ])
  })

  for (const [use, near] of [
    ['it.ts', './it.ts'],
    ['it', './it.ts'],
    ['./it', './it.ts'],
    ['./itt.ts', './it.ts'],
  ] as const) {
    it(`is called ${use} is not found, and its author told how it is called`, async () => {
      expect(await told(plugin("name: 'it', setup: () => ({})"), 'module', use)).to.equal(`there is no plugin "${use}"; did you mean "${near}"?`)
    })
  }

  it('ends too early beside no package.json is refused, and its author told where', async () => {
    expect(await told(plugin("name: 'it', setup: () => ({").slice(0, -3), 'none')).to.match(/^\.\/it\.ts:2 cannot be loaded: /)
  })

  it('waits for ever while it is loaded is refused, and its author told of it', async () => {
    await using folder = await Folder.make({ 'it.ts': `await new Promise(() => {})\n${plugin("name: 'it', setup: () => ({})")}` })
    const cause = await load('plugin', './it.ts', folder.path, { searchPaths: [], foreignAllowed: true, limitMs: 1 }).catch((cause: unknown) => cause)
    expect(cause).to.be.instanceOf(LoadError).with.property('message', './it.ts cannot be loaded: its top level took longer than 0.001 s')
  })

  it('is a folder is refused, and its author told what is expected', async () => {
    expect(await told('', 'module', './')).to.equal('./ cannot be read (it is a folder): expected the path of a .ts or .js file')
  })

  it('lies beside a package.json for another kind of modules is refused, and its author told what to say there', async () => {
    expect(await told(plugin("name: 'it', setup: () => ({})"), 'commonjs')).to.match(
      /^\.\/it\.ts:1:1 cannot be loaded: Cannot use import statement outside a module: the package\.json beside it must say "type": "module"$/,
    )
  })

  it('has all that it should is taken', async () => {
    expect(
      await told(
        plugin(
          "name: 'it-2', description: 'It.', edits: false, onError: 'open', timeoutMs: 0, phases: ['prompt'], setup: async () => ({ prompt() {}, response: undefined, stream: { buffer: true } })",
        ),
      ),
    ).to.equal(undefined)
  })

  it('is an instance of a class, as its taps are, is taken with what it keeps beside', async () => {
    expect(
      await told(
        "class Taps { seen = new Set(); stream = new Stream(); prompt() {} }\nclass Stream { lookbehind = 3; heard = 0; text(text) { return text } }\nclass It { name = 'it'; made = 0; setup() { return new Taps() } }\nexport default new It()",
      ),
    ).to.equal(undefined)
  })
})

/** A module whose default is a provider that says so of itself. */
const provider = (members: string) =>
  `import { defineProvider } from 'tapline'\nexport default defineProvider({ name: 'it', dialects: ['openai-chat'], operations: { chat: 'POST /chat' }, ${members} })\n`

const mistakesOfProviders: Readonly<Record<string, readonly [string, string]>> = {
  'misspells a member': [provider("baseURL: 'https://it.example'"), 'a provider has no member "baseURL"; did you mean "baseUrl"?'],
  'says what no provider says': [provider('retries: 3'), 'a provider has no member "retries"'],
  'gives a member of another type': [provider("needs: 'api_key'"), 'needs is not a list of texts'],
  'needs what cannot be given': [provider("needs: ['api-key']"), 'it needs "api-key", and can need api_key and base_url; did you mean "api_key"?'],
  'misspells a method': [
    provider("operations: { chat: 'PSOT /chat' }"),
    'its operation chat is at "PSOT /chat": expected a method and a path, for example POST /chat/completions',
  ],
  'misspells a member of its auth': [provider("auth: { heder: 'x-key' }"), 'auth has no member "heder"; did you mean "header"?'],
  'misspells a member of its model details': [
    provider("modelDetails: { endpoint: 'POST /show', aks() {}, read() {} }"),
    'modelDetails has no member "aks"; did you mean "ask"?',
  ],
  'misspells a member of an adapter': [provider('adapters: { speech: { repyl() {} } }'), 'the adapter of speech has no member "repyl"; did you mean "reply"?'],
  'promises what nobody waits for': [provider('async respell() {}'), 'respell is not a function that answers at once: it must not be async'],
  'promises it in an adapter': [
    provider('adapters: { speech: { reply: async () => ({}) } }'),
    'reply is not a function that answers at once: it must not be async',
  ],
  'has a schema that is none': [
    provider("schema: { properties: { region: { type: 'strnig' } } }"),
    'its schema is wrong: /properties/region/type must be equal to one of the allowed values',
  ],
}

describe('a provider of one file that', () => {
  const told = async (text: string): Promise<readonly Problem[]> => {
    await using folder = await Folder.make({ 'it.ts': text, 'tapline.yaml': 'providers:\n  mine:\n    type: ./it.ts\n    base_url: http://127.0.0.1:1\n' })
    const cause = await compile(join(folder.path, 'tapline.yaml')).then(
      generation => generation.discard(),
      (cause: unknown) => cause,
    )
    return cause instanceof ConfigError ? cause.problems : []
  }

  for (const [name, [text, message]] of Object.entries(mistakesOfProviders)) {
    it(`${name} is refused, and its author told why`, async () => {
      const [problem, ...others] = await told(text)
      expect(problem).to.include({ line: 3, column: 5, pointer: '/providers/mine/type' })
      expect(problem?.message)
        .to.match(/^\.\/it\.ts cannot be used: /)
        .and.include(message)
      expect(others).to.deep.equal([])
    })
  }

  it('has all that it should is taken', async () => {
    expect(
      await told(
        provider(
          "env: 'IT', auth: { header: 'x-key' }, schema: { properties: { region: { type: 'string' } } }, adapters: { speech: { reply: () => ({}) } }, sign: async () => {}",
        ),
      ),
    ).to.deep.equal([])
  })

  it('is of the default set has nothing wrong with it', async () => {
    for (const name of await defaultNames('provider')) {
      const { definition } = await load('provider', name, '/', { searchPaths: [], foreignAllowed: false })
      expect(flawOfProvider(definition), name).to.equal(undefined)
    }
  })

  it('misspells a member is refused by the conformance kit', async () => {
    const misspelt = { baseURL: 'https://it.example/v1' }
    const definition = defineProvider({
      name: 'it',
      baseUrl: 'https://it.example/v1',
      dialects: ['openai-chat'],
      operations: { chat: 'POST /chat' },
      ...misspelt,
    })
    const failed: string[] = []
    for (const { name, run } of providerConformance(definition))
      await run().catch(() => {
        failed.push(name)
      })
    expect(failed).to.deep.equal(['says of itself only what Tapline reads'])
  })
})

const verdicts = 'expected nothing, or what block(), warn(), answer() or new Reply() makes'

/** Taps, and what is said of each: never a word of the conversation. */
const failures: Readonly<Record<string, readonly [Taps | object, string]>> = {
  'returns the text that it meant to rewrite': [{ prompt: () => 'hello' }, `prompt returned a text: ${verdicts}`],
  'returns a response of fetch': [{ request: () => new Response('no') }, `request returned an instance of Response: ${verdicts}`],
  'returns whether to go on': [{ lookup: () => Promise.resolve(false) }, `lookup returned true or false: ${verdicts}`],
  'returns null': [{ response: () => null }, `response returned null: ${verdicts}`],
  'returns a reply in the place of a refusal': [{ attempt: () => ({ status: 403 }) }, 'attempt returned an object: expected nothing, or what refuse() makes'],
  'throws what keeps an attempt back': [
    {
      attempt: () => {
        throw refuse('no')
      },
    },
    'attempt threw what refuse() makes: expected it to be returned',
  ],
  'blocks where only what comes next is asked': [
    { attempt: () => refuse('no'), recover: () => block('no', 'No') },
    "recover returned an instance of Blocked: expected nothing, or retry(afterMs), next, giveUp or { do: 'answer', reply }",
  ],
  'reads the conversation too early': [
    { request: ({ conversation }: Exchange) => void conversation },
    'the body is read behind the phase request: no conversation is there before',
  ],
  'throws its refusal': [
    {
      prompt: () => {
        throw block('no', 'No')
      },
    },
    'prompt threw what block() makes: expected it to be returned',
  ],
  'forgets to return the text': [
    { prompt: ({ conversation }: Exchange) => void conversation.rewrite(() => undefined as unknown as string) },
    'rewrite() takes a function that returns a text, and it returned undefined',
  ],
  'rewrites texts later': [
    { prompt: ({ conversation }: Exchange) => void conversation.rewrite((async (text: string) => text) as unknown as (text: string) => string) },
    'rewrite() takes a function that returns a text, and it returned an instance of Promise',
  ],
  'inserts a message as its vendor spells it': [
    { prompt: ({ conversation }: Exchange) => void conversation.insert(0, { role: 'system', content: 'Be brief.' } as unknown as NewMessage) },
    'insert() takes a message with a text, and its text is undefined',
  ],
  'inserts a message of nobody': [
    { prompt: ({ conversation }: Exchange) => void conversation.insert(0, { role: 'sytem', text: 'Be brief.' } as unknown as NewMessage) },
    'insert() takes a message with a role: system, developer, user, assistant, tool',
  ],
}

describe('a plugin whose tap', () => {
  for (const [name, [taps, message]] of Object.entries(failures)) {
    it(`${name} has failed, and its author is told why`, async () => {
      const { failures } = await runPlugin(definePlugin({ name: 'it', setup: () => taps as Taps }))
      expect(failures.map(({ cause }) => (cause as Error).message)).to.deep.equal([message])
    })
  }
})

const upstream = "operation: () => 'say', request: () => ({}), reply: () => ({}), stream: () => ({})"

/** A module whose default is a dialect that says so of itself. */
const dialect = (members: string) => `import { defineDialect } from 'tapline'\nexport default defineDialect({ name: 'it', ${members} })\n`

const mistakesOfDialects: Readonly<Record<string, readonly [string, string]>> = {
  'misspells a member': [dialect(`defaultHeader: {}, upstream: { ${upstream} }`), 'a dialect has no member "defaultHeader"; did you mean "defaultHeaders"?'],
  'misspells a member of its upstream': [
    dialect(`upstream: { ${upstream}, framng: 'json-lines' }`),
    'upstream has no member "framng"; did you mean "framing"?',
  ],
  'names a framing that there is not': [
    dialect(`upstream: { ${upstream}, framing: 'jsonlines' }`),
    'there is no framing "jsonlines"; did you mean "json-lines"?',
  ],
  'cannot read streams': [dialect(`upstream: { ${upstream}, stream: undefined }`), 'its upstream has no stream'],
  'promises a request': [
    dialect(`upstream: { ${upstream}, request: async () => ({}) }`),
    'request is not a function that answers at once: it must not be async',
  ],
  'misspells a member of its streams': [dialect('conversation() {}, stream: { txts() {} }'), 'stream has no member "txts"; did you mean "texts"?'],
  'misspells a member of its side for callers': [
    dialect('conversation() {}, caller: { requst() {} }'),
    'caller has no member "requst"; did you mean "request"?',
  ],
}

describe('a dialect of one file that', () => {
  const told = async (text: string): Promise<readonly Problem[]> => {
    await using folder = await Folder.make({
      'it.ts': text,
      'type.ts': provider("dialects: ['./it.ts']"),
      'tapline.yaml': 'providers:\n  mine:\n    type: ./type.ts\n    base_url: http://127.0.0.1:1\n',
    })
    const cause = await compile(join(folder.path, 'tapline.yaml')).then(
      generation => generation.discard(),
      (cause: unknown) => cause,
    )
    return cause instanceof ConfigError ? cause.problems : []
  }

  for (const [name, [text, message]] of Object.entries(mistakesOfDialects)) {
    it(`${name} is refused, and its author told why`, async () => {
      expect((await told(text)).map(({ pointer, message }) => [pointer, message])).to.deep.equal([['/providers/mine', `./it.ts cannot be used: ${message}`]])
    })
  }

  it('has all that it should is taken', async () => {
    expect(await told(dialect(`upstream: { ${upstream}, framing: 'json-lines', promptCaching: { directives: [] } }`))).to.deep.equal([])
  })

  it('is of the default set has nothing wrong with it', async () => {
    for (const name of await defaultNames('dialect')) {
      const { definition } = await load('dialect', name, '/', { searchPaths: [], foreignAllowed: false })
      expect(flawOfDialect(definition), name).to.equal(undefined)
    }
  })
})

describe('runPlugin', () => {
  it('refuses a plugin with a misspelt tap', async () => {
    const taps = { promt: () => undefined } as Taps
    let said: unknown
    await runPlugin(definePlugin({ name: 'it', setup: () => taps })).catch((cause: unknown) => {
      said = cause
    })
    expect(said).to.be.instanceOf(TypeError).with.property('message', 'there is no tap "promt"; did you mean "prompt"?')
  })

  it('refuses a plugin with a misspelt member', async () => {
    const misspelt = { need: ['cache'] }
    const definition = definePlugin({ name: 'it', ...misspelt, setup: () => ({}) })
    let said: unknown
    await runPlugin(definition).catch((cause: unknown) => {
      said = cause
    })
    expect(said).to.be.instanceOf(TypeError).with.property('message', 'it cannot be used: a plugin has no member "need"; did you mean "needs"?')
  })
})
