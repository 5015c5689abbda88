import { expect } from 'chai'
import { readModelSelector, selectorsFor } from '../../../../plugins/shared/models/model-selector.ts'

const providers = ['openai', 'openai-eu']
const read = (text: string) => readModelSelector(text, providers)
/** With openai, `:latest` may stand at the end of an id, or not. */
const canonical = (provider: string, model: string) => (provider === 'openai' ? model.replace(/:latest$/, '') : model)
const among = (texts: readonly string[], provider: string, model: string) =>
  selectorsFor(
    texts.flatMap(text => read(text) ?? []).map(selector => ({ selector })),
    provider,
    model,
    canonical,
  ).map(({ selector: { text } }) => text)

describe('a selector of models', () => {
  const forms: readonly [string, object | undefined][] = [
    ['openai/gpt-4o', { kind: 'exact', provider: 'openai', model: 'gpt-4o', text: 'openai/gpt-4o' }],
    ['OpenAI/gpt-4o', { kind: 'exact', provider: 'openai', model: 'gpt-4o', text: 'openai/gpt-4o' }],
    ['openai/meta-llama/Llama-3', { kind: 'exact', provider: 'openai', model: 'meta-llama/Llama-3', text: 'openai/meta-llama/Llama-3' }],
    ['openai-eu/*', { kind: 'provider', provider: 'openai-eu', text: 'openai-eu/' }],
    ['openai-eu/', { kind: 'provider', provider: 'openai-eu', text: 'openai-eu/' }],
    ['gpt-4o', { kind: 'model', model: 'gpt-4o', text: 'gpt-4o' }],
    ['meta-llama/Llama-3', { kind: 'model', model: 'meta-llama/Llama-3', text: 'meta-llama/Llama-3' }],
    [' * ', { kind: 'global', text: '/' }],
    ['/', { kind: 'global', text: '/' }],
    ['unknown/*', undefined],
    ['', undefined],
  ]
  for (const [text, expected] of forms)
    it(`is read from ${JSON.stringify(text)}`, () => {
      expect(read(text)).to.deep.equal(expected)
    })

  it('that says most counts last', () => {
    expect(among(['openai/gpt-4o', '*', 'openai/*', 'gpt-4o', 'openai-eu/gpt-4o', 'openai/gpt-5'], 'openai', 'gpt-4o')).to.deep.equal([
      '/',
      'gpt-4o',
      'openai/',
      'openai/gpt-4o',
    ])
  })

  it('means a model in whichever spelling, and most of all in that which is asked for', () => {
    expect(among(['openai/x'], 'openai', 'x:latest')).to.deep.equal(['openai/x'])
    expect(among(['x:latest'], 'openai', 'x')).to.deep.equal(['x:latest'])
    expect(among(['openai/x', 'openai/x:latest', 'x:latest', 'x'], 'openai', 'x')).to.deep.equal(['x:latest', 'x', 'openai/x:latest', 'openai/x'])
    expect(among(['openai-eu/x', 'x'], 'openai-eu', 'x:latest')).to.deep.equal([])
  })
})
