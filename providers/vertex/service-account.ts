/** The token of a service account: a signed claim, exchanged. Source: https://developers.google.com/identity/protocols/oauth2/service-account */

import { createPrivateKey, sign, type KeyObject } from 'node:crypto'
import type { ProxySettings } from '../../core/config/providers/proxy.ts'
import { askForToken, tokenForm, type Grant } from './grant.ts'
import type { CredentialFile } from './credential-file.ts'
import type { VertexDeps } from './deps.ts'

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const lifeSeconds = 3600
export const tokenUrl = 'https://oauth2.googleapis.com/token'

/** @throws Error if the file is no service account's */
export function serviceAccount(file: CredentialFile, scope: string, { now, fetch }: VertexDeps, through: ProxySettings): Grant {
  const email = file.text('client_email')
  const audience = file.optionalText('token_uri') ?? tokenUrl
  const header = { alg: 'RS256', typ: 'JWT', kid: file.text('private_key_id') }
  const key = privateKey(file)
  return () => {
    const issued = Math.floor(now() / 1000)
    const claims = { iss: email, sub: email, aud: audience, scope, iat: issued, exp: issued + lifeSeconds }
    return askForToken(fetch, tokenForm(audience, { grant_type: grantType, assertion: jwt(header, claims, key) }, through))
  }
}

function privateKey(file: CredentialFile): KeyObject {
  try {
    return createPrivateKey(file.text('private_key'))
  } catch {
    throw new Error(`${file.source}: private_key is no key in PEM`)
  }
}

function jwt(header: object, claims: object, key: KeyObject): string {
  const text = [header, claims].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`
}
