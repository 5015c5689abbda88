import { describeRoutes, type AdminRoute, type Malformed } from '../../support/admin-routes.ts'
import { seed } from '../../support/usage.ts'

const switchedOff = { config: { usage: { enabled: false } }, status: 200 }
const common = (path: string): readonly Malformed[] => [
  { name: 'a parameter that it does not have', path: `${path}?colour=red`, code: 'unsupported_parameter', param: 'colour' },
  { name: 'a day that is none', path: `${path}?start_date=2026-02-30`, param: 'start_date' },
  { name: 'days that end before they begin', path: `${path}?start_date=2026-02-02&end_date=2026-02-01`, param: 'start_date' },
  { name: 'no days', path: `${path}?days=0`, param: 'days' },
  { name: 'days that are no number', path: `${path}?days=many`, code: 'invalid_type', param: 'days' },
  { name: 'another cache mode', path: `${path}?cache_mode=hot`, param: 'cache_mode' },
  { name: 'a NUL character', path: `${path}?model=a%00b`, param: 'model' },
  { name: 'a path that leads upwards', path: `${path}?user_path=/a/../b`, code: 'invalid_user_path', param: 'user_path' },
]
const paged = (path: string): readonly Malformed[] => [
  { name: 'no entries', path: `${path}?limit=0`, param: 'limit' },
  { name: 'too many entries', path: `${path}?limit=201`, param: 'limit' },
  { name: 'an offset before the first', path: `${path}?offset=-1`, param: 'offset' },
]
const listing = (path: string, more: readonly Malformed[] = []): AdminRoute => ({
  method: 'GET',
  path,
  scope: 'subtree',
  malformed: [...common(path), ...more],
  off: switchedOff,
  prepare: ({ served }) => seed(served, [{ id: '1', labels: ['a'], session_id: 's' }]),
})

describeRoutes([
  listing('/usage/summary'),
  listing('/usage/daily', [{ name: 'another interval', path: '/usage/daily?interval=hourly', param: 'interval' }]),
  listing('/usage/models'),
  listing('/usage/user-paths'),
  listing('/usage/labels'),
  listing('/usage/sessions', paged('/usage/sessions')),
  listing('/usage/log', paged('/usage/log')),
  listing('/usage/export', [{ name: 'another format', path: '/usage/export?format=xls', param: 'format' }]),
  {
    method: 'GET',
    path: '/usage/throughput',
    scope: 'global',
    malformed: [{ name: 'another granularity', path: '/usage/throughput?granularity=week', param: 'granularity' }],
    off: switchedOff,
  },
  {
    method: 'POST',
    path: '/usage/recalculate-pricing',
    scope: 'global',
    body: { confirmation: 'recalculate' },
    malformed: [
      { name: 'no confirmation', body: {}, code: 'missing_required_parameter', param: 'confirmation' },
      { name: 'another confirmation', body: { confirmation: 'yes' }, param: 'confirmation' },
      { name: 'a member that it does not have', body: { confirmation: 'recalculate', force: true }, code: 'unsupported_parameter', param: 'force' },
      { name: 'a selector of nothing', body: { confirmation: 'recalculate', selector: 'nobody/' }, param: 'selector' },
      { name: 'days that end before they begin', body: { confirmation: 'recalculate', start_date: '2026-02-02', end_date: '2026-02-01' }, param: 'start_date' },
      ...['user_path', 'selector', 'model', 'provider', 'label'].map(param => ({
        name: `an empty ${param}`,
        body: { confirmation: 'recalculate', [param]: '' },
        param,
      })),
      { name: 'a path of blanks', body: { confirmation: 'recalculate', user_path: ' ' }, param: 'user_path' },
    ],
    off: { config: { usage: { pricing_recalculation_enabled: false } }, status: 503, code: 'feature_unavailable' },
  },
])
