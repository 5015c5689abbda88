import { expect } from 'chai'
import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose'
import { Gate } from '../../../core/testing/gate.ts'
import { Verifier } from '../../../plugins/auth-oidc/verifier.ts'
import { Issuer } from '../../support/issuer.ts'
import { failureOf } from '../../support/refusal-of.ts'
import { until } from '../../support/until.ts'
import { audience, Trusting } from './trusting.ts'

const passes = { identity: { userId: 'jane', admin: 'nothing' } }
const unpublished = { refused: 'the token is signed with a key that its issuer does not publish' }
const unavailable = { unavailable: 'the keys of the issuer cannot be read' }
const minuteMs = 60_000

describe('the keys of an issuer', () => {
  let issuer: Issuer
  let trusting: Trusting
  beforeEach(async () => {
    issuer = await Issuer.start()
    trusting = await Trusting.in(issuer)
    issuer.requests.length = 0
  })
  afterEach(async () => {
    await trusting.taps.close?.()
    await issuer.close()
  })

  const token = (kid = 'first', more: Readonly<Record<string, unknown>> = {}) => issuer.sign(trusting.claims(issuer, more), { kid })
  const awaited = async (kid?: string) => await trusting.recognise(await token(kid))
  /** Lets time pass, and with it the next reading of the keys. */
  const afterReading = async (ms: number) => {
    const before = issuer.requests.length
    trusting.clock.advance(ms)
    await until(() => issuer.requests.length >= before + (issuer.isDown ? 1 : 2) && trusting.clock.pending === 1)
  }

  it('are read before anybody calls, and not again for a call', async () => {
    expect(await awaited()).to.deep.equal(passes)
    expect(issuer.requests).to.deep.equal([])
  })

  it('are found where the issuer says', async () => {
    await trusting.taps.close?.()
    trusting = await Trusting.in(issuer)
    expect(issuer.requests).to.deep.equal(['/.well-known/openid-configuration', '/keys'])
  })

  it('verify a token once: then it is known at once, by its hash', async () => {
    const one = await token()
    expect(trusting.known(one)).to.equal('not at once')
    expect(await trusting.recognise(one)).to.deep.equal(passes)
    expect(trusting.known(one)).to.deep.equal(passes)
    expect(trusting.known(await token('first', { sub: 'john' }))).to.equal('not at once')
  })

  it('let a token that is known pass until it expires, and no longer', async () => {
    const one = await token('first', { exp: trusting.seconds + 60 })
    await trusting.recognise(one)
    trusting.clock.advance(minuteMs + 29_999)
    expect(trusting.known(one)).to.deep.equal(passes)
    trusting.clock.advance(1)
    expect(trusting.known(one)).to.equal('not at once')
    expect(await trusting.recognise(one)).to.deep.equal({ refused: 'the token has expired' })
  })

  it('do not keep tokens that were refused', async () => {
    const early = await token('first', { nbf: trusting.seconds + minuteMs / 1000 })
    expect(await trusting.recognise(early)).to.deep.equal({ refused: 'the token is not valid yet' })
    trusting.clock.advance(minuteMs)
    expect(await trusting.recognise(early)).to.deep.equal(passes)
  })

  it('are read anew for a token with a new key, once for all who ask', async () => {
    await issuer.add('second')
    trusting.clock.advance(10_000)
    expect(await Promise.all(Array.from({ length: 20 }, () => awaited('second')))).to.deep.equal(Array.from({ length: 20 }, () => passes))
    expect(issuer.requests).to.have.length(2)
  })

  it('are not read anew for each token with a key that nobody knows', async () => {
    await issuer.add('secret', { isSecret: true })
    for (let round = 0; round < 3; round++) {
      trusting.clock.advance(10_000)
      for (let asked = 0; asked < 5; asked++) expect(await awaited('secret')).to.deep.equal(unpublished)
      expect(issuer.requests).to.have.length(2 * (round + 1))
    }
  })

  it('are not read anew for a token of another issuer, or by another algorithm', async () => {
    await issuer.add('secret', { isSecret: true })
    trusting.clock.advance(minuteMs)
    for (const [more, header] of [
      [{ iss: 'https://elsewhere.example' }, { kid: 'secret' }],
      [{}, { kid: 'secret', alg: 'none' }],
    ] as const) {
      const [, claims, signature] = (await issuer.sign(trusting.claims(issuer, more), { kid: 'secret' })).split('.')
      await trusting.recognise([Buffer.from(JSON.stringify({ alg: 'ES256', ...header })).toString('base64url'), claims, signature].join('.'))
    }
    expect(issuer.requests).to.deep.equal([])
  })

  it('make nobody wait whose key is known, while others wait', async () => {
    await issuer.add('second')
    const gate = (issuer.gate = new Gate())
    trusting.clock.advance(10_000)
    const waiting = awaited('second')
    await gate.reached
    expect(await awaited('first')).to.deep.equal(passes)
    gate.open()
    expect(await waiting).to.deep.equal(passes)
  })

  it('are read every ten minutes, and those that are gone open nothing more', async () => {
    const known = await token()
    await trusting.recognise(known)
    await issuer.add('second')
    issuer.withdraw('first')
    await afterReading(10 * minuteMs)
    expect(await trusting.recognise(known)).to.deep.equal(unpublished)
    expect(await awaited('second')).to.deep.equal(passes)
  })

  it('keep no token that was being verified while they changed', async () => {
    const gate = new Gate()
    const find = createLocalJWKSet({ keys: [issuer.publicKey('first')] })
    const slow = async (...asked: Parameters<JWTVerifyGetKey>) => {
      await gate
      return await find(...asked)
    }
    const verifier = new Verifier({ issuer: issuer.url, audience, claims: {}, clockSkewMs: 0, keys: { find: slow }, clock: trusting.clock })
    const presented = { token: await token(), tokenHash: 'hash', request: {} as never }
    const verifying = verifier.recognise(presented)
    await gate.reached
    verifier.forget()
    gate.open()
    expect(await verifying).to.deep.equal(passes)
    expect(verifier.recognise(presented)).to.be.a('promise')
  })

  it('leave tokens known where they did not change', async () => {
    const known = await token()
    await trusting.recognise(known)
    await afterReading(10 * minuteMs)
    expect(trusting.known(known)).to.deep.equal(passes)
  })

  it('stay good while the issuer is away; of others nobody can tell', async () => {
    await issuer.add('second')
    issuer.isDown = true
    await afterReading(10 * minuteMs)
    await afterReading(30_000)
    expect(await awaited('first')).to.deep.equal(passes)
    expect(await awaited('second')).to.deep.equal(unavailable)
    issuer.isDown = false
    expect(await awaited('second')).to.deep.equal(unavailable)
    trusting.clock.advance(5_000)
    expect(await awaited('second')).to.deep.equal(passes)
  })

  it('are told of in the log once when they cannot be read, and once when they can', async () => {
    issuer.isDown = true
    await afterReading(10 * minuteMs)
    await afterReading(30_000)
    issuer.isDown = false
    await afterReading(30_000)
    await afterReading(10 * minuteMs)
    expect(trusting.log.map(line => (JSON.parse(line) as { msg: string }).msg)).to.deep.equal([
      'the keys of the issuer cannot be read; those known stay good',
      'the keys of the issuer can be read again',
    ])
  })

  it('are not read any more by a plugin that is closed', async () => {
    await trusting.taps.close?.()
    expect(trusting.clock.pending).to.equal(0)
  })

  const troubles: readonly [string, (issuer: Issuer) => void, RegExp][] = [
    [
      'is away',
      issuer => {
        issuer.isDown = true
      },
      /answered 503/,
    ],
    [
      'calls itself otherwise',
      issuer => {
        issuer.answers.set('/.well-known/openid-configuration', { body: '{"issuer":"https://elsewhere.example"}' })
      },
      /calls itself .*https:\/\/elsewhere\.example.*auth\.oidc\.issuer must say the same/,
    ],
    [
      'names no place for its keys',
      issuer => {
        issuer.answers.set('/.well-known/openid-configuration', { body: JSON.stringify({ issuer: issuer.url }) })
      },
      /the address of a service begins with https/,
    ],
    [
      'has its keys where anybody can change them on the way',
      issuer => {
        issuer.answers.set('/.well-known/openid-configuration', { body: JSON.stringify({ issuer: issuer.url, jwks_uri: 'http://elsewhere.example/keys' }) })
      },
      /must begin with https/,
    ],
    [
      'has its keys in a file',
      issuer => {
        issuer.answers.set('/.well-known/openid-configuration', { body: JSON.stringify({ issuer: issuer.url, jwks_uri: 'file:///etc/passwd' }) })
      },
      /begins with https/,
    ],
    [
      'redirects',
      issuer => {
        issuer.answers.set('/keys', { status: 302, body: '' })
      },
      /answered 302/,
    ],
    [
      'answers with a page',
      issuer => {
        issuer.answers.set('/keys', { body: '<html>' })
      },
      /something else than a JSON object/,
    ],
    [
      'answers with null',
      issuer => {
        issuer.answers.set('/keys', { body: 'null' })
      },
      /something else than a JSON object/,
    ],
    [
      'answers with no keys',
      issuer => {
        issuer.answers.set('/keys', { body: '{"keys":{}}' })
      },
      /JSON Web Key Set malformed/,
    ],
    [
      'answers with megabytes',
      issuer => {
        issuer.answers.set('/keys', { body: `{"keys":[],"x":"${'x'.repeat(1_100_000)}"}` })
      },
      /longer than/,
    ],
  ]
  for (const [what, spoil, trouble] of troubles) {
    it(`do not keep the gateway from its start where the issuer ${what}; its tokens are not let in, and the log says why`, async () => {
      spoil(issuer)
      const later = await Trusting.in(issuer)
      expect(await later.recognise(await token())).to.deep.equal(unavailable)
      expect(later.log.join('')).to.match(trouble)
      await later.taps.close?.()
    })
  }

  it('that nobody can verify with are no failure of the gateway', async () => {
    issuer.answers.set('/keys', { body: JSON.stringify({ keys: [{ kty: 'EC', crv: 'P-256', kid: 'first', alg: 'ES256', x: 'AAAA', y: 'AAAA' }] }) })
    const later = await Trusting.in(issuer)
    expect(await later.recognise(await token())).to.deep.equal({ refused: 'the token cannot be verified' })
    await later.taps.close?.()
  })
})

describe('trust in an issuer', () => {
  it("is nobody's while none is named", async () => expect((await Trusting.setUp({})).sources).to.deep.equal([]))

  const wrong: readonly [string, Record<string, string>, RegExp][] = [
    ['without an audience', { issuer: 'https://id.example' }, /set auth\.oidc\.audience/],
    ['in nobody, for an audience', { audience: 'me' }, /set auth\.oidc\.issuer/],
    ['over plain http', { issuer: 'http://id.example', audience: 'me' }, /must begin with https/],
    ['by something else than an address', { issuer: 'id.example', audience: 'me' }, /begins with https/],
    ['by an address with a password', { issuer: 'https://a:b@id.example', audience: 'me' }, /holds no user/],
  ]
  for (const [what, options, message] of wrong)
    it(`is refused at the start ${what}`, async () => {
      expect(await failureOf<Error>(Trusting.setUp(options)))
        .to.have.property('message')
        .that.matches(message)
    })
})
