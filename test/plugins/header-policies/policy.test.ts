import { expect } from 'chai'
import { checkOptions } from '../../../core/config/schema/options.ts'
import { headerPolicy, type HeaderPolicy } from '../../../core/upstream/headers/header-policy.ts'
import { headerPolicyProblem } from '../../../plugins/shared/guard/header-policy.ts'
import { CompiledPolicy } from '../../../plugins/header-policies/compiled-policy.ts'
import { PlannedPolicy, type Change } from '../../../plugins/header-policies/planned-policy.ts'

type Flat = readonly string[]

const checked = (more: object) => checkOptions(headerPolicy, { name: 'p', actions: [{ action: 'set', header: 'X-On', value: '1' }], ...more }, () => undefined)
const policyOf = (more: object) => checked(more).value as HeaderPolicy

function requestOf({ method = 'POST', path = '/v1/chat/completions', sent = [], headers = {} }: Sent) {
  const names = sent.filter((_, i) => i % 2 === 0).map(name => name.toLowerCase())
  const joined = Object.fromEntries(names.map(name => [name, sent.filter((_, i) => i % 2 === 1 && names[(i - 1) / 2] === name).join(', ')]))
  return { method, path, headers: { ...joined, ...headers }, rawHeaders: sent }
}

interface Sent {
  readonly method?: string
  readonly path?: string
  /** Flat, as the caller sent them. */
  readonly sent?: Flat
  /** As a step before left them. */
  readonly headers?: Readonly<Record<string, string>>
}

describe('a header policy', () => {
  const matching: readonly [string, object, Sent, boolean][] = [
    ['for any request, without restrictions', {}, {}, true],
    ['for its methods, in whatever case', { methods: ['post'] }, {}, true],
    ['not for other methods', { methods: ['GET', 'PUT'] }, {}, false],
    ['for its paths', { paths: ['/v1/messages', '/v1/chat/completions'] }, {}, true],
    ['for its path, however the caller spells it', { paths: ['/v1/chat/completions'] }, { path: '/V1/Chat/Completions/' }, true],
    ['not for a path that only begins so', { paths: ['/v1/chat'] }, {}, false],
    ['for paths with its prefix', { paths: ['/v1/chat/*'] }, {}, true],
    ['for paths with its prefix, however the caller spells them', { paths: ['/v1/Chat/*'] }, { path: '/V1/CHAT/completions' }, true],
    ['not for what a prefix stands below', { paths: ['/v1/chat/*'] }, { path: '/v1/chat' }, false],
    ['for every path with a star alone', { paths: ['*'] }, {}, true],
    ['not for its path under another method', { methods: ['GET'], paths: ['/v1/chat/completions'] }, {}, false],
    ['where a header is there', { when: [{ header: 'X-Beta' }] }, { sent: ['x-beta', ''] }, true],
    ['not where it is not', { when: [{ header: 'X-Beta' }] }, {}, false],
    ['where a header is there, said so', { when: [{ header: 'X-Beta', present: true }] }, { sent: ['X-BETA', '1'] }, true],
    ['where a header is not there', { when: [{ header: 'X-Beta', present: false }] }, {}, true],
    ['not where that header is there', { when: [{ header: 'X-Beta', present: false }] }, { sent: ['X-Beta', '1'] }, false],
    ['where a header has a value', { when: [{ header: 'X-Beta', equals: 'on' }] }, { sent: ['X-Beta', 'on'] }, true],
    ['not where it has another', { when: [{ header: 'X-Beta', equals: 'on' }] }, { sent: ['X-Beta', 'on!'] }, false],
    ['where one of its values is that', { when: [{ header: 'X-Beta', equals: 'on' }] }, { sent: ['X-Beta', 'off', 'x-beta', 'on'] }, true],
    ['where a header is empty', { when: [{ header: 'X-Beta', equals: '' }] }, { sent: ['X-Beta', ''] }, true],
    ['not where an empty one is missing', { when: [{ header: 'X-Beta', equals: '' }] }, {}, false],
    ['where a value has a match', { when: [{ header: 'X-Beta', matches: 'v[12]' }] }, { sent: ['X-Beta', 'beta-v2'] }, true],
    ['not where none has', { when: [{ header: 'X-Beta', matches: '^v[12]$' }] }, { sent: ['X-Beta', 'beta-v2'] }, false],
    ['not where a header with a pattern is missing', { when: [{ header: 'X-Beta', matches: '.*' }] }, {}, false],
    ['where all of its conditions hold', { when: [{ header: 'X-A' }, { header: 'X-B', equals: '1' }] }, { sent: ['X-A', '', 'X-B', '1'] }, true],
    ['not where only one of them does', { when: [{ header: 'X-A' }, { header: 'X-B', equals: '1' }] }, { sent: ['X-A', ''] }, false],
    ['by what a step before made of a header', { when: [{ header: 'X-A', equals: 'theirs' }] }, { sent: ['X-A', 'theirs'], headers: { 'x-a': 'ours' } }, false],
  ]
  for (const [sentence, more, sent, expected] of matching) {
    it(`acts ${sentence}`, () => {
      expect(new CompiledPolicy(policyOf(more)).changesFor(requestOf(sent)).length > 0).to.equal(expected)
    })
  }

  const acting: readonly [string, readonly object[], Sent, readonly Change[]][] = [
    ['sets a value', [{ action: 'set', header: 'X-A', value: 'v' }], {}, [{ header: 'X-A', value: 'v' }]],
    ['sets an empty value', [{ action: 'set', header: 'X-A', value: '' }], {}, [{ header: 'X-A', value: '' }]],
    ['takes a header out', [{ action: 'remove', header: 'X-A' }], {}, [{ header: 'X-A', value: undefined }]],
    [
      'copies the first value of a header',
      [{ action: 'set', header: 'X-A', from_header: 'X-B' }],
      { sent: ['x-b', '1', 'X-B', '2'] },
      [{ header: 'X-A', value: '1', source: 'X-B' }],
    ],
    [
      'copies what a step before made of a header',
      [{ action: 'set', header: 'X-A', from_header: 'X-B' }],
      { sent: ['x-b', '1', 'X-B', '2'], headers: { 'x-b': 'bound' } },
      [{ header: 'X-A', value: 'bound', source: 'X-B' }],
    ],
    [
      'copies nothing from a header that is not there',
      [
        { action: 'set', header: 'X-A', from_header: 'X-B' },
        { action: 'remove', header: 'X-C' },
      ],
      {},
      [{ header: 'X-C', value: undefined }],
    ],
    [
      'lets the later action on a header win',
      [
        { action: 'set', header: 'X-A', value: '1' },
        { action: 'remove', header: 'x-a' },
      ],
      {},
      [{ header: 'x-a', value: undefined }],
    ],
    [
      'lets a copy win where there is one',
      [
        { action: 'set', header: 'X-A', value: '1' },
        { action: 'set', header: 'X-A', from_header: 'X-B' },
      ],
      {},
      [{ header: 'X-A', value: '1' }],
    ],
  ]
  for (const [sentence, actions, sent, expected] of acting) {
    it(sentence, () => {
      expect(new CompiledPolicy(policyOf({ actions })).changesFor(requestOf(sent))).to.deep.equal(expected)
    })
  }
})

