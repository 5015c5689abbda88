import { expect } from 'chai'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { hello, Served } from '../../support/serve.ts'

describe('the model of a call', () => {
  let served: Served
  before(async () => {
    const virtual = [
      { source: 'split', targets: [{ provider: 'OpenAI', model: 'a' }] },
      { source: 'whole', target: 'OpenAI/a' },
    ]
    served = await Served.start({ env: { OPENAI_MODELS: 'a,OpenAI/listed' }, config: { virtual_models: virtual } })
    served.upstream.always({ body: chatCompletion() })
  })
  after(async () => {
    await served.close()
  })

  const rows: readonly [string, object, string][] = [
    ['a bare id', { model: 'a' }, 'a'],
    ['with its provider', { model: 'openai/a' }, 'a'],
    ['with its provider in another case', { model: 'OpenAI/a' }, 'a'],
    ['beside its provider in another case', { model: 'a', provider: 'OPENAI' }, 'a'],
    ['beside its provider, with it in another case', { model: 'OpenAI/a', provider: 'openai' }, 'a'],
    ['an id that begins with the name of a provider in another case, and is listed so', { model: 'OpenAI/listed' }, 'OpenAI/listed'],
    ['a virtual model whose target is beside its provider in another case', { model: 'split' }, 'a'],
    ['a virtual model whose target is with its provider in another case', { model: 'whole' }, 'a'],
  ]
  for (const [what, said, sent] of rows)
    it(`is known as ${what}`, async () => {
      const { status } = await served.chat({ ...hello, ...said })
      expect(status).to.equal(200)
      expect(JSON.parse(served.upstream.requests.at(-1)?.body.toString() ?? '')).to.include({ model: sent })
    })
})
