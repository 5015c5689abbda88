import { expect } from 'chai'
import type { ProviderDefinition } from '../../core/index.ts'
import llamacpp from '../../providers/llamacpp.ts'
import llmd from '../../providers/llmd.ts'
import sglang from '../../providers/sglang.ts'
import vllm from '../../providers/vllm.ts'
import { conforms, instanceFacts, respelled, settingsOf, signed } from '../support/provider.ts'

const relatives: readonly (readonly [ProviderDefinition, string])[] = [
  [vllm, 'vllm.ts'],
  [sglang, 'sglang.ts'],
  [llamacpp, 'llamacpp.ts'],
  [llmd, 'llmd.ts'],
]

for (const [provider, file] of relatives) {
  describe(`the provider ${provider.name}`, () => {
    conforms(provider, file)

    it('is found at its root, however its base is given', () => {
      for (const base of ['http://gpu:1', 'http://gpu:1/v1']) expect(instanceFacts(provider, { base_url: base }).baseUrl).to.equal('http://gpu:1')
      expect(provider.operations).to.include({ chat: 'POST /v1/chat/completions', embeddings: 'POST /v1/embeddings', models: 'GET /v1/models' })
    })

    describe('passes through', () => {
      const cases: readonly [string, string][] = [
        ...[
          '/models',
          '/chat/completions',
          '/responses',
          '/responses/r/cancel',
          '/completions',
          '/embeddings',
          '/messages',
          '/audio/transcriptions',
          '/files',
          '/files/f',
          '/batches',
          '/models?x=/y',
        ].map((path): [string, string] => [path, `/v1${path}`]),
        ...['/tokenize', '/detokenize', '/pooling', '/score', '/rerank', '/health', '/v1/models', '/v1/chat/completions', '/modelsx'].map(
          (path): [string, string] => [path, path],
        ),
      ]
      for (const [path, expected] of cases) it(`${path} to ${expected}`, () => expect(provider.passthrough?.(path, settingsOf(provider))).to.equal(expected))
    })

    it('gets vendor fields as they are', () => {
      const body = {
        top_k: 5,
        min_p: 0.1,
        repetition_penalty: 1.1,
        min_tokens: 2,
        ignore_eos: true,
        chat_template_kwargs: { enable_thinking: false },
        structured_outputs: {},
        guided_json: {},
        mm_processor_kwargs: {},
      }
      expect(respelled(provider, body).body).to.deep.equal(body)
    })
    it('gets no thoughts back', () =>
      expect(respelled(provider, { messages: [{ role: 'assistant', content: 'x', reasoning_content: 'b', reasoning: 'c' }] }).body).to.deep.equal({
        messages: [{ role: 'assistant', content: 'x' }],
      }))
    it('is asked for max_tokens, and gets the role developer as system', () =>
      expect(respelled(provider, { max_completion_tokens: 5, messages: [{ role: 'developer', content: 'x' }] }).body).to.deep.equal({
        max_tokens: 5,
        messages: [{ role: 'system', content: 'x' }],
      }))
    it('has to be asked for usage', () => expect(provider.usageOnRequest).to.equal(true))
  })
}

describe('the relatives of vllm', () => {
  it('register by a base, vllm by a key, too', () => {
    expect(relatives.map(([{ needsOneOf, needs }]) => needsOneOf ?? needs)).to.deep.equal([['base_url', 'api_key'], ['base_url'], ['base_url'], ['base_url']])
  })
  it('speak Responses themselves only with vllm', () =>
    expect(relatives.map(([{ dialects }]) => dialects.includes('openai-responses'))).to.deep.equal([true, false, false, false]))
  it('say how long a prompt may be', () => {
    expect(vllm.models?.({ data: [{ id: 'org/model', root: 'r', max_model_len: 4096 }] })).to.deep.equal([
      { id: 'org/model', metadata: { context_window: 4096 } },
    ])
    expect(llamacpp.models?.({ data: [{ id: 'm', meta: { n_ctx: 2048 } }] })).to.deep.equal([{ id: 'm', metadata: { context_window: 2048 } }])
  })

  describe('with llm-d', () => {
    it('say what calls are for', async () =>
      expect((await signed(llmd, {}, { inference_objective: 'chat' })).headers).to.deep.equal({ 'x-gateway-inference-objective': 'chat' }))
    it('share capacity by user path', async () =>
      expect((await signed(llmd, { userPath: '/acme' })).headers).to.deep.equal({ 'x-gateway-inference-fairness-id': '/acme' }))
    it('share it not, if configured so', async () =>
      expect((await signed(llmd, { userPath: '/acme' }, { fairness_from_user_path: false })).headers).to.deep.equal({}))
  })
})
