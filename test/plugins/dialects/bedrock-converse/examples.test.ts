import { expect } from 'chai'
import type { Dialect } from '../../../../core/plugin/dialect.ts'
import type { JsonObject } from '../../../../core/neutral/request.ts'
import type { ModelTraits } from '../../../../core/neutral/translation.ts'
import anthropicMessages from '../../../../plugins/dialects/anthropic-messages/index.ts'
import bedrock from '../../../../plugins/dialects/bedrock-converse/index.ts'
import openaiChat from '../../../../plugins/dialects/openai-chat/index.ts'
import openaiResponses from '../../../../plugins/dialects/openai-responses/index.ts'
import { destination, expectMentioned, neutralRequest, replyContext, translateReply, translateRequest, translateStream } from '../../../support/translation.ts'

const upstream = bedrock.upstream!
const callers: Readonly<Record<string, Dialect>> = { 'openai-chat': openaiChat, 'openai-responses': openaiResponses, 'anthropic-messages': anthropicMessages }
const claude: ModelTraits = { vendor: 'anthropic', family: 'claude' }
const to = destination({ model: 'm' })

const ask = { model: 'm', messages: [{ role: 'user', content: 'Tide?' }] }

describe('bedrock-converse: worked examples', () => {
  const image = (url: string) => ({
    ...ask,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url, detail: 'low' } },
        ],
      },
    ],
  })

  it('11.4: image input from openai-chat', () => {
    const { body, losses } = translateRequest(openaiChat.caller!, image('data:image/png;base64,iVBORw0='), upstream, to)
    expect(body).to.deep.equal({
      messages: [{ role: 'user', content: [{ text: 'What is it?' }, { image: { format: 'png', source: { bytes: 'iVBORw0=' } } }] }],
    })
    expect(losses.reported).to.deep.equal([])
  })

  it('11.4: the same with an https URL is refused at its place', () => {
    expect(() => translateRequest(openaiChat.caller!, image('https://a.example/a.png'), upstream, to))
      .to.throw()
      .with.property('param', 'messages[0].content[1].image_url.url')
  })

  it('11.5: schema output from openai-chat', () => {
    const format = {
      type: 'json_schema',
      json_schema: {
        name: 'catch',
        strict: true,
        schema: { type: 'object', properties: { kg: { type: 'number', minimum: 0 } }, required: ['kg'], additionalProperties: false },
      },
    }
    const { body } = translateRequest(openaiChat.caller!, { ...ask, response_format: format }, upstream, to)
    expectMentioned(body, {
      outputConfig: {
        textFormat: {
          type: 'json_schema',
          structure: {
            jsonSchema: {
              name: 'catch',
              schema: '{"type":"object","properties":{"kg":{"type":"number","description":"minimum: 0"}},"required":["kg"],"additionalProperties":false}',
            },
          },
        },
      },
    })
  })

  it('11.8: frames to openai-chat', () => {
    const frames = [
      { event: 'messageStart', data: { role: 'assistant' } },
      { event: 'contentBlockDelta', data: { contentBlockIndex: 0, delta: { text: 'Checking.' } } },
      { event: 'contentBlockStop', data: { contentBlockIndex: 0 } },
      { event: 'contentBlockStart', data: { contentBlockIndex: 1, start: { toolUse: { toolUseId: 'tu_1', name: 'tide' } } } },
      { event: 'contentBlockDelta', data: { contentBlockIndex: 1, delta: { toolUse: { input: '{"port":"Brest"}' } } } },
      { event: 'contentBlockStop', data: { contentBlockIndex: 1 } },
      { event: 'messageStop', data: { stopReason: 'tool_use' } },
      { event: 'metadata', data: { usage: { inputTokens: 7, outputTokens: 9, totalTokens: 36, cacheReadInputTokens: 20 }, metrics: { latencyMs: 300 } } },
    ]
    const context = replyContext({ request: neutralRequest({ isStream: true, wants: { usageEvent: true } }), from: to })
    const chunks = translateStream(upstream, frames, openaiChat.caller!, context).filter(chunk => typeof chunk !== 'string')
    expectMentioned(
      chunks.filter(chunk => !isRole(chunk)),
      [
        { choices: [{ index: 0, delta: { content: 'Checking.' } }] },
        { choices: [{ index: 0, delta: { tool_calls: [{ index: 0, id: 'tu_1', type: 'function', function: { name: 'tide', arguments: '' } }] } }] },
        { choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: '{"port":"Brest"}' } }] } }] },
        { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
        { choices: [], usage: { prompt_tokens: 27, completion_tokens: 9, total_tokens: 36, prompt_tokens_details: { cached_tokens: 20 } } },
      ],
    )
  })

  /** The first chunk, which only says who speaks. */
  function isRole({ choices }: JsonObject): boolean {
    return (choices as any)[0]?.delta.role !== undefined
  }
})

