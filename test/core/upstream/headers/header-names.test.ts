/** What becomes of each kind of header on its way through the gateway. */

import { expect } from 'chai'
import {
  isOverridable,
  isRequestId,
  isSecret,
  namedByConnection,
  refusalToTouch,
  staysHere,
  staysUpstream,
  untouchable,
} from '../../../../core/upstream/headers/header-names.ts'

interface Fate {
  readonly touch?: 'credentials' | 'transport'
  /** Goes from callers to providers: by overrides, by passthrough alone, or not. */
  readonly up: 'overrides' | 'passthrough' | 'never'
  /** Goes from providers to callers in passthrough. */
  readonly down: boolean
}

const fates: Readonly<Record<string, Fate>> = {
  authorization: { touch: 'credentials', up: 'never', down: true },
  cookie: { touch: 'credentials', up: 'never', down: true },
  'set-cookie': { touch: 'credentials', up: 'never', down: false },
  'proxy-authorization': { touch: 'credentials', up: 'never', down: false },
  connection: { touch: 'transport', up: 'never', down: false },
  'proxy-connection': { touch: 'transport', up: 'never', down: false },
  host: { touch: 'transport', up: 'never', down: true },
  expect: { touch: 'transport', up: 'never', down: true },
  'content-type': { touch: 'transport', up: 'passthrough', down: true },
  'x-request-id': { touch: 'transport', up: 'never', down: true },
  'request-id': { touch: 'transport', up: 'passthrough', down: true },
  forwarded: { up: 'never', down: true },
  'x-forwarded-for': { up: 'never', down: true },
  'proxy-status': { up: 'never', down: true },
  'x-http-method-override': { up: 'never', down: true },
  'x-original-url': { up: 'never', down: true },
  accept: { up: 'passthrough', down: true },
  'x-real-ip': { up: 'passthrough', down: true },
  'access-control-allow-origin': { up: 'overrides', down: false },
  'x-anything': { up: 'overrides', down: true },
}

describe('the names of headers', () => {
  for (const [name, fate] of Object.entries(fates)) {
    it(`say what becomes of ${name}`, () => {
      const up = staysHere(name) ? 'never' : isOverridable(name) ? 'overrides' : 'passthrough'
      expect({ touch: untouchable(name), up, down: !staysUpstream(name) }).to.deep.equal({ touch: undefined, ...fate })
    })
  }

  it('say in whatever case what policy must not touch, and why', () => {
    expect(refusalToTouch('X-Api-Key')).to.equal('X-Api-Key carries credentials, and is left alone')
    expect(refusalToTouch('TE')).to.equal('TE belongs to the transport of messages, and is left alone')
    expect(refusalToTouch('X-Team')).to.equal(undefined)
  })

  it('say which of them no log may show: not what asks for a credential', () => {
    expect(['authorization', 'x-goog-api-key', 'set-cookie', 'www-authenticate', 'proxy-authenticate', 'accept'].filter(isSecret)).to.deep.equal([
      'authorization',
      'x-goog-api-key',
      'set-cookie',
    ])
  })

  it('are of one connection where Connection lists them', () => {
    expect(namedByConnection({ connection: 'close, X-Hop' })).to.deep.equal(new Set(['close', 'x-hop']))
    expect(namedByConnection({}).has('x-hop')).to.equal(false)
  })

  it('say by which of them a provider names a request', () => {
    expect(['x-request-id', 'request-id', 'x-id'].map(isRequestId)).to.deep.equal([true, true, false])
  })
})
