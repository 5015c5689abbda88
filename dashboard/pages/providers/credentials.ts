/** Credentials of providers between the form that shows them and the admin API that keeps them. Secrets never reach the form. */

import type { ProviderCredentialView, ProviderCredentialWrite, ProviderTypeView } from '../../../schemas/admin/provider-credentials.schema.ts'
import { jsonIn, textIn } from '../../data/form.ts'

export type Field = ProviderTypeView['fields'][number]

const titles: Readonly<Record<string, string>> = {
  api_keys: 'API keys',
  base_url: 'Base URL',
  api_version: 'API version',
  auth_type: 'Authentication',
  api_mode: 'API',
  vertex_project: 'Project',
  vertex_location: 'Location',
  service_account_file: 'Service account, as a file',
  service_account_json: 'Service account, as JSON',
  service_account_json_base64: 'Service account, in base64',
  gcp_scope: 'OAuth scope',
  models: 'Models',
  session_sticky_keys: 'One key for each session',
  proxy_url: 'Proxy',
  trip_on: 'Trip rules, as JSON',
}

export function titleOf({ name }: Field): string {
  return titles[name] ?? name
}

/** What a field has of a provider; null where nothing is stored. */
export function storedIn(view: ProviderCredentialView | undefined, name: string): unknown {
  return view === undefined ? null : view[name as keyof ProviderCredentialView]
}

/** The whole provider, as it shall be. @throws Refusal for what is no JSON */
export function writeOf(form: FormData, { type, fields }: ProviderTypeView, edited: ProviderCredentialView | undefined): ProviderCredentialWrite {
  return {
    name: edited?.name ?? textIn(form, 'name'),
    type,
    enabled: form.get('enabled') !== null,
    ...Object.fromEntries(fields.map(field => [field.name, valueOf(field, form, edited)])),
  }
}

/** The same provider, called or not. */
export function switched({ managed: _, error: __, created_at: ___, updated_at: ____, ...view }: ProviderCredentialView, enabled: boolean): object {
  return { ...view, enabled }
}

function valueOf({ name, secret }: Field, form: FormData, edited: ProviderCredentialView | undefined): unknown {
  switch (name) {
    case 'api_keys':
      return keysIn(form, edited?.api_keys ?? [])
    case 'models':
      return textIn(form, name)
        .split(/[\s,]+/)
        .filter(id => id !== '')
    case 'session_sticky_keys':
      return form.get(name) !== null
    case 'trip_on':
      return jsonIn(form, name) ?? {}
  }
  const text = textIn(form, name)
  if (text !== '') return text
  return secret && form.get(`${name}.removed`) === null ? storedIn(edited, name) : null
}

/** What was not typed anew stays, at its place: asterisks mean what is stored there. */
function keysIn(form: FormData, stored: readonly string[]): string[] {
  const keys: string[] = []
  for (let at = 0; form.has(`api_keys.${at}`); at++) keys.push(textIn(form, `api_keys.${at}`) || (stored[at] ?? ''))
  return keys.filter(key => key !== '')
}