describe('a header policy that is none', () => {
  const set = (more: object) => ({ actions: [{ action: 'set', header: 'X-A', ...more }] })
  const credentials = ['Authorization', 'x-api-key', 'Api-Key', 'X-Goog-Api-Key', 'Cookie', 'Set-Cookie', 'Proxy-Authorization', 'X-Amz-Security-Token']
  const transport = [
    'Host',
    'Content-Length',
    'Connection',
    'Keep-Alive',
    'Proxy-Connection',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Accept-Encoding',
    'Content-Encoding',
    'Content-Type',
  ]

  for (const name of [...credentials, ...transport]) {
    const why = credentials.includes(name) ? /carries credentials/ : /belongs to the transport/
    for (const [what, more, at] of [
      ['sets', { actions: [{ action: 'set', header: name, value: 'v' }] }, 'actions.0.header'],
      ['removes', { actions: [{ action: 'remove', header: name }] }, 'actions.0.header'],
      ['copies', set({ from_header: name }), 'actions.0.from_header'],
    ] as const) {
      it(`is refused where it ${what} ${name}, before it is stored and before it is used`, () => {
        const policy = policyOf(more)
        expect(headerPolicyProblem(policy)).to.deep.include({ at }).and.to.have.property('message').that.matches(why)
        expect(() => new CompiledPolicy(policy)).to.throw(why)
      })
    }
  }

  const wrong: Readonly<Record<string, readonly [object, string]>> = {
    'looks at a credential': [{ when: [{ header: 'X-A' }, { header: 'authorization', matches: 'sk' }] }, 'when.1.header'],
    'asks two things of one header': [{ when: [{ header: 'X-A', equals: 'a', present: true }] }, 'when.0'],
    'has a pattern with a back-reference': [{ when: [{ header: 'X-A', matches: String.raw`(a)\1` }] }, 'when.0.matches'],
    'has a pattern that looks around': [{ when: [{ header: 'X-A', matches: 'a(?=b)' }] }, 'when.0.matches'],
    'sets nothing': [set({}), 'actions.0'],
    'sets two things': [set({ value: 'v', from_header: 'X-B' }), 'actions.0'],
    'removes a value': [{ actions: [{ action: 'remove', header: 'X-A', value: 'v' }] }, 'actions.0.value'],
    'removes from a header': [
      {
        actions: [
          { action: 'set', header: 'X-A', value: 'v' },
          { action: 'remove', header: 'X-A', from_header: 'X-B' },
        ],
      },
      'actions.1.from_header',
    ],
  }
  for (const [what, [more, at]] of Object.entries(wrong)) {
    it(`is refused where it ${what}`, () => {
      expect(headerPolicyProblem(policyOf(more))).to.have.property('at', at)
    })
  }

  const unfit: Readonly<Record<string, readonly [object, string]>> = {
    'a name with a slash': [{ name: 'a/b' }, '/name'],
    'a step below 0': [{ step: -1 }, '/step'],
    'a path that is none': [{ paths: ['v1'] }, '/paths/0'],
    'a star within a path': [{ paths: ['/v1/*/x'] }, '/paths/0'],
    'a header that is none': [{ when: [{ header: 'X A' }] }, '/when/0/header'],
    'a value over two lines': [set({ value: 'a\r\nX-B: c' }), '/actions/0/value'],
    'an action that is none': [{ actions: [{ action: 'append', header: 'X-A' }] }, '/actions/0/action'],
    'no actions': [{ actions: [] }, '/actions'],
    'a member that nobody knows': [{ user_path: '/team' }, '/user_path'],
  }
  for (const [what, [more, pointer]] of Object.entries(unfit)) {
    it(`is refused with ${what}`, () => {
      expect(checked(more).problems.map(({ pointer }) => pointer)).to.deep.equal([pointer])
    })
  }
})

