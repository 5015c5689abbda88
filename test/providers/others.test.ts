import { expect } from 'chai'
import type { ProviderDefinition } from '../../core/index.ts'
import audiocpp from '../../providers/audiocpp.ts'
import bailian from '../../providers/bailian.ts'
import mantle from '../../providers/bedrock-mantle.ts'
import chutes from '../../providers/chutes.ts'
import edenai from '../../providers/edenai.ts'
import elevenlabs from '../../providers/elevenlabs.ts'
import fireworks from '../../providers/fireworks.ts'
import kilo from '../../providers/kilo.ts'
import kimi from '../../providers/kimi.ts'
import kimicode from '../../providers/kimicode.ts'
import meta from '../../providers/meta.ts'
import opencodeGo from '../../providers/opencode_go.ts'
import oracle from '../../providers/oracle.ts'
import xiaomi from '../../providers/xiaomi.ts'
import { conforms, instanceFacts, rerouted, respelled, signed } from '../support/provider.ts'

const facts: readonly (readonly [ProviderDefinition, baseUrl: string | undefined, needs: readonly string[]])[] = [
  [audiocpp, undefined, ['base_url']],
  [bailian, 'https://dashscope.aliyuncs.com/compatible-mode/v1', ['api_key']],
  [chutes, 'https://llm.chutes.ai/v1', ['api_key']],
  [edenai, 'https://api.edenai.run/v3', ['api_key']],
  [elevenlabs, 'https://api.elevenlabs.io', ['api_key']],
  [fireworks, 'https://api.fireworks.ai/inference/v1', ['api_key']],
  [kilo, 'https://api.kilo.ai/api/gateway', ['api_key']],
  [kimi, 'https://api.moonshot.ai/v1', ['api_key']],
  [kimicode, 'https://api.kimi.com/coding/v1', ['api_key']],
  [mantle, undefined, ['api_key', 'base_url']],
  [meta, 'https://api.meta.ai/v1', ['api_key']],
  [opencodeGo, 'https://opencode.ai/zen/go/v1', ['api_key']],
  [oracle, undefined, ['api_key', 'base_url']],
  [xiaomi, 'https://api.xiaomimimo.com/v1', ['api_key']],
]

const isForAudio = ({ dialects }: ProviderDefinition) => !dialects.includes('openai-chat')

for (const [provider, baseUrl, needs] of facts) {
  describe(`the provider ${provider.name}`, () => {
    conforms(provider, isForAudio(provider) ? undefined : `${provider.name}.ts`)
    it('has its base and its needs', () => expect([provider.baseUrl, provider.needs]).to.deep.equal([baseUrl, needs]))
    if (isForAudio(provider)) return
    it('gets the role developer as system', () =>
      expect(respelled(provider, { messages: [{ role: 'developer', content: 'x' }], reasoning_effort: 'low' }).body['messages']).to.deep.equal([
        { role: 'system', content: 'x' },
      ]))
    it('gets the limit under its name', () => {
      const name = provider === bailian ? 'max_completion_tokens' : 'max_tokens'
      for (const said of ['max_tokens', 'max_completion_tokens']) expect(respelled(provider, { [said]: 5 }).body).to.have.property(name, 5)
    })
  })
}

describe('the provider bailian, further', () => {
  for (const [word, isOn] of [
    ['none', false],
    ['low', true],
    ['max', true],
  ] as const)
    it(`thinks with ${word}: ${isOn}`, () => expect(respelled(bailian, { reasoning_effort: word }).body).to.deep.equal({ enable_thinking: isOn }))
  it('is told by the caller himself', () =>
    expect(respelled(bailian, { reasoning_effort: 'low', enable_thinking: false }).body).to.deep.equal({ enable_thinking: false }))
})

describe('the providers xiaomi, kimi and kimicode, further', () => {
  const turn = { role: 'assistant', content: null, tool_calls: [{ id: 'a' }] }
  for (const provider of [xiaomi, kimi, kimicode])
    it(`${provider.name} gets reasoning_content on turns with tool calls`, () =>
      expect(respelled(provider, { messages: [turn, { ...turn, reasoning_content: 'hm' }] }).body).to.deep.equal({
        messages: [
          { ...turn, reasoning_content: '' },
          { ...turn, reasoning_content: 'hm' },
        ],
      }))
  for (const [word, type] of [
    ['none', 'disabled'],
    ['high', 'enabled'],
  ] as const)
    it(`xiaomi thinks with ${word}: ${type}`, () => expect(respelled(xiaomi, { reasoning_effort: word }).body).to.deep.equal({ thinking: { type } }))
})

