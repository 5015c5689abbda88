import { expect } from 'chai'
import { chatCompletion, embeddings } from '../../../core/testing/chat-samples.ts'
import { Served } from '../../support/serve.ts'
import { faredBy } from '../../support/semantic.ts'

describe('cache-semantic with the store that comes with Tapline', () => {
  it('answers what means the same, and is part of readiness', async () => {
    await using served = await Served.start({ config: { cache: { response: { semantic: { embedder: { provider: 'openai' } } } } } })
    served.upstream.always(({ path, body }) => ({
      body: path.endsWith('/embeddings')
        ? embeddings({ vectors: [body.includes('bye') ? [0, 1, 0] : body.includes('hi') ? [1, 0.1, 0] : [1, 0, 0]] })
        : chatCompletion(),
    }))
    const ask = async (content: string) => faredBy(await served.chat({ model: 'gpt-test', messages: [{ role: 'user', content }] }))
    expect(await ask('hello')).to.equal('miss')
    while ((await ask('hello')) === 'miss') {
      /* nobody waits for an answer to be kept */
    }
    expect([await ask('hi'), await ask('bye')]).to.deep.equal(['HIT (semantic)', 'miss'])
    expect(JSON.parse(String((await served.call('GET', '/health/ready')).body))).to.deep.include({ status: 'ready' })
    expect(JSON.parse(String((await served.call('GET', '/health/ready')).body)).checks).to.include({ vectors: 'ok' })
    do expect((await served.call('DELETE', '/admin/cache?confirmation=clear&layer=semantic&model=gpt-test')).status).to.equal(204)
    while ((await ask('hi')) !== 'miss') // an entry of `hello` may have come behind
  })

  const block = { embedder: { provider: 'openai' } }
  const switched: readonly [string, object | undefined, Record<string, string>, boolean][] = [
    ['its block', block, {}, true],
    ['variables alone', undefined, { TAPLINE_SEMANTIC_CACHE_ENABLED: 'true', TAPLINE_SEMANTIC_CACHE_EMBEDDER_PROVIDER: 'openai' }, true],
    ['a block that says so', { ...block, enabled: false }, {}, false],
    ['a variable that is set to nothing', block, { TAPLINE_SEMANTIC_CACHE_ENABLED: '' }, false],
    ['nothing', undefined, {}, false],
  ]
  for (const [by, semantic, env, isOn] of switched) {
    it(`is ${isOn ? 'on' : 'off'} by ${by}`, async () => {
      await using served = await Served.start({ env, config: semantic === undefined ? {} : { cache: { response: { semantic } } } })
      expect(JSON.parse(String((await served.call('GET', '/admin/runtime/config')).body))).to.include({ SEMANTIC_CACHE_ENABLED: isOn ? 'on' : 'off' })
      expect('vectors' in JSON.parse(String((await served.call('GET', '/health/ready')).body)).checks).to.equal(isOn)
    })
  }
})
