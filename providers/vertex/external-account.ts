/** Workload identity: another identity provider's token, from a file or an address, exchanged for Google's. Source: https://google.aip.dev/auth/4117 */

import type { ProxySettings } from '../../core/config/providers/proxy.ts'
import type { CredentialFile } from './credential-file.ts'
import { askForJson, askForToken, tokenForm, viaProxy, type AccessToken, type Grant } from './grant.ts'
import type { VertexDeps } from './deps.ts'

type Members = Readonly<Record<string, unknown>>

/** @throws Error for a source of tokens that is not known */
export function externalAccount(file: CredentialFile, scope: string, deps: VertexDeps, through: ProxySettings): Grant {
  const { fetch, now } = deps
  const impersonated = file.optionalText('service_account_impersonation_url')
  const subject = subjectOf(file, deps)
  const fixed = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: file.text('audience'),
    scope: impersonated === undefined ? scope : 'https://www.googleapis.com/auth/cloud-platform',
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    subject_token_type: file.text('subject_token_type'),
  }
  const url = file.text('token_url')
  return async () => {
    const token = await askForToken(fetch, tokenForm(url, { ...fixed, subject_token: await subject() }, through))
    return impersonated === undefined ? token : impersonate(impersonated, token, scope, fetch, now, through)
  }
}

/** The other's token, anew each time: it does not live long. What AWS has at the address of its source is no token, but what one would sign with. */
function subjectOf(file: CredentialFile, { fetch, read }: VertexDeps): () => Promise<string> {
  const source = file.object('credential_source')
  const { file: path, url, headers = {}, environment_id: environment } = source
  const token = tokenIn(file, source)
  if (typeof path === 'string') return async () => token(read(path))
  if (typeof url !== 'string' || environment !== undefined)
    throw new Error(`${file.source} is of type external_account with a source of tokens that is not known here`)
  return async () => {
    const { status, body } = await fetch({ method: 'GET', url, headers: headers as Readonly<Record<string, string>>, timeoutMs: 10_000 })
    if (status !== 200) throw new Error(`${new URL(url).host} answered ${status}`)
    return token(body)
  }
}

/** The text itself, or a member of the JSON that it is. */
function tokenIn(file: CredentialFile, source: Members): (text: string) => string {
  const { type, subject_token_field_name: field } = (source['format'] ?? {}) as Members
  if (type !== 'json') return text => text.trim()
  return text => {
    const value = (JSON.parse(text) as Members)[String(field)]
    if (typeof value !== 'string') throw new Error(`${file.source}: its source of tokens has no ${String(field)}`)
    return value
  }
}

async function impersonate(
  url: string,
  { value }: AccessToken,
  scope: string,
  fetch: VertexDeps['fetch'],
  now: () => number,
  through: ProxySettings,
): Promise<AccessToken> {
  const { accessToken, expireTime } = await askForJson(fetch, {
    method: 'POST',
    url,
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${value}` },
    body: JSON.stringify({ scope: scope.split(' '), lifetime: '3600s' }),
    timeoutMs: 10_000,
    ...viaProxy(url, through),
  })
  if (typeof accessToken !== 'string') throw new Error(`${new URL(url).host} answered without an access token`)
  return { value: accessToken, expiresInMs: Date.parse(String(expireTime)) - now() || 0 }
}
