import { expect } from 'chai'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkOptions } from '../../../../core/config/schema/options.ts'
import { schema } from '../../../../plugins/models/schema.ts'
import { configuredModels } from '../../../../plugins/models/virtual/configured.ts'

type Options = Parameters<typeof configuredModels>[0]

const configured = (given: object) => configuredModels(checkOptions(schema, given, () => undefined).value as Options, ['openai', 'groq'])

describe('the virtual models of the configuration', () => {
  const wrong: readonly [string, object, RegExp][] = [
    [
      'an unknown provider',
      { source: 's', targets: [{ provider: 'nobody', model: 'x' }] },
      /virtual model "s": there is no provider "nobody"; known: openai, groq$/,
    ],
    [
      'a policy on a provider that is not there',
      { source: 'nobody/*' },
      /virtual model "nobody\/\*": "nobody\/\*" selects nothing: .*known providers: openai, groq$/,
    ],
    ['groups beside targets', { source: 's', target: 'x', groups: ['g'] }, /groups are for policies/],
    ['a path that is none', { source: 's', target: 'x', user_paths: ['/a/..'] }, /"\/a\/\.\." is no user path/],
    ['a slowdown that is too little', { source: 's', target: 'x', slowdown: 0.01 }, /slowdown must be 0, or from 0\.1 to 10/],
    ['the strategy plugin without one', { source: 's', target: 'x', strategy: 'plugin' }, /strategy_plugin must say/],
  ]
  for (const [what, model, message] of wrong) it(`refuse ${what}`, () => expect(() => configured({ virtual_models: [model] })).to.throw(message))

  it('refuse circles, and spell them out', () => {
    expect(() =>
      configured({
        virtual_models: [
          { source: 'a', target: 'b' },
          { source: 'b', target: 'a' },
        ],
      }),
    ).to.throw('virtual models lead in a circle: a → b → a')
  })

  it('do not look for models, which are listed later', () =>
    expect(configured({ virtual_models: [{ source: 's', target: 'openai/whatever' }] }).get('s')).to.deep.include({ managed: true }))

  it('are policies without targets, under the spelling of their selector', () => {
    expect(
      [
        ...configured({
          virtual_models: [
            { source: 'OpenAI/*', enabled: false },
            { source: '*', user_paths: ['team/'] },
          ],
        }).values(),
      ].map(({ source, user_paths: paths }) => [source, paths]),
    ).to.deep.equal([
      ['openai/', []],
      ['/', ['/team']],
    ])
  })

  describe('from older failover rules', () => {
    const directory = mkdtempSync(join(tmpdir(), 'tapline-rules-'))
    after(() => {
      rmSync(directory, { recursive: true })
    })
    const file = (name: string, text: string) => {
      writeFileSync(join(directory, name), text)
      return join(directory, name)
    }
    const of = (options: object) =>
      Object.fromEntries(
        [...configured(options)].map(([source, { targets, strategy, managed }]) => [source, [strategy, managed, ...targets.map(({ model }) => model)]]),
      )

    it('shadow the primary', () => expect(of({ failover_rules: { a: ['b', 'groq/c', 'a'] } })).to.deep.equal({ a: ['failover', true, 'a', 'b', 'groq/c'] }))
    it('are those of the file over those of the configuration, and of the environment over both', () => {
      const path = file('rules.json', '{"a":["file"],"b":["file"]}')
      expect(of({ failover_rules: { a: ['yaml'], b: ['yaml'], c: ['yaml'] }, manual_rules_path: path, failover_rules_json: { a: ['env'] } })).to.deep.equal({
        a: ['failover', true, 'a', 'env'],
        b: ['failover', true, 'b', 'file'],
        c: ['failover', true, 'c', 'yaml'],
      })
    })
    for (const [what, off] of [
      ['a list', ['a']],
      ['a map', { a: true, b: false }],
    ] as const)
      it(`are without the primaries that ${what} switches off`, () =>
        expect(Object.keys(of({ failover_rules: { a: ['x'], b: ['x'] }, disabled_failover: off }))).to.deep.equal(['b']))
    it('give way to a virtual model of the same name', () =>
      expect(of({ failover_rules: { a: ['x'] }, virtual_models: [{ source: 'a', target: 'b' }] })).to.deep.equal({ a: ['round_robin', true, 'b'] }))
    for (const [what, text, message] of [
      ['no JSON', '{', 'cannot be read as JSON'],
      ['a list', '[]', 'is not an object of lists of models'],
      ['a text for a list', '{"a":"b"}', 'is not an object of lists of models'],
    ] as const) {
      it(`refuse a file of ${what}`, () => expect(() => of({ manual_rules_path: file('wrong.json', text) })).to.throw(message))
    }
    it('refuse a file that is not there', () => expect(() => of({ manual_rules_path: join(directory, 'none.json') })).to.throw('cannot be read as JSON'))
  })
})
