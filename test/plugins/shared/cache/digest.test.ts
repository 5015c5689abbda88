import { expect } from 'chai'
import { JsonDocument, type Exchange, type Target } from '../../../../core/index.ts'
import { digestOf, type DigestInput } from '../../../../plugins/shared/cache/digest.ts'

interface Facts {
  readonly userPath?: string
  readonly variesBy?: readonly string[]
  readonly ofCaller?: readonly string[]
  readonly query?: string
  readonly partition?: DigestInput['partition']
  readonly further?: readonly string[]
  readonly isNative?: boolean
  readonly judgesCallers?: boolean
  readonly labels?: readonly string[]
}

function digest({
  userPath = '',
  variesBy = [],
  ofCaller = [],
  query = '',
  partition = 'none',
  further = [],
  isNative = true,
  judgesCallers = false,
  labels = [],
}: Facts): string | undefined {
  const exchange = {
    request: { path: '/v1/chat/completions' },
    dialect: { name: 'openai-chat' },
    plan: { policy: 'p', ownHeaders: [], judgesCallers },
    labels,
    streamed: false,
    variesBy,
    userPath,
  } as unknown as Exchange
  const provider = {
    name: 'openai',
    type: 'openai',
    spoken: (dialect: Exchange['dialect']) => (isNative ? dialect : undefined),
    callerHeaders: () => [],
    headers: { ofCaller: () => ofCaller },
    queryOf: () => query,
  }
  return digestOf({
    version: 'v',
    exchange,
    target: { provider, model: 'm' } as unknown as Target,
    body: JsonDocument.parse(Buffer.from('{}')).root,
    partition,
    further,
  })
}

describe('what a cache knows a request by', () => {
  for (const [what, one, other] of [
    ['a caller without a path who is kept apart, and callers who are not', { partition: 'user_path' }, { partition: 'none', userPath: '/a' }],
    ['callers of one path and another who are kept apart', { partition: 'user_path', userPath: '/a' }, { partition: 'user_path', userPath: '/b' }],
    ['what policy set, and a header of that name', { variesBy: ['a', 'b'] }, { ofCaller: ['a', 'b'] }],
    ['a query that goes to the provider, and none', { query: '?beta=true' }, {}],
    ['a provider that speaks as the caller does, and one that does not', {}, { isNative: false }],
    ['callers of two paths where policy judges callers', { judgesCallers: true, userPath: '/a' }, { judgesCallers: true, userPath: '/b' }],
    ['callers of two labels where policy judges callers', { judgesCallers: true, labels: ['a'] }, { judgesCallers: true, labels: ['b'] }],
    ['what policy set, and what the answer depends on besides', { variesBy: ['a'] }, { further: ['a'] }],
  ] as const) {
    it(`tells ${what} apart`, () => {
      expect(digest(one))
        .to.match(/^[0-9a-f]{64}$/)
        .and.not.equal(digest(other))
    })
  }

  it('does not depend on the path of callers who share answers', () => {
    expect(digest({ userPath: '/a' })).to.equal(digest({ userPath: '/b' }))
  })
})
