/** The tagging headers of the configuration: what the file says, and what variables say. */

import { expect } from 'chai'
import { configuredHeaders } from '../../../plugins/labels/configured.ts'
import { Served } from '../../support/serve.ts'
import { AdminGateway } from '../../support/admin.ts'

const plain = { prefix: '', delimiter: ',', do_not_pass: false }
const header = (name: string, more: object = {}) => ({ header: name, ...plain, ...more })

describe('the tagging headers of the configuration', () => {
  const read: readonly (readonly [
    what: string,
    headers: readonly ReturnType<typeof header>[],
    variables: Readonly<Record<string, string>>,
    expected: readonly object[],
  ])[] = [
    ['nothing', [], {}, []],
    ['the file', [header('X-A', { delimiter: ';' })], {}, [header('X-A', { delimiter: ';' })]],
    ['variables, with gaps and by number', [], { 10: 'X-J', 2: 'X-B' }, [header('X-B'), header('X-J')]],
    [
      'all that variables say of one',
      [],
      { 1: ' X-A ', '1_PREFIX': 'a:', '1_DELIMITER': ';', '1_DONOTPASS': 'yes' },
      [header('X-A', { prefix: 'a:', delimiter: ';', do_not_pass: true })],
    ],
    [
      'a variable in the place of the whole of what the file says of that header',
      [header('X-A', { prefix: 'p', delimiter: ';', do_not_pass: true }), header('X-B')],
      { 1: 'x-a', 2: 'X-C' },
      [header('x-a'), header('X-B'), header('X-C')],
    ],
  ]
  for (const [what, headers, header_variables, expected] of read) {
    it(`are read of ${what}`, () => expect(configuredHeaders({ headers, header_variables })).to.deep.equal(expected))
  }

  const refused: readonly (readonly [what: string, config: object, env: Readonly<Record<string, string>>, message: RegExp])[] = [
    ...['Authorization', 'x-api-key', 'Cookie', 'Proxy-Authorization', 'X-Goog-Api-Key'].map(
      name =>
        [
          `the credentials of ${name}`,
          { tagging: { headers: [{ header: name }] } },
          {},
          new RegExp(`:\\d+:\\d+ +/tagging/headers/0/header +${name} carries credentials`),
        ] as const,
    ),
    ['credentials in a variable', {}, { TAGGING_HEADER_3: 'authorization' }, /env TAGGING_HEADER_3 .* authorization carries credentials/],
    ['a header twice', { tagging: { headers: [{ header: 'X-A' }, { header: 'x-a' }] } }, {}, /\/tagging\/headers\/1\/header +x-a is named twice/],
    ['a header twice in variables', {}, { TAGGING_HEADER_1: 'X-A', TAGGING_HEADER_2: 'x-a' }, /env TAGGING_HEADER_2 .* x-a is named twice/],
    ['no header', { tagging: { headers: [{ prefix: 'a' }] } }, {}, /header/],
    ['a name with a blank', { tagging: { headers: [{ header: 'X A' }] } }, {}, /header/],
    ['an empty delimiter', { tagging: { headers: [{ header: 'X-A', delimiter: '' }] } }, {}, /delimiter/],
    ['a member that nobody knows', { tagging: { headers: [{ header: 'X-A', pass: true }] } }, {}, /pass/],
    ['a variable with a name that is none', {}, { TAGGING_HEADER_1: 'X A' }, /env TAGGING_HEADER_1 .* "X A" is no name of a header/],
    ['a variable without a number', {}, { TAGGING_HEADER_X: 'X-A' }, /env TAGGING_HEADER_X .* expected a number/],
    ['the number 0', {}, { TAGGING_HEADER_0: 'X-A' }, /env TAGGING_HEADER_0 .* expected a number/],
    [
      'a prefix of no header',
      {},
      { TAGGING_HEADER_1: 'X-A', TAGGING_HEADER_2_PREFIX: 'p' },
      /env TAGGING_HEADER_2_PREFIX .* no variable names the header of number 2/,
    ],
    [
      'something else than true or false',
      {},
      { TAGGING_HEADER_1: 'X-A', TAGGING_HEADER_1_DONOTPASS: 'perhaps' },
      /env TAGGING_HEADER_1_DONOTPASS .* expected true or false, got "perhaps"/,
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

  it('come from variables in each of their spellings', async () => {
    await using gateway = await AdminGateway.start({
      env: {
        TAPLINE_TAGGING_HEADER_1: 'X-A',
        GOMODEL_TAGGING_HEADER_1_PREFIX: 'a:',
        TAGGING_HEADER_2: 'X-B',
        GOMODEL_TAGGING_HEADER_2: 'X-C',
        TAPLINE_TAGGING_HEADER_2_DELIMITER: ' ',
      },
    })
    const { json } = await gateway.call('GET', '/tagging/settings')
    expect(json.headers).to.deep.equal([header('X-A', { prefix: 'a:', managed: true }), header('X-C', { managed: true })])
  })
})
