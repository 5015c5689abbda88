import { expect } from 'chai'
import { complaints, load } from '../given.ts'

const anchors = `extensions:
  retry: &retry { backoff_factor: 3 }
  vendor: &vendor
    type: openai
    api_key: k
    base_url: https://a.example/v1
`

describe('what YAML takes over from elsewhere', () => {
  it('counts for the options of plugins, and says where it stands', async () => {
    for (const retry of ['*retry', '{ <<: *retry }', '{ <<: [*retry, { backoff_factor: 4 }] }']) {
      const config = await load({ yaml: `${anchors}resilience: { retry: ${retry} }` })
      expect(config.settingsOf('sample-policy').values).to.deep.equal({ factor: 3 })
      expect(config.source('/resilience/retry/backoff_factor')).to.equal('yaml:2')
    }
  })

  it('is overridden by what is written beside it, as a whole', async () => {
    const { providers, source } = await load({ yaml: `${anchors}providers:\n  b:\n    api_key: own\n    <<: *vendor` })
    expect(providers.get('b')).to.deep.include({ keys: ['own'], base_url: 'https://a.example/v1' })
    expect([source('/providers/b/api_keys'), source('/providers/b/base_url')]).to.deep.equal(['yaml:9', 'yaml:6'])
  })

  it('is no longer the same once a variable says otherwise in one place', async () => {
    const { providers } = await load({ yaml: `${anchors}providers:\n  openai: *vendor\n  b: *vendor`, env: { OPENAI_API_KEY: 'other' } })
    expect([...providers.values()].map(({ name, keys }) => [name, keys])).to.deep.equal([
      ['b', ['k']],
      ['openai', ['other']],
    ])
  })

  for (const [name, [yaml, line]] of Object.entries({
    'a value that is wrong': [`extensions: { a: &a { port: many } }\nserver: *a`, /^tapline.yaml:1:23 {2}\/server\/port {2}expected/],
    'what is a part of itself': ['extensions: &a { b: *a }', /an alias stands in what it stands for$/],
    'a merge key with no map': ['server: { <<: 1 }', /Merge sources must be maps/],
    'a name that nothing has': [
      'server:\n  host: *.example',
      /^tapline.yaml:2:9 {2}\/server\/host {2}no &\.example stands before \*\.example; a text that begins with \* needs quotes$/,
    ],
    'a star alone': ['server: { host: * }', /^tapline.yaml:1:17 .*; a text that begins with \* needs quotes$/],
    'a merged name that nothing has': ['server: { <<: [*a] }', /^tapline.yaml:1:16 {2}\/server {2}no &a stands before \*a/],
    'one name for very much': [
      `a: &a [1, 1, 1, 1, 1, 1, 1]\n${[...'bcdefgh'].map((to, i) => `${to}: &${to} [${`*${'abcdefgh'[i]}, `.repeat(9)}]`).join('\n')}`,
      /too many aliases$/,
    ],
  } as const)) {
    it(`is told of ${name}`, async () => {
      const lines = await complaints({ yaml })
      expect(lines.join('\n')).to.match(line)
      expect(lines).to.have.length(1)
    })
  }
})
