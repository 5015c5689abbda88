import { hash } from 'node:crypto'
import { expect } from 'chai'
import pino from 'pino'
import { GatewayError, type Caller, type Exchange, type Keys, type Services, type Taps } from '../../../core/index.ts'
import plugin from '../../../plugins/auth/index.ts'

const bound: Caller = { method: 'api_key', keyId: 'key-1', userPath: '/team/a', labels: ['blue'] }
const everything = { root: '/', isGlobal: true }
const master = { method: 'master_key', keyHash: hash('sha256', 'sk-master').slice(0, 16), admin: everything }
const open = { method: 'no_key', admin: everything }

/** Two keys: one that is good, one that has expired. */
const twoKeys: Keys = {
  exist: true,
  find: token =>
    token === 'sk_tap_good'
      ? { caller: bound }
      : token === 'sk_tap_old'
        ? { unusable: 'expired', keyId: 'key-2' }
        : token.startsWith('sk_tap_')
          ? { unusable: 'unknown' }
          : undefined,
}
const noKeys: Keys = { exist: false, find: token => (token.startsWith('sk_tap_') ? { unusable: 'unknown' } : undefined) }

interface Asked {
  readonly options?: Readonly<Record<string, unknown>>
  readonly keys?: Keys | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: string
  readonly path?: string
  readonly from?: string
}

interface Outcome {
  readonly caller: Caller | undefined
  readonly refused: string | undefined
  readonly labels: readonly string[]
  readonly reason: string | undefined
}

function tapsOf(asked: Asked, warnings: string[] = []): Taps {
  const { options = {}, keys } = { keys: noKeys, ...asked }
  const log = pino(
    { level: 'warn' },
    {
      write: (line: string) => {
        warnings.push((JSON.parse(line) as { msg: string }).msg)
      },
    },
  )
  return plugin.setup?.({
    options: { master_key_disabled: false, allow_open: false, ...options },
    name: 'auth',
    log,
    services: { keys } as Services,
    signal: new AbortController().signal,
    regex: () => {
      throw new Error('not asked for')
    },
    warnInStream: () => {},
  }) as Taps
}

function ask(asked: Asked): Outcome {
  const { headers = {}, method = 'POST', path = '/v1/chat/completions', from = '127.0.0.1' } = asked
  const exchange = {
    request: { headers, method, path, remoteAddress: from },
    caller: undefined,
    labels: [],
    refusedCredential: undefined,
  } as unknown as Exchange
  const said = tapsOf(asked).request?.(exchange)
  return {
    caller: exchange.caller,
    refused: said instanceof GatewayError ? `${said.status} ${said.code}: ${said.message}` : undefined,
    labels: exchange.labels,
    reason: exchange.refusedCredential,
  }
}

const withMaster = { options: { master_key: 'sk-master' } }
const withKeys = { keys: twoKeys }
const both = { ...withMaster, ...withKeys }
const disabled = { options: { master_key: 'sk-master', master_key_disabled: true } }
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
const elsewhere = { from: '10.0.0.7' }
const toAdmin = { path: '/admin/auth-keys' }

const missing = '401 invalid_api_key: no credential: send "Authorization: Bearer <token>"'
const malformed = '401 invalid_api_key: the Authorization header is malformed: expected "Bearer <token>"'
const generic = '401 invalid_api_key: authentication failed'
const wrongMaster = '401 invalid_api_key: invalid master key'
const foreign = '401 invalid_api_key: this gateway asks for no key, and answers no page of another site'
const closed = '401 invalid_api_key: this gateway asks for no key, and answers callers on its own machine only'

/** What a browser says of a call that a page has made. @param site whose page */
const fromPage = (type: string | undefined, site = 'cross-site', more = {}) => ({
  headers: { 'sec-fetch-site': site, ...(type === undefined ? {} : { 'content-type': type }), ...more },
})

