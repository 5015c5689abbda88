import { expect } from 'chai'
import { ModelList } from '../../../plugins/model-list/list.ts'

const text = JSON.stringify({
  version: 1,
  providers: { openai: { display_name: 'OpenAI' } },
  models: {
    'gpt-x': {
      display_name: 'GPT X',
      aliases: ['gpt-x-turbo'],
      modes: ['chat'],
      context_window: 100,
      max_output_tokens: null,
      capabilities: { vision: true, tools: true },
      pricing: { currency: 'USD', input_per_mtok: 1, output_per_mtok: 2 },
    },
    'only-model': { context_window: 5 },
  },
  provider_models: {
    'openai/gpt-x': {
      model_ref: 'gpt-x',
      enabled: true,
      provider_model_id: 'gpt-x-2030-01-01',
      context_window: null,
      max_output_tokens: 7,
      capabilities: { vision: false },
      pricing: { output_per_mtok: 3, input_per_mtok: null },
    },
    'azure/gpt-x': { model_ref: 'gpt-x', enabled: false, max_output_tokens: 9 },
    'house/gpt-x': { model_ref: 'gpt-x', enabled: true, max_output_tokens: 11 },
    'openrouter/maker/gpt-x': { model_ref: 'gpt-x', enabled: true, max_output_tokens: 13 },
    'vertex_ai/gpt-x': { model_ref: 'gpt-x', enabled: true, max_output_tokens: 17 },
    'groq/alone': { enabled: true, context_window: 19 },
  },
})

describe('a list of models', () => {
  const list = new ModelList(text)
  const of = (type: string, id: string, name = type) => list.of({ name, type }, [id])

  it('says what a model is, with what is otherwise of it at a provider; null leaves it as it is', () => {
    expect(of('openai', 'gpt-x')).to.deep.equal({
      display_name: 'GPT X',
      modes: ['chat'],
      context_window: 100,
      max_output_tokens: 7,
      capabilities: { vision: false, tools: true },
      pricing: { currency: 'USD', input_per_mtok: 1, output_per_mtok: 3 },
    })
  })

  for (const [name, found, most] of [
    ['the id that the provider itself uses', of('openai', 'gpt-x-2030-01-01'), 7],
    ['another name of the model', of('openai', 'gpt-x-turbo'), undefined],
    ['a provider of which it says nothing', of('mistral', 'gpt-x'), undefined],
    ['a provider where the entry is not in use', of('azure', 'gpt-x'), undefined],
    ['the name of an instance, before its type', of('openai', 'gpt-x', 'house'), 11],
    ['an instance of another name, by its type', of('openai', 'gpt-x', 'mine'), 7],
    ['an id with slashes', of('openrouter', 'maker/gpt-x'), 13],
    ['a type that lists call otherwise', of('vertex', 'gpt-x'), 17],
    ['the second id, where nothing is said of the first', list.of({ name: 'openai', type: 'openai' }, ['nobody', 'gpt-x']), 7],
  ] as const) {
    it(`is asked by ${name}`, () => expect([found?.['display_name'], found?.['max_output_tokens']]).to.deep.equal(['GPT X', most]))
  }

  it('may say something of a model at one provider alone', () => expect(of('groq', 'alone')).to.deep.equal({ context_window: 19 }))
  for (const id of ['nobody', 'toString', '__proto__', '']) it(`says nothing of ${JSON.stringify(id)}`, () => expect(of('openai', id)).to.equal(undefined))

  for (const [name, wrong] of [
    ['no JSON', '<html>'],
    ['null', 'null'],
    ['an array', '[]'],
    ['neither models nor provider_models', '{}'],
    ['models that are no object', '{"models":[]}'],
  ] as const) {
    it(`is not ${name}`, () => expect(() => new ModelList(wrong)).to.throw())
  }
  it('passes over entries that are none', () => expect(new ModelList('{"models":{"a":1,"b":{"context_window":2}}}').size).to.equal(1))
})
