import { expect } from 'chai'
import { Pepper } from '../../../plugins/managed-keys/pepper.ts'
import { idOf } from '../../../plugins/managed-keys/token.ts'
import type { AdminGateway } from '../../support/admin.ts'
import { describeRoutes, type AdminRoute, type Malformed } from '../../support/admin-routes.ts'

const pepper = 'a pepper of some length'
const hash = 'ab'.repeat(32)
/** The id that follows from the pepper. */
const id = idOf({ kind: 'litellm', hash }, new Pepper(pepper))
const imported = {
  name: 'old',
  imported_from: 'litellm',
  secret_hash: hash.toUpperCase(),
  redacted_value: 'sk-...abcd',
  user_path: 'team // a/',
  labels: ['x'],
}

const prepare = async (gateway: AdminGateway) => expect((await gateway.call('POST', '/auth-keys/import', { body: imported })).json.id).to.equal(id)

const wrongTexts = (body: object): readonly Malformed[] => [
  { name: 'no name', body: { ...body, name: undefined }, code: 'missing_required_parameter', param: 'name' },
  { name: 'a name of blanks', body: { ...body, name: '  ' }, param: 'name' },
  { name: 'a name that is too long', body: { ...body, name: 'x'.repeat(257) }, param: 'name' },
  { name: 'a name of another type', body: { ...body, name: 7 }, code: 'invalid_type', param: 'name' },
  { name: 'a member that nobody knows', body: { ...body, admin: true }, code: 'unsupported_parameter', param: 'admin' },
  { name: 'a path that climbs', body: { ...body, user_path: '/team/../b' }, code: 'invalid_user_path', param: 'user_path' },
  { name: 'an expiry that is past', body: { ...body, expires_at: '2020-01-01T00:00:00Z' }, param: 'expires_at' },
  { name: 'an expiry in another zone', body: { ...body, expires_at: '2999-01-01T00:00:00+02:00' }, param: 'expires_at' },
  { name: 'an expiry on a day that is not there', body: { ...body, expires_at: '2999-02-30T00:00:00Z' }, param: 'expires_at' },
  { name: 'a day for an expiry', body: { ...body, expires_at: '2999-01-01' }, param: 'expires_at' },
  { name: 'a label of blanks', body: { ...body, labels: [' '] }, param: 'labels' },
  { name: 'too many labels', body: { ...body, labels: Array.from({ length: 65 }, (_, index) => `l${index}`) }, param: 'labels' },
  { name: 'all models of a provider that is not there', body: { ...body, allowed_models: ['nobody/*'] }, param: 'allowed_models' },
  { name: 'a selector of blanks', body: { ...body, allowed_models: [' '] }, param: 'allowed_models' },
]

const write = (path: string, body: Readonly<Record<string, unknown>>, malformed: readonly Malformed[]): AdminRoute => ({
  method: 'PUT',
  path: `/auth-keys/${id}/${path}`,
  documented: `/auth-keys/{id}/${path}`,
  scope: 'subtree',
  body,
  prepare,
  malformed: [{ name: 'a body without the field', body: {}, code: 'missing_required_parameter', param: Object.keys(body)[0] as string }, ...malformed],
})

const body = { name: 'new' }

describeRoutes(
  [
    {
      method: 'GET',
      path: '/auth-keys',
      scope: 'subtree',
      prepare,
      malformed: [{ name: 'an unknown parameter', path: '/auth-keys?x=1', code: 'unsupported_parameter', param: 'x' }],
    },
    {
      method: 'POST',
      path: '/auth-keys',
      scope: 'subtree',
      status: 201,
      body: {
        ...body,
        description: 'd',
        user_path: '/a',
        labels: ['x'],
        allowed_models: ['openai/*', 'm', '*'],
        dashboard_access: true,
        expires_at: '2999-01-01T00:00:00Z',
      },
      malformed: [...wrongTexts(body), { name: 'a path and a user', body: { ...body, user_path: '/a', user_id: 'u' }, param: 'user_id' }],
    },
    {
      method: 'POST',
      path: '/auth-keys/import',
      scope: 'subtree',
      status: 201,
      body: imported,
      malformed: [
        ...wrongTexts(imported),
        { name: 'a hash that is too short', body: { ...imported, secret_hash: 'ab' }, param: 'secret_hash' },
        { name: 'a hash that is none', body: { ...imported, secret_hash: 'xy'.repeat(32) }, param: 'secret_hash' },
        { name: 'another gateway', body: { ...imported, imported_from: 'tapline' }, param: 'imported_from' },
      ],
    },
    write('labels', { labels: ['a', 'b', 'a'] }, [{ name: 'labels of another type', body: { labels: 'a' }, code: 'invalid_type', param: 'labels' }]),
    write('allowed-models', { allowed_models: ['openai/gpt-4o'] }, [
      { name: 'null', body: { allowed_models: null }, code: 'invalid_type', param: 'allowed_models' },
    ]),
    write('dashboard-access', { dashboard_access: true }, [
      { name: 'a word', body: { dashboard_access: 'yes' }, code: 'invalid_type', param: 'dashboard_access' },
    ]),
    write('user', { user_id: '' }, [
      { name: 'a user who is not there', body: { user_id: 'nobody' }, param: 'user_id' },
      { name: 'null', body: { user_id: null }, code: 'invalid_type', param: 'user_id' },
    ]),
    {
      method: 'PUT',
      path: '/auth-keys/labels/rename',
      scope: 'subtree',
      body: { from: 'x', to: 'y' },
      prepare,
      malformed: [
        { name: 'no new label', body: { from: 'x' }, code: 'missing_required_parameter', param: 'to' },
        { name: 'a new label of blanks', body: { from: 'x', to: ' ' }, param: 'to' },
      ],
    },
    {
      method: 'POST',
      path: `/auth-keys/${id}/deactivate`,
      documented: '/auth-keys/{id}/deactivate',
      scope: 'subtree',
      status: 204,
      prepare,
      malformed: [{ name: 'an unknown parameter', path: `/auth-keys/${id}/deactivate?force=1`, code: 'unsupported_parameter', param: 'force' }],
    },
  ],
  { env: { TAPLINE_KEY_PEPPER: pepper } },
)