describe('the provider opencode_go, further', () => {
  const messages = { dialect: 'anthropic-messages', operation: 'messages' }
  it('speaks anthropic-messages for the models that are listed', () => {
    expect(rerouted(opencodeGo, {}, { model: 'qwen3.7-max' })).to.equal('anthropic-messages')
    expect(rerouted(opencodeGo, {}, { model: 'qwen3.7-max', ...messages })).to.equal(undefined)
    expect(rerouted(opencodeGo, {}, { model: 'a', settings: { messages_models: ['a'] } })).to.equal('anthropic-messages')
  })
  it('speaks openai-chat for the others', () => {
    expect(rerouted(opencodeGo, {}, { model: 'glm-5' })).to.equal(undefined)
    expect(rerouted(opencodeGo, {}, { model: 'glm-5', ...messages })).to.equal('openai-chat')
  })
  it('thinks a little unless told otherwise', () => {
    expect(respelled(opencodeGo, {}).body).to.deep.equal({ reasoning_effort: 'low' })
    expect(respelled(opencodeGo, { reasoning_effort: 'high' }).body).to.deep.equal({ reasoning_effort: 'high' })
    expect(respelled(opencodeGo, {}, { settings: { default_reasoning_effort: 'medium' } }).body).to.deep.equal({ reasoning_effort: 'medium' })
    expect(respelled(opencodeGo, {}, { settings: { default_reasoning_effort: '' } }).body).to.deep.equal({})
  })
  it("passes the caller's session on", async () => {
    const headers = ['x-opencode-session', 's']
    expect(opencodeGo.callerHeaders).to.deep.equal(['x-opencode-session'])
    expect((await signed(opencodeGo, { headers })).headers).to.deep.equal({ 'x-opencode-session': 's' })
    expect((await signed(opencodeGo, { headers }, { session_header: false })).headers).to.deep.equal({})
  })
})

describe('the provider bedrock-mantle, further', () => {
  const base = 'https://bedrock-mantle.us-east-1.api.aws'
  it('is found by its region', () => {
    expect(mantle.baseUrlFor?.('us-east-1')).to.equal(`${base}/v1`)
    expect(mantle.baseUrlFor?.('us-gov-west-1')).to.equal('https://bedrock-mantle.us-gov-west-1.api.aws/v1')
    expect(mantle.baseUrlFor?.('https://a.example')).to.equal(undefined)
  })
  it('is found below the path of its mode', () => {
    const at = (mode: string | undefined, url = `${base}/v1`) => instanceFacts(mantle, { base_url: url, api_mode: mode }).baseUrl
    expect([at(undefined), at('auto'), at('standard'), at('openai')]).to.deep.equal([`${base}/v1`, `${base}/v1`, `${base}/v1`, `${base}/openai/v1`])
    expect([at('auto', `${base}/openai/v1`), at('standard', `${base}/openai/v1`), at('openai', `${base}/openai/v1`)]).to.deep.equal([
      `${base}/openai/v1`,
      `${base}/v1`,
      `${base}/openai/v1`,
    ])
  })
  it('speaks Responses itself', () => expect(mantle.dialects).to.include('openai-responses'))
})

describe('the provider elevenlabs, further', () => {
  const speech = { operation: 'speech', dialect: 'openai-media' }
  it('carries its key in xi-api-key', () => expect(elevenlabs.auth).to.deep.equal({ header: 'xi-api-key' }))
  it('speaks a text with a voice', async () => {
    const { body } = respelled(elevenlabs, { model: 'eleven_v3', input: 'Hi', voice: 'v/1', speed: 1.1 }, speech)
    expect(body).to.deep.equal({ model_id: 'eleven_v3', text: 'Hi', voice: 'v/1', voice_settings: { speed: 1.1 } })
    expect((await signed(elevenlabs, { ...speech, body })).path).to.equal('/v1/text-to-speech/v%2F1?output_format=mp3_44100_128')
  })
  it('asks for a voice whatever its name', async () => {
    expect((await signed(elevenlabs, { ...speech, body: { voice: '\ud800' } })).path).to.equal('/v1/text-to-speech/%EF%BF%BD?output_format=mp3_44100_128')
  })
  for (const [format, named] of [
    ['mp3', 'mp3_44100_128'],
    ['opus', 'opus_48000_128'],
    ['pcm', 'pcm_24000'],
    ['wav', 'wav_24000'],
  ] as const) {
    it(`speaks ${format}`, async () =>
      expect((await signed(elevenlabs, { ...speech, body: { voice: 'v', response_format: format } })).path).to.equal(
        `/v1/text-to-speech/v?output_format=${named}`,
      ))
  }
  it('refuses other formats', () =>
    expect(() => respelled(elevenlabs, { model: 'm', input: 'x', voice: 'v', response_format: 'flac' }, speech))
      .to.throw()
      .with.include({ status: 400, param: 'response_format' }))
  it('lists its models', () =>
    expect(elevenlabs.models?.([{ model_id: 'a', name: 'A' }, { model_id: 'b' }])).to.deep.equal([
      { id: 'a', owned_by: 'elevenlabs', metadata: { display_name: 'A' } },
      { id: 'b', owned_by: 'elevenlabs' },
    ]))
})
