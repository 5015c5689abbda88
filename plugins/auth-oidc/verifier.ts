/** Recognises callers by tokens that one issuer signed. A token is verified once, and known by its hash until it expires. */

import { decodeJwt, jwtVerify, type JWTPayload } from 'jose'
import { LRUCache } from 'lru-cache'
import type { Clock, IdentitySource, Presented, Recognition } from '../../core/index.ts'
import { identityOf, type ClaimNames } from './identity-of.ts'
import { KeysUnavailable, type KeySet } from './key-set.ts'
import { reasonOf } from './refusal.ts'

export interface VerifierFacts {
  readonly issuer: string
  readonly audience: string
  readonly claims: ClaimNames
  readonly clockSkewMs: number
  readonly keys: Pick<KeySet, 'find'>
  readonly clock: Clock
}

interface Verified {
  readonly recognition: Exclude<Recognition, undefined>
  /** Milliseconds since 1970. */
  readonly until: number
}

/** Those that take a public key. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']

/** What is longer is no token, and not worth hashing. */
const longestToken = 16_384
const mostTokens = 10_000
const shape = /^[\w-]+\.[\w-]+\.[\w-]*$/

export class Verifier implements IdentitySource {
  readonly #facts: VerifierFacts
  #verified = noTokens()

  constructor(facts: VerifierFacts) {
    this.#facts = facts
  }

  recognise({ token, tokenHash }: Presented): Recognition | Promise<Recognition> {
    if (token === undefined || token.length > longestToken || !shape.test(token)) return undefined
    const known = this.#verified.get(tokenHash)
    return known !== undefined && this.#facts.clock.now() < known.until ? known.recognition : this.#verify(token, tokenHash)
  }

  /** The keys are others: what was signed with one that is gone must not stay known. What is being verified now is not kept. */
  forget(): void {
    this.#verified = noTokens()
  }

  async #verify(token: string, tokenHash: string): Promise<Recognition> {
    const verified = this.#verified
    const issuer = issuerOf(token)
    if (issuer === undefined) return undefined
    // The keys are not looked for on behalf of tokens that others made.
    if (issuer !== this.#facts.issuer) return { refused: 'the token is of another issuer' }
    try {
      const payload = await this.#payloadOf(token)
      const recognition = identityOf(payload, this.#facts.claims)
      verified.set(tokenHash, { recognition, until: (payload.exp ?? 0) * 1000 + this.#facts.clockSkewMs })
      return recognition
    } catch (cause) {
      return cause instanceof KeysUnavailable ? { unavailable: cause.message } : { refused: reasonOf(cause) }
    }
  }

  async #payloadOf(token: string): Promise<JWTPayload> {
    const { issuer, audience, clockSkewMs, keys, clock } = this.#facts
    const { payload } = await jwtVerify(token, keys.find, {
      issuer,
      audience,
      algorithms,
      requiredClaims: ['exp'],
      clockTolerance: clockSkewMs / 1000,
      currentDate: new Date(clock.now()),
    })
    return payload
  }
}

function noTokens(): LRUCache<string, Verified> {
  return new LRUCache({ max: mostTokens })
}

/** As the token says it, whoever made it; undefined for what is no token. */
function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss ?? ''
  } catch {
    return undefined
  }
}
