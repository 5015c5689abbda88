import { expect } from 'chai'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { KeyRing } from '../../../plugins/managed-keys/key-ring.ts'
import { LastUse } from '../../../plugins/managed-keys/last-use.ts'
import { Pepper } from '../../../plugins/managed-keys/pepper.ts'
import { lookupOf, newToken, sha256, type Lookup } from '../../../plugins/managed-keys/token.ts'
import type { AuthKey } from '../../../schemas/records/auth-key.schema.ts'
import { storedKey } from './stored-key.ts'

const pepper = new Pepper('a pepper of some length')

function ringOf(keys: readonly Partial<AuthKey>[]): { readonly ring: KeyRing; readonly clock: TurnedClock } {
  const clock = new TurnedClock()
  const ring = new KeyRing(clock, new LastUse(clock, () => {}), () => undefined)
  ring.usePepper(pepper)
  ring.replace(
    keys.map((key, index) => storedKey(`key-${index}`, key)),
    new Set(),
  )
  return { ring, clock }
}

const found = (ring: KeyRing, token: string) => {
  const said = ring.find(token)
  return said === undefined ? undefined : 'caller' in said ? said.caller.keyId : said.unusable
}
const stored = (token: string, more: Partial<AuthKey> = {}): Partial<AuthKey> => {
  const { kind, hash } = lookupOf(token, pepper) as Lookup
  return { kind, secret_hash: hash, ...more }
}

describe('the keys in memory', () => {
  it('know a token by its hash, and who calls with it', () => {
    const token = newToken()
    const { ring } = ringOf([stored(token, { user_path: '/team/a', user_id: 'u1', labels: ['x'], allowed_models: ['openai/'] })])
    expect(ring.exist).to.equal(true)
    const caller = {
      method: 'api_key',
      keyId: 'key-0',
      userPath: '/team/a',
      userId: 'u1',
      labels: ['x'],
      allowedModels: ['openai/'],
      keyHash: sha256(token).slice(0, 16),
    }
    expect(ring.find(token)).to.deep.equal({ caller })
    expect(ring.find(token), 'the second time').to.deep.equal({ caller })
  })

  describe('keep the kinds of tokens apart:', () => {
    const secret = 'AAAAbbbbCCCCddddEEEEffffGGGGhhhhIIIIjjjjKKK'
    const native = lookupOf(`sk_tap_${secret}`, pepper)?.hash as string
    const plain = sha256(secret)
    const rows: readonly [string, Partial<AuthKey>, string, string | undefined][] = [
      ['a key of Tapline by its token', { kind: 'tapline', secret_hash: native }, `sk_tap_${secret}`, 'key-0'],
      ['not by the token of a GoModel key', { kind: 'tapline', secret_hash: native }, `sk_gom_${secret}`, 'unknown'],
      ['not by the bare secret', { kind: 'tapline', secret_hash: native }, secret, undefined],
      ['a GoModel key by its token', { kind: 'gomodel', secret_hash: plain }, `sk_gom_${secret}`, 'key-0'],
      ['not by the token of a key of Tapline', { kind: 'gomodel', secret_hash: plain }, `sk_tap_${secret}`, 'unknown'],
      ['not by the secret of a GoModel key as a LiteLLM token', { kind: 'gomodel', secret_hash: plain }, secret, undefined],
      ['a LiteLLM key by its whole token', { kind: 'litellm', secret_hash: sha256('sk-1234') }, 'sk-1234', 'key-0'],
      ['not by its token behind a prefix', { kind: 'litellm', secret_hash: sha256('sk-1234') }, 'sk_gom_sk-1234', 'unknown'],
      ['no token by a hash itself', { kind: 'litellm', secret_hash: sha256('sk-1234') }, sha256('sk-1234'), undefined],
      ["no LiteLLM key by the hash of another prefix's token", { kind: 'litellm', secret_hash: sha256(`sk_gom_${secret}`) }, `sk_gom_${secret}`, 'unknown'],
    ]
    for (const [what, key, token, expected] of rows) it(what, () => expect(found(ringOf([key]).ring, token)).to.equal(expected))
  })

  describe('find nothing for', () => {
    const hostile: readonly [string, string][] = [
      ['an empty token', ''],
      ['a prefix alone', 'sk_tap_'],
      ['a megabyte', `sk_tap_${'x'.repeat(1_000_000)}`],
      ['NUL', 'sk_tap_\0'],
      ['another alphabet', 'sk_tap_κλειδί'],
      ['half a pair of surrogates', 'sk_tap_\ud800'],
      ['a name of a prototype', '__proto__'],
      ['another one', 'constructor'],
    ]
    for (const [what, token] of hostile) it(what, () => expect(['unknown', undefined]).to.include(found(ringOf([stored(newToken())]).ring, token)))

    it('a token that differs in its last character', () => {
      const token = newToken()
      expect(found(ringOf([stored(token)]).ring, token.slice(0, -1) + (token.endsWith('A') ? 'Q' : 'A'))).to.equal('unknown')
    })
  })

  it('refuse a key from the second on in which it expires, though they were read long before', () => {
    const token = newToken()
    const { ring, clock } = ringOf([stored(token, { expires_at: Date.UTC(2026, 0, 1) + 50_000 })])
    clock.advance(49_999)
    expect(found(ring, token)).to.equal('key-0')
    clock.advance(1)
    expect(ring.find(token)).to.deep.equal({ unusable: 'expired', keyId: 'key-0' })
  })

  const unusable: readonly [string, Partial<AuthKey>][] = [
    ['deactivated', { enabled: false, deactivated_at: 1 }],
    ['disabled', { enabled: false }],
    ['expired', { expires_at: 1 }],
  ]
  for (const [reason, key] of unusable)
    it(`say of a key that it is ${reason}`, () => {
      const token = newToken()
      expect(ringOf([stored(token, key)]).ring.find(token)).to.deep.equal({ unusable: reason, keyId: 'key-0' })
    })

  it('take a newer state of a key, and no older one', () => {
    const token = newToken()
    const { ring } = ringOf([stored(token)])
    found(ring, token)
    ring.put({ ...storedKey('key-0', stored(token, { labels: ['new'] })), revision: 3 })
    ring.put({ ...storedKey('key-0', stored(token, { labels: ['old'] })), revision: 2 })
    expect(ring.find(token)).to.deep.nested.include({ 'caller.labels': ['new'], 'caller.keyHash': sha256(token).slice(0, 16) })
  })

  it('forget a key that the store lost, but not that keys are asked for', () => {
    const token = newToken()
    const { ring } = ringOf([stored(token)])
    found(ring, token)
    ring.replace([], new Set())
    expect(found(ring, token)).to.equal('unknown')
    expect(ring.exist).to.equal(true)
  })

  describe('let a key administer', () => {
    const scopes: readonly [string, Partial<AuthKey>, unknown][] = [
      ['nothing without access', { user_path: '/team' }, undefined],
      ['everything without a path', { dashboard_access: true }, { root: '/', isGlobal: true }],
      ['everything with the path /', { dashboard_access: true, user_path: '/' }, { root: '/', isGlobal: true }],
      ['what is below its path', { dashboard_access: true, user_path: '/team/a' }, { root: '/team/a', isGlobal: false }],
      ['nothing as a user whose path nobody knows', { dashboard_access: true, user_id: 'u1' }, undefined],
    ]
    for (const [what, key, scope] of scopes)
      it(what, () => {
        const token = newToken()
        const said = ringOf([stored(token, key)]).ring.find(token)
        expect(said !== undefined && 'caller' in said ? said.caller.admin : 'none').to.deep.equal(scope)
      })
  })
})
