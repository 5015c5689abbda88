/** Why a token is refused, for the audit record: never what it says. */

import { errors } from 'jose'

const byCode: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'has expired',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'has a wrong signature',
  ERR_JOSE_ALG_NOT_ALLOWED: 'is signed by an algorithm that is not allowed',
  ERR_JWKS_NO_MATCHING_KEY: 'is signed with a key that its issuer does not publish',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'does not say which key it is signed with',
}

const byClaim: Readonly<Record<string, string>> = {
  aud: 'is for another audience',
  nbf: 'is not valid yet',
}

/** @param cause what jose threw */
export function reasonOf(cause: unknown): string {
  if (cause instanceof errors.JWTClaimValidationFailed) return `the token ${byClaim[cause.claim] ?? `has no right claim ${cause.claim}`}`
  const code = cause instanceof errors.JOSEError ? cause.code : ''
  return `the token ${byCode[code] ?? 'cannot be verified'}`
}
