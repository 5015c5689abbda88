import { describeRoutes } from '../../support/admin-routes.ts'

const unknownParameter = (path: string) => ({
  name: 'a parameter that it does not have',
  path: `${path}?colour=red`,
  code: 'unsupported_parameter',
  param: 'colour',
})
const disabled = { config: { admin: { endpoints_enabled: false } }, status: 404, code: 'unknown_url' }

describeRoutes([
  ...['/access', '/version', '/runtime/config', '/openapi.json'].map(path => ({
    method: 'GET',
    path,
    scope: 'subtree' as const,
    malformed: [unknownParameter(path)],
    off: disabled,
  })),
  ...['/runtime/health', '/runtime/configuration', '/runtime/settings'].map(path => ({
    method: 'GET',
    path,
    scope: 'global' as const,
    malformed: [unknownParameter(path)],
    off: disabled,
  })),
  { method: 'POST', path: '/runtime/refresh', scope: 'global', malformed: [unknownParameter('/runtime/refresh')], off: disabled },
])
