/** Secrets that must not be seen: masked when they are read, kept when the mask comes back. */

import { invalidValue } from '../../core/errors.ts'

const mask = '*'.repeat(11)
const maskPattern = /^\*{3,}$/
/** It names a place, and is no secret itself. */
const reference = /^\$\{[a-z][a-z0-9+.-]*:(?!-)[^{}]+\}$/

/** A secret as it may be shown. */
export function masked(secret: string): string {
  return reference.test(secret) ? secret : mask
}

/** What a caller means by a secret: a mask is what stands there. @throws GatewayError for a mask where nothing stands */
export function unmasked(given: string, standing: string | undefined, param: string): string {
  if (!maskPattern.test(given)) return given
  if (standing === undefined) throw invalidValue(param, 'nothing is stored there that the asterisks could stand for')
  return standing
}

/** What looks like a placeholder must not become a secret by accident. @throws GatewayError */
export function checkPlaceholders(text: string, mayRefer: boolean, param: string): void {
  if (!text.includes('${') || (mayRefer && reference.test(text))) return
  throw invalidValue(
    param,
    reference.test(text) ? 'references to secrets are not taken here (secrets.allow_in_admin, and for api_keys only)' : '${…} is not filled in here',
  )
}
