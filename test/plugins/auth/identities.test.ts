import { hash } from 'node:crypto'
import { expect } from 'chai'
import pino from 'pino'
import {
  GatewayError,
  type Caller,
  type Exchange,
  type IdentitySource,
  type Keys,
  type Presented,
  type Recognition,
  type Services,
  type Taps,
} from '../../../core/index.ts'
import plugin from '../../../plugins/auth/index.ts'

interface Asked {
  readonly options?: Readonly<Record<string, unknown>>
  readonly says?: readonly (Recognition | Promise<Recognition>)[]
  readonly headers?: Readonly<Record<string, string>>
  readonly path?: string
}

const keys: Keys = {
  exist: true,
  find: token =>
    token === 'sk_tap_good' ? { caller: { method: 'api_key', keyId: 'key-1' } } : token.startsWith('sk_tap_') ? { unusable: 'unknown' } : undefined,
}
const everything = { root: '/', isGlobal: true }
const keyHash = hash('sha256', 'ticket').slice(0, 16)
const ticket = { authorization: 'Bearer ticket' }
const jane: Recognition = { identity: { userPath: '/jane', labels: ['blue'] } }
const refused: Recognition = { refused: 'the ticket is torn' }
const unavailable: Recognition = { unavailable: 'the box office is closed' }

const generic = '401 invalid_api_key: authentication failed'
const missing = '401 invalid_api_key: no credential: send "Authorization: Bearer <token>"'
const malformed = '401 invalid_api_key: the Authorization header is malformed: expected "Bearer <token>"'
const later = '503 not_ready: this credential cannot be checked now'

/** Plugins that say one thing each, and what they were asked. */
function sourcesOf(says: Asked['says'] = [], asked: Presented[] = []): readonly IdentitySource[] {
  return says.map(said => ({
    recognise: presented => {
      asked.push(presented)
      return said
    },
  }))
}

function tapsOf(
  { options = {}, says }: Asked,
  { known = keys, asked = [], warnings = [] }: { readonly known?: Keys | undefined; readonly asked?: Presented[]; readonly warnings?: string[] } = {},
): Taps {
  const log = pino(
    { level: 'warn' },
    {
      write: (line: string) => {
        warnings.push(line)
      },
    },
  )
  const services = { keys: known, identities: sourcesOf(says, asked) } as unknown as Services
  return plugin.setup?.({
    options: { master_key_disabled: false, allow_open: false, ...options },
    name: 'auth',
    log,
    services,
    signal: new AbortController().signal,
    regex: () => {
      throw new Error('not asked for')
    },
    warnInStream: () => {},
  }) as Taps
}

async function outcomeOf(given: Asked, asked: Presented[] = []) {
  const { headers = ticket, path = '/v1/chat/completions' } = given
  const exchange = { request: { headers, path, remoteAddress: '127.0.0.1' }, labels: [] } as unknown as Exchange
  const said = await tapsOf(given, { asked }).request?.(exchange)
  return {
    caller: exchange.caller,
    refused: said instanceof GatewayError ? `${said.status} ${said.code}: ${said.message}` : undefined,
    labels: exchange.labels,
    reason: exchange.refusedCredential,
    method: exchange.refusedMethod,
  }
}

