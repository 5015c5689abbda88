import { expect } from 'chai'
import { chatCompletion } from '../../../../core/testing/chat-samples.ts'
import { HeaderEdits } from '../../../../core/upstream/headers/header-edits.ts'
import type { ProviderDefinition } from '../../../../core/plugin/provider.ts'
import { ProviderHeaders } from '../../../../core/upstream/headers/provider-headers.ts'
import { hello, Served } from '../../../support/serve.ts'

const definition: ProviderDefinition = {
  name: 'vendor',
  dialects: ['openai-chat'],
  operations: {},
  defaultHeaders: { 'X-Default': 'of the type', 'X-Other': 'of the type' },
}

interface Case {
  readonly settings?: object
  /** Flat, as the caller sent them. */
  readonly from?: readonly string[]
  readonly own?: readonly string[]
  readonly edits?: readonly HeaderEdits[]
  readonly key?: string
  readonly expected: readonly string[]
}

const given = ['Content-Type', 'application/json', 'Accept', 'application/json', 'Accept-Encoding', 'identity']
const defaults = ['X-Default', 'of the type', 'X-Other', 'of the type']
const open = { passthrough_user_headers: true }

const cases: Readonly<Record<string, Case>> = {
  'are those of the call, then the defaults of the type, then the key': { key: 'sk', expected: [...given, ...defaults, 'Authorization', 'Bearer sk'] },
  'have fixed headers in the place of defaults, in whatever case': {
    settings: { custom_upstream_headers: { 'x-default': 'fixed', 'X-Team': 'blue' } },
    expected: [...given, 'X-Other', 'of the type', 'x-default', 'fixed', 'X-Team', 'blue'],
  },
  'have no fixed header in the place of what says how the body is spelled': {
    settings: { custom_upstream_headers: { 'content-type': 'text/plain', ' Accept-Encoding ': 'gzip' } },
    expected: [...given, ...defaults],
  },
  'have no fixed header that the transport writes': {
    settings: { custom_upstream_headers: { Host: 'evil', 'Content-Length': '1', Connection: 'close', 'Transfer-Encoding': 'chunked' } },
    expected: [...given, ...defaults],
  },
  'have no fixed header in the place of the key': {
    settings: { custom_upstream_headers: { authorization: 'Bearer fixed' } },
    key: 'sk',
    expected: [...given, ...defaults, 'Authorization', 'Bearer sk'],
  },
  'have a fixed credential where there is no key': {
    settings: { custom_upstream_headers: { Authorization: 'Basic eA==' } },
    expected: [...given, ...defaults, 'Authorization', 'Basic eA=='],
  },
  'keep headers of callers back': { from: ['X-Mine', '1'], expected: [...given, ...defaults] },
  'have headers of callers in the place of defaults, where they may go along': {
    settings: open,
    from: ['x-DEFAULT', 'mine', 'User-Agent', 'sdk'],
    expected: [...given, 'X-Other', 'of the type', 'x-DEFAULT', 'mine', 'User-Agent', 'sdk'],
  },
  'keep the values of a repeated header of the caller': {
    settings: open,
    from: ['X-A', '1', 'x-a', '2'],
    expected: [...given, ...defaults, 'X-A', '1', 'x-a', '2'],
  },
  'have no fixed headers where those of callers go along': {
    settings: { ...open, custom_upstream_headers: { 'X-Team': 'blue' } },
    expected: [...given, ...defaults],
  },
  'leave out what is listed, in whatever case and with blanks': {
    settings: { ...open, passthrough_user_headers_skip: [' X-SECRET-sauce '] },
    from: ['x-secret-sauce', 's', 'X-A', '1'],
    expected: [...given, ...defaults, 'X-A', '1'],
  },
  'leave out all but what is listed, in the mode allow': {
    settings: { ...open, passthrough_user_headers_skip: ['x-a '], passthrough_user_headers_skip_mode: 'allow' },
    from: ['X-B', '2', 'X-A', '1'],
    expected: [...given, ...defaults, 'X-A', '1'],
  },
  'leave out everything, in the mode allow without a list': {
    settings: { ...open, passthrough_user_headers_skip_mode: 'allow' },
    from: ['X-B', '2'],
    expected: [...given, ...defaults],
  },
  'are changed by policy behind overrides': {
    settings: { custom_upstream_headers: { 'X-Team': 'blue' } },
    edits: [new HeaderEdits({ set: { 'x-team': 'red' }, remove: ['X-Other'] })],
    expected: [...given, 'X-Default', 'of the type', 'x-team', 'red'],
  },
  'have the key in the place of what policy made of its header': {
    settings: { auth_header: 'X-Custom-Auth', auth_scheme: '' },
    key: 'sk',
    edits: [new HeaderEdits({ set: { 'x-custom-auth': 'policy' } })],
    expected: [...given, ...defaults, 'X-Custom-Auth', 'sk'],
  },
}

