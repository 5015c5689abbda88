/** Whose identity the calls have: a service account's, or what the surroundings supply (application default credentials). */

import { join } from 'node:path'
import type { ProxySettings } from '../../core/config/providers/proxy.ts'
import type { SettingsOf } from '../../core/index.ts'
import { CredentialFile } from './credential-file.ts'
import { externalAccount } from './external-account.ts'
import { askForToken, tokenForm, type Grant } from './grant.ts'
import type { schema } from './schema.ts'
import { serviceAccount, tokenUrl } from './service-account.ts'
import type { VertexDeps } from './deps.ts'

export type Settings = SettingsOf<typeof schema>

const cloudScope = 'https://www.googleapis.com/auth/cloud-platform'
const metadataPath = '/computeMetadata/v1/instance/service-accounts/default/token'

/** @throws Error if there are none, or of a type that is not known */
export function grantFor(settings: Settings, deps: VertexDeps): Grant {
  const scope = settings.gcp_scope ?? cloudScope
  const given = givenAccount(settings, deps)
  if (given !== undefined) return serviceAccount(expectServiceAccount(given), scope, deps, settings)
  if (isServiceAccount(settings.auth_type))
    throw new Error('auth_type gcp_service_account needs service_account_file, service_account_json or service_account_json_base64')
  const file = defaultFile(settings, deps)
  return file === undefined ? metadataServer(settings, deps) : grantOf(file, scope, deps, settings)
}

function isServiceAccount(type: string | undefined): boolean {
  return type === 'gcp_service_account' || type === 'service_account'
}

/** An account that is given counts, unless another kind of identity is asked for by name. */
function givenAccount(
  { auth_type: type, service_account_json: json, service_account_json_base64: base64, service_account_file: path }: Settings,
  { read }: VertexDeps,
): CredentialFile | undefined {
  if (type !== undefined && !isServiceAccount(type)) return undefined
  if (json !== undefined) return new CredentialFile('service_account_json', json)
  if (base64 !== undefined) return new CredentialFile('service_account_json_base64', Buffer.from(base64, 'base64').toString())
  return path === undefined ? undefined : new CredentialFile(path, read(path))
}

function expectServiceAccount(file: CredentialFile): CredentialFile {
  if (file.type !== 'service_account') throw new Error(`${file.source} is of type ${file.type}, not service_account`)
  return file
}

/** What the environment names, else what gcloud keeps for its user. */
function defaultFile({ variables = {} }: Settings, { gcloud, read }: VertexDeps): CredentialFile | undefined {
  const { GOOGLE_APPLICATION_CREDENTIALS: named, CLOUDSDK_CONFIG: folder = gcloud } = variables
  if (named !== undefined) return new CredentialFile(named, read(named))
  const kept = join(folder, 'application_default_credentials.json')
  const text = readIfThere(read, kept)
  return text === undefined ? undefined : new CredentialFile(kept, text)
}

function readIfThere(read: VertexDeps['read'], file: string): string | undefined {
  try {
    return read(file)
  } catch (cause) {
    if ((cause as { readonly code?: unknown }).code === 'ENOENT') return undefined
    throw cause
  }
}

function grantOf(file: CredentialFile, scope: string, deps: VertexDeps, through: ProxySettings): Grant {
  switch (file.type) {
    case 'service_account':
      return serviceAccount(file, scope, deps, through)
    case 'authorized_user':
      return authorizedUser(file, deps, through)
    case 'external_account':
      return externalAccount(file, scope, deps, through)
    default:
      throw new Error(`${file.source} is of type ${file.type}, which is not known here`)
  }
}

/** A user who has logged in with gcloud. */
function authorizedUser(file: CredentialFile, { fetch }: VertexDeps, through: ProxySettings): Grant {
  const fields = {
    grant_type: 'refresh_token',
    client_id: file.text('client_id'),
    client_secret: file.text('client_secret'),
    refresh_token: file.text('refresh_token'),
  }
  const url = file.optionalText('token_uri') ?? tokenUrl
  return () => askForToken(fetch, tokenForm(url, fields, through))
}

/** The machine's own identity. It is on a link of its own: no proxy leads there. */
function metadataServer({ variables = {} }: Settings, { fetch }: VertexDeps): Grant {
  const { GCE_METADATA_HOST: host = 'metadata.google.internal' } = variables
  const url = `http://${host}${metadataPath}`
  return () => askForToken(fetch, { method: 'GET', url, headers: { 'Metadata-Flavor': 'Google' }, timeoutMs: 10_000, connectMs: 1000 })
}
