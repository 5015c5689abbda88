import { describeRoutes } from '../../support/admin-routes.ts'
import type { AdminGateway } from '../../support/admin.ts'

const path = '/provider-credentials'
const local = { name: 'local', type: 'openai-compatible', base_url: 'http://127.0.0.1:9/v1', api_keys: ['sk-local-one'], models: ['m'] }
const unknownParameter = (at: string) => ({
  name: 'a parameter that it does not have',
  path: `${at}?colour=red`,
  code: 'unsupported_parameter',
  param: 'colour',
})
const disabled = { config: { admin: { endpoints_enabled: false } }, status: 404, code: 'unknown_url' }

describeRoutes([
  { method: 'GET', path, scope: 'global', malformed: [unknownParameter(path)], off: disabled },
  { method: 'GET', path: `${path}/types`, scope: 'global', malformed: [unknownParameter(`${path}/types`)], off: disabled },
  {
    method: 'PUT',
    path,
    scope: 'global',
    body: local,
    off: disabled,
    malformed: [
      { name: 'a body without a name', body: { type: 'openai' }, code: 'missing_required_parameter', param: 'name' },
      { name: 'a body without a type', body: { name: 'x' }, code: 'missing_required_parameter', param: 'type' },
      { name: 'a member that it does not have', body: { ...local, organization: 'o' }, code: 'unsupported_parameter', param: 'organization' },
      { name: 'a name with a slash', body: { ...local, name: 'a/b' }, param: 'name' },
      { name: 'a name with a colon', body: { ...local, name: 'a:b' }, param: 'name' },
      { name: 'a name that ends with a blank', body: { ...local, name: 'a ' }, param: 'name' },
      { name: 'keys that are no list', body: { ...local, api_keys: 'sk' }, code: 'invalid_type', param: 'api_keys' },
      { name: 'a key of blanks', body: { ...local, api_keys: ['sk-1', '  '] }, param: 'api_keys.1' },
      { name: 'a mask where nothing is stored', body: { ...local, api_keys: ['***'] }, param: 'api_keys.0' },
      { name: 'a mask of another secret where nothing is stored', body: { ...local, proxy_url: '*****' }, param: 'proxy_url' },
      { name: 'a placeholder in the place of a key', body: { ...local, api_keys: ['${OPENAI_KEY}'] }, param: 'api_keys.0' },
      { name: 'a reference to a secret, where they are not allowed', body: { ...local, api_keys: ['${env:OPENAI_KEY}'] }, param: 'api_keys.0' },
      { name: 'a placeholder in a URL', body: { ...local, base_url: 'http://${HOST}/v1' }, param: 'base_url' },
      {
        name: 'a rule without a pattern',
        body: { ...local, trip_on: { weekly: { ttl: '4h' } } },
        code: 'missing_required_parameter',
        param: 'trip_on.weekly.match',
      },
      { name: 'a provider of the configuration', body: { ...local, name: 'openai' }, code: 'managed_resource', param: 'name' },
    ],
  },
  {
    method: 'DELETE',
    path: `${path}/local`,
    documented: `${path}/{name}`,
    scope: 'global',
    status: 204,
    off: disabled,
    prepare: (gateway: AdminGateway) => gateway.call('PUT', path, { body: local }),
    malformed: [
      { name: 'a provider of the configuration', path: `${path}/openai`, code: 'managed_resource', param: 'name' },
      unknownParameter(`${path}/local`),
    ],
  },
])