/** What never goes along, whatever is listed. */
const floor: Readonly<Record<string, readonly string[]>> = {
  credentials: [
    'Authorization',
    'X-Api-Key',
    'Api-Key',
    'xi-api-key',
    'X-Goog-Api-Key',
    'X-Auth-Token',
    'X-Amz-Security-Token',
    'Proxy-Authorization',
    'X-Tapline-Key',
  ],
  "the header of the provider's own key": ['X-Custom-Auth'],
  cookies: ['Cookie', 'Set-Cookie'],
  'what the connection says': ['Connection', 'Keep-Alive', 'TE', 'Trailer', 'Transfer-Encoding', 'Upgrade', 'Proxy-Connection', 'X-Hop', 'Host', 'Expect'],
  'what proxies say': ['Forwarded', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Real-Ip', 'Via'],
  'user paths': ['X-Tapline-User-Path', 'X-GoModel-User-Path'],
  'what says how the body is spelled': ['Content-Type', 'Content-Length', 'Content-Encoding', 'Accept-Encoding', 'Accept'],
}

describe('the headers of a call to a provider', () => {
  const headersOf = ({ settings = {}, from, own = [], edits = [], key }: Omit<Case, 'expected'>) => {
    const caller = from === undefined ? {} : { caller: { request: { headers: joined(from), rawHeaders: from }, ownHeaders: new Set(own) } }
    return new ProviderHeaders({ name: 'vendor', type: 'vendor', ...settings }, definition, {}).of([...given], { edits, key, ...caller })
  }

  for (const [sentence, { expected, ...facts }] of Object.entries(cases)) {
    it(sentence, () => {
      expect(headersOf(facts)).to.deep.equal(expected)
    })
  }

  for (const [what, names] of Object.entries(floor)) {
    for (const mode of ['skip', 'allow']) {
      it(`never have the caller's: ${what} (mode ${mode})`, () => {
        const settings = {
          ...open,
          auth_header: 'X-Custom-Auth',
          passthrough_user_headers_skip_mode: mode,
          passthrough_user_headers_skip: mode === 'allow' ? [...names, 'X-Kept'] : [],
        }
        const from = ['Connection', 'x-hop', ...names.flatMap(name => [name, 'leak']), 'X-Kept', '1']
        expect(headersOf({ settings, from, own: ['x-tapline-user-path', 'x-gomodel-user-path'] })).to.deep.equal([...given, ...defaults, 'X-Kept', '1'])
      })
    }
  }
})

/** As Node joins repeated headers. */
function joined(flat: readonly string[]): Record<string, string> {
  const names = flat.filter((_, i) => i % 2 === 0).map(name => name.toLowerCase())
  return Object.fromEntries(names.map(name => [name, flat.filter((_, i) => i % 2 === 1 && names[(i - 1) / 2] === name).join(', ')]))
}

describe('overrides of the headers to a provider', () => {
  const message = {
    id: 'msg',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content: [{ type: 'text', text: 'hi' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 1 },
  }
  const sent = async (served: Served) => {
    await served.chat(hello, { 'x-mine': '1', 'anthropic-beta': 'b', 'x-tapline-user-path': '/team', accept: 'text/plain' })
    return served.upstream.requests.at(-1)?.headers ?? {}
  }

  it('reach native calls', async () => {
    await using served = await Served.start({ config: { providers: { openai: { passthrough_user_headers: true } } } })
    served.upstream.always({ body: chatCompletion() })
    expect(await sent(served))
      .to.include({ 'x-mine': '1', authorization: 'Bearer sk-upstream', 'content-type': 'application/json', accept: 'application/json' })
      .and.not.have.any.keys('x-tapline-user-path')
  })

  it('reach translated calls, of every type', async () => {
    await using served = await Served.start({
      env: { OPENAI_API_KEY: '', ANTHROPIC_API_KEY: 'sk-ant', ANTHROPIC_MODELS: 'gpt-test' },
      config: { providers: { anthropic: { base_url: '${OPENAI_BASE_URL}', passthrough_user_headers: true } } },
    })
    served.upstream.always({ body: JSON.stringify(message) })
    expect(await sent(served))
      .to.include({ 'x-mine': '1', 'x-api-key': 'sk-ant', 'anthropic-version': '2023-06-01' })
      .and.not.have.any.keys('x-tapline-user-path', 'authorization')
  })

  it('let callers pass nothing where nobody opened the way', async () => {
    await using served = await Served.start({ config: { providers: { openai: { custom_upstream_headers: { 'X-Team': 'blue' } } } } })
    served.upstream.always({ body: chatCompletion() })
    expect(await sent(served))
      .to.include({ 'x-team': 'blue' })
      .and.not.have.any.keys('x-mine', 'anthropic-beta')
  })

  it('keep the gateway from starting with a mode that is none', async () => {
    const failure = await Served.start({ config: { providers: { openai: { passthrough_user_headers_skip_mode: 'deny' } } } }).then(
      () => undefined,
      (cause: unknown) => cause,
    )
    expect(String(failure)).to.match(/passthrough_user_headers_skip_mode.*skip/)
  })
})