describe("bedrock-converse: Claude's state, through clients of every dialect", () => {
  const said = {
    output: {
      message: {
        role: 'assistant',
        content: [
          { reasoningContent: { reasoningText: { text: 'Need the clock.', signature: 'SIG1' } } },
          { reasoningContent: { redactedContent: 'QUJD' } },
          { toolUse: { toolUseId: 't1', name: 'now', input: {} } },
        ],
      },
    },
    stopReason: 'tool_use',
  }

  /** The client's next request, made of the reply that it got. */
  const next: Readonly<Record<string, (reply: any) => object>> = {
    'openai-chat': reply => ({ ...ask, messages: [...ask.messages, reply.choices[0].message, { role: 'tool', tool_call_id: 't1', content: '09:40' }] }),
    'openai-responses': reply => ({
      model: 'm',
      input: [{ role: 'user', content: 'Tide?' }, ...reply.output, { type: 'function_call_output', call_id: 't1', output: '09:40' }],
    }),
    'anthropic-messages': reply => ({
      model: 'm',
      max_tokens: 99,
      messages: [
        ...ask.messages,
        { role: 'assistant', content: reply.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: '09:40' }] },
      ],
    }),
  }

  for (const [name, dialect] of Object.entries(callers)) {
    const claudes = destination({ model: 'm', traits: claude })
    const context = replyContext({ request: neutralRequest({ from: name, wants: { encryptedReasoning: true } }), from: claudes })

    it(`comes back as it was from ${name}`, () => {
      const reply = translateReply(upstream, said, dialect.caller!, context)
      const { body } = translateRequest(dialect.caller!, next[name]!(reply), upstream, claudes)
      expect((body['messages'] as any)[1]).to.deep.equal({ role: 'assistant', content: said.output.message.content })
      expect((body['messages'] as any)[2].content).to.deep.equal([{ toolResult: { toolUseId: 't1', content: [{ text: '09:40' }] } }])
    })

    it(`does not go from ${name} to a model that is not of Claude`, () => {
      const reply = translateReply(upstream, said, dialect.caller!, context)
      const { spelled } = translateRequest(dialect.caller!, next[name]!(reply), upstream, to)
      for (const secret of ['SIG1', 'QUJD', 'Need the clock.']) expect(spelled.body.toString()).not.to.contain(secret)
    })
  }

  it("does not carry Google's signatures to Claude", () => {
    const history = [
      ...ask.messages,
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 't1', type: 'function', function: { name: 'now', arguments: '{}' }, extra_content: { google: { thought_signature: 'Z1' } } }],
      },
      { role: 'tool', tool_call_id: 't1', content: '09:40' },
    ]
    const { spelled } = translateRequest(openaiChat.caller!, { ...ask, messages: history }, upstream, destination({ traits: claude }))
    expect(spelled.body.toString()).not.to.contain('Z1')
  })

  it('is written the same each time', () => {
    const request = next['openai-chat']!(translateReply(upstream, said, openaiChat.caller!, replyContext({ from: to })))
    const bytes = () => translateRequest(openaiChat.caller!, request, upstream, to).spelled.body.toString()
    expect(bytes()).to.equal(bytes())
  })
})
