import { expect } from 'chai'
import { configuredHeaders, type SessionHeader } from '../../../plugins/sessions/configured.ts'
import { Served } from '../../support/serve.ts'

const transform = 'session-uuid'

describe('the session headers of the configuration', () => {
  const read: readonly (readonly [
    what: string,
    headers: readonly SessionHeader[],
    variables: Readonly<Record<string, string>>,
    expected: readonly SessionHeader[],
  ])[] = [
    ['nothing', [], {}, []],
    ['the file', [{ header: 'X-A', transform }], {}, [{ header: 'X-A', transform }]],
    ['variables, with gaps and by number', [], { 10: 'X-J', 2: ' X-B ' }, [{ header: 'X-B' }, { header: 'X-J' }]],
    ['all that variables say of one', [], { 1: 'X-A', '1_TRANSFORM': 'session-uuid' }, [{ header: 'X-A', transform }]],
    [
      'a variable in the place of what the file says of that header',
      [{ header: 'X-A', transform }, { header: 'X-B' }],
      { 1: 'x-a', 2: 'X-C' },
      [{ header: 'x-a' }, { header: 'X-B' }, { header: 'X-C' }],
    ],
  ]
  for (const [what, headers, header_variables, expected] of read) {
    it(`are read of ${what}`, () => expect(configuredHeaders({ headers: [...headers], header_variables })).to.deep.equal(expected))
  }

  const refused: readonly (readonly [what: string, config: object, env: Readonly<Record<string, string>>, message: RegExp])[] = [
    ...['Authorization', 'AUTHORIZATION', 'x-api-key', 'Cookie', 'X-Goog-Api-Key'].map(
      header =>
        [
          `the credentials of ${header}`,
          { session: { headers: [{ header }] } },
          {},
          new RegExp(`:\\d+:\\d+ +/session/headers/0/header +${header} carries credentials`),
        ] as const,
    ),
    ['a member that nobody knows', { session: { headers: [{ header: 'X-A', transfrom: 'session-uuid' }] } }, {}, /did you mean "transform"/],
    ['credentials in a variable', {}, { SESSION_HEADER_3: 'authorization' }, /env SESSION_HEADER_3 .* authorization carries credentials/],
    ['a variable with a name that is none', {}, { SESSION_HEADER_1: 'X A' }, /env SESSION_HEADER_1 .* "X A" is no name of a header/],
    ['a variable without a number', {}, { SESSION_HEADER_X: 'X-A' }, /env SESSION_HEADER_X .* expected a number/],
    ['a further variable that nobody knows', {}, { SESSION_HEADER_1: 'X-A', SESSION_HEADER_1_PREFIX: 'p' }, /env SESSION_HEADER_1_PREFIX .* expected a number/],
    [
      'a transform of no header',
      {},
      { SESSION_HEADER_2_TRANSFORM: 'session-uuid' },
      /env SESSION_HEADER_2_TRANSFORM .* no variable names the header of number 2/,
    ],
    [
      'another transform',
      {},
      { SESSION_HEADER_1: 'X-A', SESSION_HEADER_1_TRANSFORM: 'upper' },
      /env SESSION_HEADER_1_TRANSFORM .* expected session-uuid, got "upper"/,
    ],
  ]
  for (const [what, config, env, message] of refused) {
    it(`are refused with ${what}`, async () => {
      const cause = await Served.start({ config: { ...config }, env }).then(
        async served => {
          await served.close()
        },
        (failure: unknown) => failure as Error,
      )
      expect(cause?.message ?? 'it started').to.match(message)
    })
  }

  it('come from variables in each of their spellings, and name the session', async () => {
    await using served = await Served.start({
      env: { TAPLINE_SESSION_HEADER_1: 'X-Thread', GOMODEL_SESSION_HEADER_2: 'X-User', SESSION_HEADER_2_TRANSFORM: 'session-uuid' },
    })
    const uuid = '0b8f7a3e-5c1d-4e2f-9a6b-7c8d9e0f1a2b'
    const sessions: (string | undefined)[] = []
    for (const headers of [{ 'x-session-id': uuid }, { 'x-thread': uuid }, { 'x-user': `u_session_${uuid}` }] as readonly Readonly<Record<string, string>>[]) {
      await served.chat(undefined, headers)
      sessions.push((await served.completions.ended()).session)
    }
    expect(sessions[0]).to.match(/^scoped-/)
    expect(sessions).to.deep.equal([sessions[0], sessions[0], sessions[0]])
  })
})