describe('what a header policy did', () => {
  const standing = ['X-A', 'old', 'X-Two', '1', 'x-two', '2', 'X-Same', 'v']
  const told: readonly [string, readonly Change[], object | undefined][] = [
    ['is what became another', [{ header: 'x-a', value: 'new' }], { set: { 'x-a': 'new' } }],
    ['is what came to be', [{ header: 'X-B', value: '' }], { set: { 'X-B': '' } }],
    ['is what became one of several', [{ header: 'X-Two', value: '1' }], { set: { 'X-Two': '1' } }],
    ['is the name alone of what was taken out', [{ header: 'X-A', value: undefined }], { removed: ['X-A'] }],
    [
      'is nothing where everything stands so already',
      [
        { header: 'x-same', value: 'v' },
        { header: 'X-None', value: undefined },
      ],
      undefined,
    ],
    [
      'leaves out what changed nothing',
      [
        { header: 'x-same', value: 'v' },
        { header: 'X-A', value: undefined },
      ],
      { removed: ['X-A'] },
    ],
    ...['X-My-Auth', 'apikey', 'X-SECRET', 'x-session-id', 'X-Token', 'x-credentials'].map((header): [string, readonly Change[], object] => [
      `hides the value of ${header}`,
      [{ header, value: 'v' }],
      { set: { [header]: '[REDACTED]' } },
    ]),
    ['hides a value that was copied from where it would be hidden', [{ header: 'X-B', value: 'v', source: 'X-Session-Id' }], { set: { 'X-B': '[REDACTED]' } }],
  ]
  for (const [sentence, changes, expected] of told) {
    it(sentence, () => {
      const reports: object[] = []
      new PlannedPolicy(changes, report => reports.push(report)).flat(standing)
      expect(reports).to.deep.equal(expected === undefined ? [] : [expected])
    })
  }

  it('is told once, of the first call that it changed', () => {
    const reports: object[] = []
    const planned = new PlannedPolicy([{ header: 'X-A', value: undefined }], report => reports.push(report))
    expect([planned.flat(['X-B', '1']), planned.flat(standing), planned.flat(standing)].map(({ length }) => length)).to.deep.equal([2, 6, 6])
    expect(reports).to.deep.equal([{ removed: ['X-A'] }])
  })
})
