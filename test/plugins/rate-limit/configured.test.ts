import { expect } from 'chai'
import { configuredLimits } from '../../../plugins/rate-limit/configured.ts'
import { configuredBudgets } from '../../../plugins/budgets/configured.ts'

type Limits = Parameters<typeof configuredLimits>[0]
type Budgets = Parameters<typeof configuredBudgets>[0]

const noLimits = { user_paths: [], keys: [], providers: [], models: [], path_variables: {}, provider_variables: {} } as unknown as Limits
const noBudgets = { user_paths: [], labels: [], users: [], keys: [], path_variables: {}, retention_days: 90 } as unknown as Budgets
const limits = (more: object) =>
  configuredLimits({ ...noLimits, ...more }).map(({ scope, subject, period_seconds: seconds, max_requests: requests, max_tokens: tokens }) => [
    scope,
    subject,
    seconds,
    requests,
    tokens,
  ])
const budgets = (more: object) =>
  configuredBudgets({ ...noBudgets, ...more }).map(({ scope, subject, period_seconds: seconds, amount, per_child: child }) => [
    scope,
    subject,
    seconds,
    amount,
    child,
  ])

describe('the limits of the configuration', () => {
  const read: readonly [string, () => unknown, unknown][] = [
    [
      'a path, normalised',
      () => limits({ user_paths: [{ path: 'team//a/', per_child: false, limits: [{ period: 'minute', max_requests: 1 }] }] }),
      [['user_path', '/team/a', 60, 1, undefined]],
    ],
    [
      'one rule of two limits for a period',
      () =>
        limits({
          models: [
            {
              model: 'gpt',
              limits: [
                { period: 'hour', max_requests: 1 },
                { period_seconds: 3600, max_tokens: 2 },
              ],
            },
          ],
        }),
      [['model', 'gpt', 3600, 1, 2]],
    ],
    [
      'pairs of a variable',
      () => limits({ path_variables: { TEAM__ALPHA: 'rpm=1,tpm=2, rpd=3,concurrent=4' } }),
      [
        ['user_path', '/team/alpha', 60, 1, 2],
        ['user_path', '/team/alpha', 86_400, 3, undefined],
        ['user_path', '/team/alpha', 0, 4, undefined],
      ],
    ],
    ['a JSON array of a variable', () => limits({ path_variables: { '': [{ period_seconds: 10, max_requests: 1 }] } }), [['user_path', '/', 10, 1, undefined]]],
    ['providers of variables, with hyphens', () => limits({ provider_variables: { OPENAI_EU: 'rpm=5' } }), [['provider', 'openai-eu', 60, 5, undefined]]],
    [
      'a variable in the place of what the file says',
      () => limits({ user_paths: [{ path: '/a', per_child: false, limits: [{ period: 'minute', max_requests: 1 }] }], path_variables: { A: 'rpm=9' } }),
      [['user_path', '/a', 60, 9, undefined]],
    ],
    [
      'a variable in the place of all that the file says of the path',
      () =>
        budgets({
          user_paths: [
            { path: '/a', per_child: true, limits: [{ period: 'weekly', amount: 1 }] },
            { path: '/b', per_child: false, limits: [{ period: 'weekly', amount: 2 }] },
          ],
          path_variables: { A: 'daily=9' },
        }),
      [
        ['user_path', '/b', 604_800, 2, false],
        ['user_path', '/a', 86_400, 9, false],
      ],
    ],
    [
      'budgets of all scopes',
      () =>
        budgets({
          user_paths: [{ path: '/c', per_child: true, limits: [{ period: 'month', amount: 1 }] }],
          labels: [{ label: 'Night', limits: [{ period: 'weekly', amount: 2 }] }],
          users: [{ user: 'u', limits: [{ period: 'hour', amount: 3 }] }],
          keys: [{ key: 'k', limits: [{ period_seconds: 7, amount: 0.5 }] }],
        }),
      [
        ['user_path', '/c', 2_592_000, 1, true],
        ['label', 'Night', 604_800, 2, false],
        ['user', 'u', 3600, 3, false],
        ['key', 'k', 7, 0.5, false],
      ],
    ],
    [
      'budgets of variables',
      () => budgets({ path_variables: { TEAM_ALPHA: 'daily=10,weekly=50.5' } }),
      [
        ['user_path', '/team_alpha', 86_400, 10, false],
        ['user_path', '/team_alpha', 604_800, 50.5, false],
      ],
    ],
  ]
  for (const [name, given, expected] of read) it(`are read: ${name}`, () => expect(given()).to.deep.equal(expected))

  const path = (...all: readonly object[]) => ({ user_paths: [{ path: '/a', per_child: false, limits: all }] })
  const refused: readonly [string, () => unknown, RegExp][] = [
    [
      'two limits for one path and period',
      () => limits(path({ period: 'minute', max_requests: 1 }, { period_seconds: 60, max_requests: 2 })),
      /two limits for user_path \/a and a period of 60 s/,
    ],
    [
      'the same provider in another case',
      () =>
        limits({
          providers: [
            { name: 'OpenAI', limits: [{ period: 'minute', max_requests: 1 }] },
            { name: 'openai', limits: [{ period: 'minute', max_requests: 2 }] },
          ],
        }),
      /two limits for provider/,
    ],
    ['tokens of concurrent calls', () => limits(path({ period: 'concurrent', max_tokens: 1 })), /max_requests only/],
    ['a limit of nothing', () => limits(path({ period: 'minute' })), /needs max_requests or max_tokens/],
    ['two periods in one limit', () => limits(path({ period: 'minute', period_seconds: 60, max_requests: 1 })), /either period or period_seconds/],
    ['no period', () => limits(path({ max_requests: 1 })), /either period or period_seconds/],
    ['a path that is none', () => limits({ user_paths: [{ path: '/a/../b', per_child: false, limits: [] }] }), /is no user path/],
    ['a pair that nobody knows', () => limits({ path_variables: { A: 'rps=1' } }), /rate_limits\/path_variables\/A: "rps" is none of rpm, tpm/],
    ['a pair without a number', () => limits({ path_variables: { A: 'rpm' } }), /rate_limits\/path_variables\/A: "rpm" is not a pair/],
    ['a limit of 0 in a variable', () => limits({ path_variables: { A: 'rpm=0' } }), /whole number of at least 1/],
    ['a pair with two numbers', () => limits({ path_variables: { A: 'rpm=1=2' } }), /"rpm=1=2" is not a pair/],
    ['two variables that cannot be read', () => limits({ path_variables: { A: 'rpm', B: 'x=1' } }), /\/A: "rpm" is not a pair.*\/B: "x" is none of/],
    ['a budget of nothing', () => budgets({ path_variables: { A: 'daily=0' } }), /budgets\/path_variables\/A: .*more than 0/],
    ['a budget that is no number', () => budgets({ path_variables: { A: 'daily=Infinity' } }), /path_variables\/A: "daily=Infinity" is not a pair/],
    ['a period of budgets that nobody knows', () => budgets({ path_variables: { A: 'yearly=1' } }), /"yearly" is no period/],
    [
      'two budgets for one period',
      () =>
        budgets({
          user_paths: [
            {
              path: '/a',
              per_child: false,
              limits: [
                { period: 'daily', amount: 1 },
                { period: 'day', amount: 2 },
              ],
            },
          ],
        }),
      /two limits for user_path \/a/,
    ],
  ]
  for (const [name, given, message] of refused) it(`refuse ${name}`, () => expect(given).to.throw(message))
})
