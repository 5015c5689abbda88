/** The endpoints of managed keys in the admin API. */

import type { AdminCall, AdminEndpoint } from '../../core/index.ts'
import { invalidValue } from '../../core/errors.ts'
import { definition } from '../shared/admin/definition.ts'
import file from '../../schemas/admin/auth-keys.schema.json' with { type: 'json' }
import type {
  AllowedModelsWrite,
  AuthKeyCreate,
  AuthKeyCreated,
  AuthKeyImport,
  AuthKeyView,
  DashboardAccessWrite,
  LabelRename,
  LabelRenamed,
  LabelsWrite,
  UserWrite,
} from '../../schemas/admin/auth-keys.schema.ts'
import { readExpiry, readLabels, readName, readSelectors, readUserId, readUserPath } from './given.ts'
import type { KeyStore, NewKey } from './key-store.ts'
import { isTokenOf, lookupOf, newToken, redacted, type Lookup } from './token.ts'
import { standing } from './view.ts'

const schemaOf = (name: keyof typeof file.$defs) => definition(file, name)

/** @param providers the names of the configured instances */
export function endpointsOf(store: KeyStore, providers: readonly string[]): readonly AdminEndpoint[] {
  const change = (
    path: string,
    summary: string,
    body: keyof typeof file.$defs,
    edit: (call: AdminCall) => Parameters<KeyStore['change']>[2],
  ): AdminEndpoint => ({
    method: 'PUT',
    path: `/auth-keys/:id/${path}`,
    scope: 'subtree',
    summary,
    body: schemaOf(body),
    response: schemaOf('AuthKeyView'),
    tagged: standing,
    handle: call => store.change(idIn(call), call, edit(call)),
  })
  return [
    {
      method: 'GET',
      path: '/auth-keys',
      scope: 'subtree',
      summary: 'Lists the managed keys.',
      response: schemaOf('AuthKeyList'),
      tagged: (keys: readonly AuthKeyView[]) => keys.map(standing),
      handle: ({ scope }) => store.list(scope),
    },
    {
      method: 'POST',
      path: '/auth-keys',
      scope: 'subtree',
      summary: 'Creates a key, and returns its token, once.',
      body: schemaOf('AuthKeyCreate'),
      response: schemaOf('AuthKeyCreated'),
      tagged: ({ value: _value, ...key }: AuthKeyView & AuthKeyCreated) => standing(key),
      status: 201,
      handle: call => create(store, providers, call),
    },
    {
      method: 'POST',
      path: '/auth-keys/import',
      scope: 'subtree',
      summary: 'Imports a key of another gateway by its hash.',
      body: schemaOf('AuthKeyImport'),
      response: schemaOf('AuthKeyView'),
      tagged: standing,
      status: 201,
      handle: call => takeOver(store, providers, call),
    },
    {
      method: 'PUT',
      path: '/auth-keys/labels/rename',
      scope: 'subtree',
      summary: 'Renames a label on all keys that have it.',
      body: schemaOf('LabelRename'),
      response: schemaOf('LabelRenamed'),
      handle: call => renameLabel(store, call),
    },
    { method: 'POST', path: '/auth-keys/:id/deactivate', scope: 'subtree', summary: 'Deactivates a key permanently.', handle: call => deactivate(store, call) },
    change('labels', 'Replaces the labels of a key.', 'LabelsWrite', ({ body }) => {
      const labels = readLabels((body as LabelsWrite).labels)
      return () => ({ labels })
    }),
    change('allowed-models', 'Sets which models a key may use.', 'AllowedModelsWrite', ({ body }) => {
      const selectors = readSelectors((body as AllowedModelsWrite).allowed_models, providers)
      return () => ({ allowed_models: selectors })
    }),
    change('dashboard-access', 'Sets whether a key may use the admin API.', 'DashboardAccessWrite', ({ body }) => () => ({
      dashboard_access: (body as DashboardAccessWrite).dashboard_access,
    })),
    change('user', 'Binds a key to a user, or unbinds it.', 'UserWrite', call => {
      const userId = readUserId((call.body as UserWrite).user_id, store, call)
      // Who is unbound stays where they are.
      return key => (userId === '' ? { user_id: '', user_path: store.pathOf(key) } : { user_id: userId })
    }),
  ]
}

function idIn({ params }: AdminCall): string {
  return params['id'] ?? ''
}

async function create(store: KeyStore, providers: readonly string[], call: AdminCall): Promise<AuthKeyView & AuthKeyCreated> {
  const body = call.body as AuthKeyCreate
  const userId = readUserId(body.user_id, store, call)
  if (userId !== '' && (body.user_path ?? '').trim() !== '') throw invalidValue('user_id', 'user_id and user_path exclude each other')
  const token = newToken()
  const about = described(store, providers, call, body)
  const key = {
    ...about,
    user_path: userId === '' ? about.user_path : (store.pathOfUser(userId) ?? ''),
    description: body.description?.trim() ?? '',
    user_id: userId,
    dashboard_access: body.dashboard_access ?? false,
    enabled: true,
    redacted_value: redacted(token),
  }
  return { ...(await store.add(lookupOf(token, store.pepper) as Lookup, key, call)), value: token }
}

async function takeOver(store: KeyStore, providers: readonly string[], call: AdminCall): Promise<AuthKeyView> {
  const body = call.body as AuthKeyImport
  const lookup: Lookup = { kind: body.imported_from, hash: body.secret_hash.toLowerCase() }
  const shown = body.redacted_value?.trim() ?? ''
  if (isTokenOf(shown, lookup)) throw invalidValue('redacted_value', 'redacted_value must not be the token')
  const key = {
    ...described(store, providers, call, body),
    description: '',
    user_id: '',
    dashboard_access: false,
    enabled: body.enabled ?? true,
    redacted_value: shown === '' ? `${lookup.kind} ...` : shown,
  }
  return await store.add(lookup, key, call)
}

/** What new keys have in common, wherever they come from. */
function described(
  store: KeyStore,
  providers: readonly string[],
  call: AdminCall,
  body: AuthKeyCreate | AuthKeyImport,
): Pick<NewKey, 'name' | 'user_path' | 'labels' | 'allowed_models' | 'expires_at'> {
  return {
    name: readName(body.name),
    user_path: readUserPath(body.user_path, call),
    labels: readLabels(body.labels ?? []),
    allowed_models: readSelectors(body.allowed_models ?? [], providers),
    expires_at: readExpiry(body.expires_at, store.now()),
  }
}

/** Again and again: the first time counts. */
async function deactivate(store: KeyStore, call: AdminCall): Promise<void> {
  await store.change(idIn(call), call, key => (key.deactivated_at === null ? { enabled: false, deactivated_at: store.now() } : undefined))
}

async function renameLabel(store: KeyStore, call: AdminCall): Promise<LabelRenamed> {
  const body = call.body as LabelRename
  const [from = '', to = ''] = [readLabels([body.from], 'from'), readLabels([body.to], 'to')].flat()
  const having = (await store.stored(call.scope)).filter(({ value }) => value.labels.includes(from))
  for (const { id } of having)
    await store.edit(id, call.scope, ({ labels }) =>
      labels.includes(from) ? { labels: [...new Set(labels.map(label => (label === from ? to : label)))] } : undefined,
    )
  const keys = having.map(({ id }) => id)
  call.changed({ label: from, keys }, { label: to, keys })
  return { from, to, renamed: having.length }
}
