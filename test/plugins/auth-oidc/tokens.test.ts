import { createHmac } from 'node:crypto'
import { expect } from 'chai'
import { SignJWT, UnsecuredJWT } from 'jose'
import { Issuer } from '../../support/issuer.ts'
import { audience, Trusting, type TrustOptions } from './trusting.ts'

interface Making {
  readonly issuer: Issuer
  readonly claims: Record<string, unknown>
  /** Seconds since 1970. */
  readonly now: number
}

type Make = (making: Making) => string | Promise<string>

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('the tokens of an issuer', () => {
  let issuer: Issuer
  let impostor: Issuer
  before(async () => {
    ;[issuer, impostor] = await Promise.all([Issuer.start(), Issuer.start()])
    await Promise.all(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES384', 'ES512', 'EdDSA', 'Ed25519'].map(alg => issuer.add(alg, { alg })))
    await issuer.add('second')
    await issuer.add('unpublished', { isSecret: true })
  })
  after(() => Promise.all([issuer.close(), impostor.close()]))

  const said = async (make: Make, options: TrustOptions = {}) => {
    const trusting = await Trusting.in(issuer, options)
    const { seconds: now } = trusting
    return await trusting.recognise(await make({ issuer, now, claims: trusting.claims(issuer) }))
  }
  const good: Make = ({ issuer, claims }) => issuer.sign(claims)

  const accepted: readonly [string, Make][] = [
    ['signed by ES256', good],
    ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES384', 'ES512', 'EdDSA', 'Ed25519'].map((alg): [string, Make] => [
      `signed by ${alg}`,
      ({ issuer, claims }) => issuer.sign(claims, { kid: alg, alg }),
    ]),
    ['for several audiences', ({ issuer, claims }) => issuer.sign({ ...claims, aud: ['another', audience] })],
    ['that expired less than the clocks may differ ago', ({ issuer, claims, now }) => issuer.sign({ ...claims, exp: now - 29 })],
    ['that is valid from a moment ago on', ({ issuer, claims, now }) => issuer.sign({ ...claims, nbf: now })],
    ['that will be valid before the clocks can differ', ({ issuer, claims, now }) => issuer.sign({ ...claims, nbf: now + 29 })],
    ['that says what kind it is', ({ issuer, claims }) => issuer.sign(claims, { typ: 'at+jwt' })],
  ]
  for (const [what, make] of accepted)
    it(`lets pass one ${what}`, async () => expect(await said(make)).to.deep.equal({ identity: { userId: 'jane', admin: 'nothing' } }))

  const refused: readonly [string, Make, string][] = [
    ['of another issuer', ({ claims }) => impostor.sign({ ...claims, iss: impostor.url }), 'is of another issuer'],
    ['of an issuer that is spelled otherwise', ({ issuer, claims }) => issuer.sign({ ...claims, iss: `${issuer.url}/` }), 'is of another issuer'],
    ['of no issuer', ({ issuer, claims: { iss: _, ...claims } }) => issuer.sign(claims), 'is of another issuer'],
    ['that another signed with a key of the same name', ({ claims }) => impostor.sign(claims), 'has a wrong signature'],
    ['for another audience', ({ issuer, claims }) => issuer.sign({ ...claims, aud: 'another' }), 'is for another audience'],
    ['for several others', ({ issuer, claims }) => issuer.sign({ ...claims, aud: ['one', 'two'] }), 'is for another audience'],
    ['for nobody', ({ issuer, claims: { aud: _, ...claims } }) => issuer.sign(claims), 'is for another audience'],
    ['that has expired', ({ issuer, claims, now }) => issuer.sign({ ...claims, exp: now - 30 }), 'has expired'],
    ['that never expires', ({ issuer, claims: { exp: _, ...claims } }) => issuer.sign(claims), 'has no right claim exp'],
    ['whose expiry is a word', ({ issuer, claims }) => issuer.sign({ ...claims, exp: 'never' } as never), 'has no right claim exp'],
    ['that is not valid yet', ({ issuer, claims, now }) => issuer.sign({ ...claims, nbf: now + 31 }), 'is not valid yet'],
    [
      'signed with a key that is not published',
      ({ issuer, claims }) => issuer.sign(claims, { kid: 'unpublished' }),
      'is signed with a key that its issuer does not publish',
    ],
    ['that says alg none', ({ claims }) => new UnsecuredJWT(claims).encode(), 'is signed by an algorithm that is not allowed'],
    [
      'that says alg none, and has a signature',
      async making => (await good(making)).replace(/^[^.]+/, encode({ alg: 'none' })),
      'is signed by an algorithm that is not allowed',
    ],
    [
      'whose secret is the public key',
      ({ issuer, claims }) =>
        new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'first' }).sign(Buffer.from(JSON.stringify(issuer.publicKey('first')))),
      'is signed by an algorithm that is not allowed',
    ],
    [
      "whose algorithm is another than its key's",
      ({ claims }) => forged(claims, { alg: 'RS512', kid: 'RS256' }),
      'is signed with a key that its issuer does not publish',
    ],
    ['that demands what nobody understands', ({ claims }) => forged(claims, { alg: 'ES256', kid: 'first', crit: ['odd'], odd: true }), 'cannot be verified'],
    ['whose claims were changed', async making => changed(await good(making), claims => ({ ...claims, sub: 'root' })), 'has a wrong signature'],
    ['whose signature was cut', async making => (await good(making)).slice(0, -4), 'has a wrong signature'],
    ['whose header is no JSON', async making => (await good(making)).replace(/^[^.]+/, 'a'), 'cannot be verified'],
    ['without a signature', async making => (await good(making)).replace(/[^.]+$/, ''), 'has a wrong signature'],
    ['that names no key, where there are several', ({ claims }) => forged(claims, { alg: 'ES256' }), 'does not say which key it is signed with'],
  ]
  for (const [what, make, reason] of refused)
    it(`refuses one ${what}, and says so to nobody but the audit log`, async () => expect(await said(make)).to.deep.equal({ refused: `the token ${reason}` }))

  const unknown: readonly [string, Make][] = [
    ['a key of the gateway', () => 'sk_tap_abc'],
    ['garbage between dots', () => 'a.b.c'],
    ['claims that are no JSON', async making => (await good(making)).replace(/^[^.]+\.[^.]+/, 'a.b')],
    ['claims that are a list', () => `${encode({ alg: 'ES256' })}.${encode([1])}.AAAA`],
    ['two parts', async making => (await good(making)).split('.').slice(0, 2).join('.')],
    ['an encrypted token', () => `${encode({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.a.b.c.d`],
    ['blanks around a token', async making => ` ${await good(making)} `],
    ['a line end within', async making => (await good(making)).replace('.', '\n.')],
    ['a token of 16 KiB and more', ({ issuer, claims }) => issuer.sign({ ...claims, much: 'x'.repeat(16_384) })],
    ['a megabyte of dots', () => '.'.repeat(1_000_000)],
    ['a megabyte of letters', () => 'x'.repeat(1_000_000)],
    ['nothing', () => ''],
  ]
  for (const [what, make] of unknown) it(`leaves ${what} to others`, async () => expect(await said(make)).to.equal(undefined))

  it('has nothing to say where there is no token', async () => {
    expect((await Trusting.in(issuer)).recognise(undefined)).to.equal(undefined)
  })

  const names = { claims: { user_path: 'team', labels: 'realm.groups', admin_scope: 'https://acme.example/admin' } }
  const paths: readonly [string, Record<string, unknown>, object][] = [
    [
      'a path, labels and a scope',
      { team: '/acme/a', realm: { groups: ['blue', 'red'] }, 'https://acme.example/admin': '/acme' },
      { userPath: '/acme/a', labels: ['blue', 'red'], admin: { root: '/acme', isGlobal: false } },
    ],
    [
      'all of it untidily',
      { team: ' acme// a ', realm: { groups: [' blue ', 'blue', '', 7, null] }, 'https://acme.example/admin': 'acme/' },
      { userPath: '/acme/a', labels: ['blue'], admin: { root: '/acme', isGlobal: false } },
    ],
    ['a single label', { team: '/acme', realm: { groups: 'blue' } }, { userPath: '/acme', labels: ['blue'], admin: 'nothing' }],
    ['a scope of everything', { team: '/acme', 'https://acme.example/admin': '/' }, { userPath: '/acme', admin: { root: '/', isGlobal: true } }],
    ['a scope that climbs', { team: '/acme', 'https://acme.example/admin': '/acme/../b' }, { userPath: '/acme', admin: 'nothing' }],
    ['a scope that is a list', { team: '/acme', 'https://acme.example/admin': ['/'] }, { userPath: '/acme', admin: 'nothing' }],
    ['an empty scope', { team: '/acme', 'https://acme.example/admin': '' }, { userPath: '/acme', admin: 'nothing' }],
    ['labels where an object was expected', { team: '/acme', realm: 'x' }, { userPath: '/acme', admin: 'nothing' }],
    [
      'a claim whose name has dots',
      { team: '/acme', 'realm.groups': ['flat'], realm: { groups: ['deep'] } },
      { userPath: '/acme', labels: ['flat'], admin: 'nothing' },
    ],
  ]
  for (const [what, more, identity] of paths)
    it(`takes from claims ${what}`, async () =>
      expect(await said(({ issuer, claims }) => issuer.sign({ ...claims, ...more }), names)).to.deep.equal({ identity: { userId: 'jane', ...identity } }))

  for (const sub of [undefined, '', 7, ['jane']]) {
    it(`knows nobody by the subject ${JSON.stringify(sub)}`, async () =>
      expect(((await said(({ issuer, claims }) => issuer.sign({ ...claims, sub } as never))) as { identity?: object }).identity ?? {}).to.not.have.property(
        'userId',
      ))
  }

  for (const team of [undefined, '', '  ', '/a/../b', 'a:b', 7, ['/a'], { path: '/a' }, null]) {
    it(`refuses a token whose path is ${JSON.stringify(team)}, for its caller would choose one`, async () => {
      expect(await said(({ issuer, claims }) => issuer.sign({ ...claims, team }), names)).to.deep.equal({ refused: "the token's claim team is no user path" })
    })
  }

  it('takes nothing for a claim that every object has', async () => {
    expect(await said(good, { claims: { user_path: 'constructor.name' } })).to.deep.equal({ refused: "the token's claim constructor.name is no user path" })
  })

  it('never logs a token', async () => {
    const trusting = await Trusting.in(issuer)
    const tokens = [
      await issuer.sign(trusting.claims(issuer)),
      await impostor.sign(trusting.claims(issuer)),
      await issuer.sign(trusting.claims(issuer), { kid: 'unpublished' }),
    ]
    issuer.isDown = true
    trusting.clock.advance(3_600_000)
    for (const token of tokens) await trusting.recognise(token)
    issuer.isDown = false
    for (const token of tokens) for (const part of token.split('.')) expect(trusting.log.join('')).to.not.include(part)
  })
})

/** Signed by somebody who has no key. */
function forged(claims: object, header: object): string {
  const signed = `${encode(header)}.${encode(claims)}`
  return `${signed}.${createHmac('sha256', 'guess').update(signed).digest('base64url')}`
}

function changed(token: string, change: (claims: object) => object): string {
  const [header = '', claims = '', signature = ''] = token.split('.')
  return [header, encode(change(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object)), signature].join('.')
}
