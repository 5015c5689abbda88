import { expect } from 'chai'
import type { ResolvedFacts } from '../../../../core/plugin/provider.ts'
import { factsOf } from '../../../../core/upstream/provider/provider-facts.ts'

const config = { name: 'it', type: 'it', keys: [], models: [], settings: {}, source: 'test' }
const definition = { name: 'it', baseUrl: 'https://it.example', dialects: ['openai-chat'], operations: { chat: 'POST /chat' } } as const

describe('the facts of a provider', () => {
  it('are those that depend on its settings, and its own where these say nothing', () => {
    const { baseUrl, dialects } = factsOf(config, { ...definition, resolve: ({ base_url: url }) => ({ baseUrl: `${url}/v1` }) })
    expect([baseUrl, dialects]).to.deep.equal(['https://it.example/v1', ['openai-chat']])
  })

  for (const [what, resolved, message] of [
    ['misspells one', { baseURL: 'https://other.example' }, 'resolve(): it returned "baseURL"; did you mean "baseUrl"?'],
    ['gives one of another type', { dialects: 'openai-chat' }, 'resolve(): dialects is not a list of texts'],
    ['promises them', Promise.resolve({}), 'resolve(): it must return an object'],
    ['gives an address alone', 'https://other.example', 'resolve(): it must return an object'],
  ] as const) {
    it(`are not to be had where its type ${what}`, () => {
      expect(() => factsOf(config, { ...definition, resolve: () => resolved as ResolvedFacts })).to.throw(TypeError, message)
    })
  }
})