describe('auth', () => {
  const accepted: readonly [string, Asked, Caller][] = [
    ['anybody on this machine, as long as there is no key', {}, open],
    ['any credential on this machine, as long as there is no key', bearer('sk-any'), open],
    ['a malformed credential, as long as there is no key', { headers: { authorization: 'Basic x' } }, open],
    ['anybody, if allow_open says so', { options: { allow_open: true }, ...elsewhere }, open],
    ['IPv6 of this machine', { from: '::1' }, open],
    ['IPv4 of this machine, spelled as IPv6', { from: '::ffff:127.0.0.1' }, open],
    ['the master key', { ...withMaster, ...bearer('sk-master'), ...elsewhere }, master],
    ['the master key as x-api-key', { ...withMaster, headers: { 'x-api-key': 'sk-master' } }, master],
    ['the master key beside managed keys', { ...both, ...bearer('sk-master') }, master],
    ['a managed key', { ...withKeys, ...bearer('sk_tap_good'), ...elsewhere }, bound],
    ['a managed key as x-api-key', { ...both, headers: { 'x-api-key': 'sk_tap_good' } }, bound],
    ['a managed key where the master key is disabled', { ...disabled, keys: twoKeys, ...bearer('sk_tap_good') }, bound],
    ['anybody on this machine where nobody keeps keys', { keys: undefined }, open],
    ['an operator of this machine without a master key, so that he can recover', { ...withKeys, ...toAdmin }, open],
    ...['localhost', 'LOCALHOST:8080', 'tapline.localhost:8080', '127.0.0.2:8080', '[::1]:8080', '[::1]', '10.0.0.7:8080'].map(
      (host): [string, Asked, Caller] => [`anybody who calls this machine ${host}`, { headers: { host } }, open],
    ),
    ['anybody who calls this machine by its configured name', { options: { host: 'Gateway.lan' }, headers: { host: 'gateway.lan:8080' } }, open],
    ['anybody who calls this machine by its configured address', { options: { host: 'fd00::1' }, headers: { host: '[fd00::1]:8080' } }, open],
    ...['evil.example:8080', 'evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', ''].map((host): [string, Asked, Caller] => [
      `nobody as an administrator who calls this machine ${JSON.stringify(host)}`,
      { headers: { host } },
      { method: 'no_key' },
    ]),
    [
      'nobody as one who may recover, who calls this machine by another name',
      { ...withKeys, ...toAdmin, headers: { host: 'evil.example' } },
      { method: 'no_key' },
    ],
    ['the master key under any name', { ...withMaster, headers: { authorization: 'Bearer sk-master', host: 'gateway.example' } }, master],
    ['a page of the gateway itself', fromPage(undefined, 'same-origin'), open],
    ['a page of another site that had to ask for leave: it sends JSON', fromPage('application/json'), open],
    [
      'a page of another site that had to ask for leave: it shows a credential',
      fromPage('multipart/form-data; boundary=b', 'cross-site', { 'x-api-key': 'any' }),
      open,
    ],
    ['a link on a page of another site', { method: 'GET', ...fromPage(undefined) }, open],
    ['a page of another site at /admin, which says no itself', { ...toAdmin, ...fromPage(undefined) }, open],
    ['a page of another site, if allow_open says so', { options: { allow_open: true }, ...fromPage(undefined) }, open],
    ['the same at /admin itself', { ...withKeys, path: '/admin' }, open],
    ['the same from elsewhere, if allow_open says so', { options: { allow_open: true }, ...withKeys, ...toAdmin, ...elsewhere }, open],
  ]
  for (const [what, asked, caller] of accepted)
    it(`accepts ${what}`, () => expect(ask(asked)).to.deep.equal({ caller, refused: undefined, labels: caller.labels ?? [], reason: undefined }))

  const refused: readonly [string, Asked, string, string?][] = [
    ['callers from elsewhere, as long as there is no key', elsewhere, closed],
    ['callers from elsewhere whom a header places here', { ...elsewhere, headers: { 'x-forwarded-for': '127.0.0.1' } }, closed],
    ['addresses that merely look near', { from: '::ffff:10.127.0.1' }, closed],
    ...[undefined, 'text/plain;charset=UTF-8', 'application/x-www-form-urlencoded', 'Multipart/Form-Data; boundary=b'].map((type): [string, Asked, string] => [
      `a page of another site that sends ${type ?? 'bytes without a type'}`,
      fromPage(type),
      foreign,
    ]),
    ['a call without a credential', withMaster, missing],
    ['a call without a credential, once there are keys', withKeys, missing],
    ['an empty x-api-key', { ...withMaster, headers: { 'x-api-key': '' } }, missing],
    ['another scheme than Bearer', { ...withMaster, headers: { authorization: 'Basic sk-master' } }, malformed],
    ['Bearer without a token', { ...withMaster, headers: { authorization: 'Bearer ' } }, malformed],
    ['a bad Authorization beside a good x-api-key', { ...withMaster, headers: { authorization: 'sk-master', 'x-api-key': 'sk-master' } }, malformed],
    ['another token than the master key', { ...withMaster, ...bearer('sk-masteR') }, wrongMaster],
    ['the beginning of the master key', { ...withMaster, ...bearer('sk-mast') }, wrongMaster],
    ['the master key and more', { ...withMaster, ...bearer('sk-master\0') }, wrongMaster],
    ['a token of a megabyte', { ...withMaster, ...bearer('x'.repeat(1_000_000)) }, wrongMaster],
    ['the master key, then a megabyte', { ...withMaster, ...bearer(`sk-master${' '.repeat(1_000_000)}`) }, wrongMaster],
    ['a token in Greek', { ...withMaster, ...bearer('sk-μάστερ') }, wrongMaster],
    ['a managed key that nobody made, while there is none', { ...withMaster, ...bearer('sk_tap_x') }, generic, 'managed key unknown'],
    ['a managed key that nobody made', { ...withKeys, ...bearer('sk_tap_x') }, generic, 'managed key unknown'],
    ['a managed key that has expired', { ...withKeys, ...bearer('sk_tap_old') }, generic, 'managed key expired: key-2'],
    ['any other token, once there are keys', { ...both, ...bearer('sk-wrong') }, generic],
    ['the master key where it is disabled', { ...disabled, ...bearer('sk-master') }, wrongMaster],
    ['a call without a credential where the master key is disabled', disabled, missing],
    ['an operator of this machine where the master key is disabled', { ...disabled, ...toAdmin }, missing],
    ['an operator of this machine without a credential where there is a master key', { ...both, ...toAdmin }, missing],
    ['an operator from elsewhere without a credential', { ...withKeys, ...toAdmin, ...elsewhere }, missing],
    [
      'an operator from elsewhere whom a header places here',
      { ...withKeys, ...toAdmin, ...elsewhere, headers: { 'x-forwarded-for': '127.0.0.1', forwarded: 'for=127.0.0.1' } },
      missing,
    ],
    ['an operator of this machine with a bad credential', { ...withKeys, ...toAdmin, ...bearer('sk_tap_x') }, generic, 'managed key unknown'],
    ['a path that merely begins as that of the administration', { ...withKeys, path: '/administer' }, missing],
  ]
  for (const [what, asked, message, reason] of refused)
    it(`refuses ${what}`, () => expect(ask(asked)).to.deep.equal({ caller: undefined, refused: message, labels: [], reason }))

  it('leaves callers alone who are known already', () => {
    const exchange = { caller: bound, request: { headers: {} } } as unknown as Exchange
    expect(tapsOf(withMaster).request?.(exchange)).to.equal(undefined)
    expect(exchange.caller).to.equal(bound)
  })

  const asking: readonly [string, Asked, boolean][] = [
    ['no key at all', {}, false],
    ['a master key', withMaster, true],
    ['a disabled master key', disabled, true],
    ['managed keys', withKeys, true],
  ]
  for (const [what, asked, isAsked] of asking)
    it(`${isAsked ? 'asks' : 'does not ask'} for a credential with ${what}`, () => expect(tapsOf(asked).authenticates).to.equal(isAsked))

  it('asks from the moment on in which the first key is made', () => {
    const keys = { exist: false, find: twoKeys.find }
    const taps = tapsOf({ keys })
    expect(taps.authenticates).to.equal(false)
    keys.exist = true
    expect(taps.authenticates).to.equal(true)
  })

  const starts: readonly [string, Asked, RegExp | undefined][] = [
    ['managed keys and no master key', withKeys, /no master key: without a key, \/admin answers callers on this machine/],
    ['the same, and allow_open', { ...withKeys, options: { allow_open: true } }, /\/admin answers everybody who can reach this port/],
    ['both', both, undefined],
    ['neither', {}, undefined],
    ['a disabled master key', { ...disabled, keys: twoKeys }, undefined],
  ]
  for (const [what, asked, warning] of starts) {
    it(`${warning === undefined ? 'says nothing' : 'warns'} at a start with ${what}`, () => {
      const warnings: string[] = []
      tapsOf(asked, warnings).start?.()
      expect(warnings).to.have.length(warning === undefined ? 0 : 1)
      if (warning !== undefined) expect(warnings[0]).to.match(warning)
    })
  }
})
