/** Recognises callers by the tokens of an identity provider: JWTs that an OpenID Connect issuer signed. */

import { definePlugin, type OptionsOf } from '../../core/index.ts'
import { serviceUrl } from '../../core/upstream/service-client.ts'
import { publishedKeys } from './published-keys.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'auth-oidc',
  description: 'Lets callers pass whom an OpenID Connect issuer vouches for.',
  schema,
  provides: 'identities',
  async setup({ options, services: { clock }, log }) {
    const trusted = trustedBy(options)
    if (trusted === undefined) return { service: [] }
    const { issuer } = trusted
    const [{ KeySet }, { Verifier }] = await Promise.all([import('./key-set.ts'), import('./verifier.ts')])
    const keys = new KeySet({
      clock,
      read: () => publishedKeys(issuer),
      changed: () => verifier.forget(),
      failed: cause => log.warn({ issuer, err: cause }, 'the keys of the issuer cannot be read; those known stay good'),
      recovered: () => log.info({ issuer }, 'the keys of the issuer can be read again'),
    })
    const verifier = new Verifier({ ...trusted, claims: options.claims, clockSkewMs: options.clock_skew, keys, clock })
    return {
      service: [verifier],
      open: () => keys.read(),
      start: () => keys.follow(),
      close: () => keys.close(),
    }
  },
})

/** @returns undefined if nobody is trusted. @throws Error if it is not said whom, or for what */
function trustedBy({ issuer, audience }: OptionsOf<typeof schema>): { readonly issuer: string; readonly audience: string } | undefined {
  if (issuer === undefined && audience === undefined) return undefined
  if (issuer === undefined) throw new Error('an audience is nothing without its issuer: set auth.oidc.issuer')
  if (audience === undefined) throw new Error('tokens that the issuer made for others must not open this gateway: set auth.oidc.audience')
  serviceUrl(issuer, true)
  return { issuer, audience }
}