describe('auth, with plugins that recognise callers', () => {
  const accepted: readonly [string, Asked, Caller][] = [
    [
      'whom one recognises, to administer everything',
      { says: [jane] },
      { method: 'extension', keyHash, userPath: '/jane', labels: ['blue'], admin: everything },
    ],
    [
      'the same as x-api-key',
      { says: [jane], headers: { 'x-api-key': 'ticket' } },
      { method: 'extension', keyHash, userPath: '/jane', labels: ['blue'], admin: everything },
    ],
    ['whom one recognises later', { says: [Promise.resolve(jane)] }, { method: 'extension', keyHash, userPath: '/jane', labels: ['blue'], admin: everything }],
    [
      'who administers a path',
      { says: [{ identity: { admin: { root: '/a', isGlobal: false } } }] },
      { method: 'extension', keyHash, admin: { root: '/a', isGlobal: false } },
    ],
    ['who administers nothing', { says: [{ identity: { admin: 'nothing' } }] }, { method: 'extension', keyHash }],
    [
      'a user with models of his own',
      { says: [{ identity: { userId: 'u1', allowedModels: ['demo/*'], admin: 'nothing' } }] },
      { method: 'extension', keyHash, userId: 'u1', allowedModels: ['demo/*'] },
    ],
    [
      'whom the second recognises, though the first refuses',
      { says: [refused, jane] },
      { method: 'extension', keyHash, userPath: '/jane', labels: ['blue'], admin: everything },
    ],
    [
      'whom the second recognises, though the first cannot tell',
      { says: [Promise.resolve(unavailable), Promise.resolve(jane)] },
      { method: 'extension', keyHash, userPath: '/jane', labels: ['blue'], admin: everything },
    ],
    [
      'who sends no token, and something else',
      { says: [jane], headers: { 'x-ticket': '7' } },
      { method: 'extension', userPath: '/jane', labels: ['blue'], admin: everything },
    ],
    [
      'who sends something else than Bearer',
      { says: [jane], headers: { authorization: 'Ticket 7' } },
      { method: 'extension', userPath: '/jane', labels: ['blue'], admin: everything },
    ],
    ['a managed key', { says: [refused], headers: { authorization: 'Bearer sk_tap_good' } }, { method: 'api_key', keyId: 'key-1' }],
    [
      'the master key',
      { says: [refused], options: { master_key: 'sk-m' }, headers: { authorization: 'Bearer sk-m' } },
      { method: 'master_key', keyHash: hash('sha256', 'sk-m').slice(0, 16), admin: everything },
    ],
  ]
  for (const [what, asked, caller] of accepted)
    it(`accepts ${what}`, async () =>
      expect(await outcomeOf(asked)).to.deep.equal({ caller, refused: undefined, labels: caller.labels ?? [], reason: undefined, method: undefined }))

  const turnedAway: readonly [string, Asked, string, (string | undefined)?, (string | undefined)?][] = [
    ['whom nobody recognises', { says: [undefined, undefined] }, generic],
    ['whom one refuses', { says: [refused] }, generic, 'the ticket is torn', 'extension'],
    ['whom one refuses, and another does not know', { says: [refused, undefined] }, generic, 'the ticket is torn', 'extension'],
    ['of whom one cannot tell', { says: [unavailable] }, later, 'the box office is closed', 'extension'],
    ['of whom one cannot tell, and whom another refuses', { says: [unavailable, refused] }, later, 'the box office is closed', 'extension'],
    ['whom one refuses, and of whom another cannot tell', { says: [refused, unavailable] }, later, 'the box office is closed', 'extension'],
    ['who sends nothing', { says: [undefined], headers: {} }, missing],
    ['who sends nothing to the administration, which can be reached by other ways', { says: [undefined], headers: {}, path: '/admin/auth-keys' }, missing],
    ['who sends something else than Bearer', { says: [undefined], headers: { authorization: 'Ticket 7' } }, malformed],
    ['a managed key that nobody made', { says: [jane], headers: { authorization: 'Bearer sk_tap_bad' } }, generic, 'managed key unknown', 'api_key'],
  ]
  for (const [what, asked, message, reason, method] of turnedAway)
    it(`turns away ${what}`, async () => expect(await outcomeOf(asked)).to.deep.equal({ caller: undefined, refused: message, labels: [], reason, method }))

  it('asks nobody about keys of its own', async () => {
    const asked: Presented[] = []
    for (const token of ['sk-m', 'sk_tap_good', 'sk_tap_bad'])
      await outcomeOf({ says: [jane], options: { master_key: 'sk-m' }, headers: { authorization: `Bearer ${token}` } }, asked)
    expect(asked).to.deep.equal([])
  })

  it('tells them the token and its hash', async () => {
    const asked: Presented[] = []
    await outcomeOf({ says: [jane] }, asked)
    expect(asked.map(({ token, tokenHash, request }) => ({ token, tokenHash, path: request.path }))).to.deep.equal([
      { token: 'ticket', tokenHash: hash('sha256', 'ticket'), path: '/v1/chat/completions' },
    ])
  })

  it('waits for nothing where they answer at once', () => {
    const exchange = { request: { headers: ticket, path: '/', remoteAddress: '' } } as unknown as Exchange
    expect(tapsOf({ says: [jane] }).request?.(exchange)).to.equal(undefined)
    expect(exchange.caller?.userPath).to.equal('/jane')
  })

  it('asks every caller for a credential, though nobody made a key', () => {
    const none: Keys = { exist: false, find: () => undefined }
    expect(tapsOf({ says: [undefined] }, { known: none }).authenticates).to.equal(true)
    expect(tapsOf({ says: [] }, { known: none }).authenticates).to.equal(false)
  })

  it('says nothing at a start of an administration that is open to this machine, for it is not', () => {
    const warnings: string[] = []
    tapsOf({ says: [undefined] }, { warnings }).start?.()
    expect(warnings).to.deep.equal([])
  })
})
