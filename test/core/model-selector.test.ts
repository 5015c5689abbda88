import { expect } from 'chai'
import { readModelSelector, selectorsFor } from '../../core/model-selector.ts'

const providers = ['openai', 'openai-eu']
const read = (text: string) => readModelSelector(text, providers)

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
    const all = ['openai/gpt-4o', '*', 'openai/*', 'gpt-4o', 'openai-eu/gpt-4o', 'openai/gpt-5'].flatMap(text => {
      const selector = read(text)
      return selector === undefined ? [] : [{ selector }]
    })
    expect(selectorsFor(all, 'openai', 'gpt-4o').map(({ selector: { text } }) => text)).to.deep.equal(['/', 'gpt-4o', 'openai/', 'openai/gpt-4o'])
  })
})
