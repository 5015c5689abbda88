/** A provider's plain chat completion as a neutral reply. */

import { expect } from 'chai'
import type { GatewayError } from '../../../../core/errors.ts'
import type { UpstreamSide } from '../../../../core/neutral/translation.ts'
import openaiChat from '../../../../plugins/dialects/openai-chat/index.ts'
import { readReply } from '../../../support/translation.ts'

const upstream = openaiChat.upstream as UpstreamSide

const reply = (message: object, choice: object = {}, more: object = {}) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 7,
  model: 'm1',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop', ...choice }],
  ...more,
})
const call = (id: string, name: string, args: unknown, more: object = {}) => ({ id, type: 'function', function: { name, arguments: args }, ...more })
const blocks = (message: object) => readReply(upstream, reply(message)).blocks

function faultOf(json: object): object {
  try {
    readReply(upstream, json)
  } catch (error) {
    const { status, code, message } = error as GatewayError
    return { status, code, message }
  }
  throw new Error('there was none')
}

describe('openai-chat reads a plain reply:', () => {
  it('a text with everything around it', () => {
    const usage = {
      prompt_tokens: 105,
      completion_tokens: 18,
      total_tokens: 145,
      prompt_tokens_details: { cached_tokens: 90, cache_write_tokens: 5, audio_tokens: 1 },
      completion_tokens_details: { reasoning_tokens: 22, audio_tokens: 2 },
    }
    const logprobs = { content: [{ token: 'so', logprob: -0.1, bytes: null, top_logprobs: [] }], refusal: null }
    expect(
      readReply(
        upstream,
        reply(
          { content: 'so', refusal: null },
          { logprobs },
          { usage, service_tier: 'default', system_fingerprint: 'f', provider: 'Acme', x_groq: { id: 'r' } },
        ),
      ),
    ).to.deep.equal({
      id: 'chatcmpl-1',
      created: 7,
      model: 'm1',
      blocks: [{ type: 'text', text: 'so' }],
      finish: 'stop',
      usage: {
        inputTokens: 105,
        outputTokens: 40,
        totalTokens: 145,
        cachedTokens: 90,
        cacheWriteTokens: 5,
        reasoningTokens: 22,
        audioInputTokens: 1,
        audioOutputTokens: 2,
      },
      serviceTier: 'default',
      logprobs: logprobs.content,
      extras: { system_fingerprint: 'f' },
    })
  })

  describe('of blocks', () => {
    const text = { type: 'text', text: 'so' }
    const thought = { type: 'reasoning', text: 'hm' }
    const signed = { ...thought, state: { vendor: 'anthropic', value: 'S' } }
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }
    const cases: [name: string, message: object, expected: object[]][] = [
      ['nothing', { content: null }, []],
      ['an empty text', { content: '' }, []],
      ['reasoning_content', { content: 'so', reasoning_content: 'hm' }, [thought, text]],
      ['reasoning', { content: 'so', reasoning: 'hm' }, [thought, text]],
      ['both, which say the same', { content: 'so', reasoning_content: 'hm', reasoning: 'hm' }, [thought, text]],
      [
        'reasoning_details beside a flat text',
        { content: 'so', reasoning: 'hm', reasoning_details: [{ type: 'reasoning.text', text: 'hm', signature: 'S', format: 'anthropic-claude-v1' }] },
        [signed, text],
      ],
      [
        'reasoning_details in pieces',
        {
          reasoning: 'hm',
          reasoning_details: [
            { type: 'reasoning.summary', summary: 'hm' },
            { type: 'reasoning.encrypted', data: 'E', id: 'rs_1', format: 'openai-responses-v1' },
          ],
        },
        [{ ...thought, isSummary: true, state: { vendor: 'openai', value: 'E' }, itemId: 'rs_1' }],
      ],
      [
        'a flat text whose state is encrypted',
        { reasoning: 'hm', reasoning_details: [{ type: 'reasoning.encrypted', data: 'E', format: 'openai-responses-v1' }] },
        [{ ...thought, state: { vendor: 'openai', value: 'E' } }],
      ],
      [
        'thinking_blocks',
        {
          reasoning_content: 'hm',
          thinking_blocks: [
            { type: 'thinking', thinking: 'hm', signature: 'S' },
            { type: 'redacted_thinking', data: 'R' },
          ],
        },
        [signed, { type: 'reasoning', text: '', redacted: 'R', state: { vendor: 'anthropic', value: '' } }],
      ],
      [
        'extra_content',
        { content: 'so', extra_content: { anthropic: { thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: 'S' }] } } },
        [signed, text],
      ],
      [
        'a list of thoughts and texts (Mistral)',
        {
          content: [
            {
              type: 'thinking',
              thinking: [
                { type: 'text', text: 'h' },
                { type: 'text', text: 'm' },
              ],
            },
            { type: 'text', text: 'so' },
            { type: 'reference', reference_ids: [1] },
          ],
        },
        [thought, text],
      ],
      ['a refusal', { content: null, refusal: 'no' }, [{ type: 'refusal', text: 'no' }]],
      [
        'sources',
        { content: 'so', annotations: [{ type: 'url_citation', url_citation: { url: 'u' } }] },
        [{ ...text, annotations: [{ type: 'url_citation', url_citation: { url: 'u' } }] }],
      ],
      [
        'a signature of the text',
        { content: 'so', extra_content: { google: { thought_signature: 'S' } } },
        [{ ...text, state: { vendor: 'google', value: 'S' } }],
      ],
      [
        'images',
        { content: 'so', images: [image, { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }] },
        [text, { type: 'image', mime: 'image/png', data: 'iVBORw0KGgo=' }],
      ],
      [
        'calls',
        {
          content: null,
          tool_calls: [
            call('a', 'tide', '{"n":12345678901234567890}', { extra_content: { google: { thought_signature: 'S' } } }),
            call('b', 'now', { deep: [1] }),
            { id: 'c', type: 'custom', custom: { name: 'run', input: 'x' } },
          ],
        },
        [
          { type: 'tool_call', id: 'a', name: 'tide', argumentsText: '{"n":12345678901234567890}', state: { vendor: 'google', value: 'S' } },
          { type: 'tool_call', id: 'b', name: 'now', argumentsText: '{"deep":[1]}' },
          { type: 'tool_call', id: 'c', name: 'run', argumentsText: 'x', isCustom: true },
        ],
      ],
      ['a call without an id', { tool_calls: [{ function: { name: 'now' } }] }, [{ type: 'tool_call', id: '', name: 'now', argumentsText: '' }]],
      ['a legacy call', { content: null, function_call: { name: 'now', arguments: '{}' } }, [{ type: 'tool_call', id: '', name: 'now', argumentsText: '{}' }]],
    ]
    for (const [name, message, expected] of cases) it(name, () => expect(blocks(message)).to.deep.equal(expected))
  })

  it('of several choices, the first', () => {
    const { choices } = reply({ content: 'a' })
    expect(readReply(upstream, { choices: [{ index: 1, message: { content: 'b' } }, ...choices] }).blocks).to.deep.equal([{ type: 'text', text: 'a' }])
  })

  describe('that ended', () => {
    const calls = { tool_calls: [call('a', 'f', '{}')] }
    const cases: [name: string, message: object, choice: object, expected: object][] = [
      ['with stop', {}, {}, { finish: 'stop' }],
      ['without a word', {}, { finish_reason: null }, { finish: 'stop' }],
      ['with stop and a call', calls, {}, { finish: 'tool_calls' }],
      ['with length and a call', calls, { finish_reason: 'length' }, { finish: 'length' }],
      ['with tool_calls and none', {}, { finish_reason: 'tool_calls' }, { finish: 'stop' }],
      ['with function_call', calls, { finish_reason: 'function_call' }, { finish: 'tool_calls' }],
      ['with a refusal', { refusal: 'no' }, {}, { finish: 'refusal' }],
      ['at a sequence', {}, { stop_reason: 'END' }, { finish: 'stop_sequence', stopSequence: 'END' }],
    ]
    for (const [name, message, choice, expected] of cases) it(name, () => expect(readReply(upstream, reply(message, choice))).to.include(expected))
  })

  describe('refuses', () => {
    const cases: [name: string, json: object, expected: object][] = [
      ['an error', { error: { message: 'too long', code: 'context_length_exceeded' } }, { status: 502, code: 'context_length_exceeded', message: 'too long' }],
      ['an error beside no choices', { choices: [], error: { message: 'no', code: 429 } }, { status: 429, code: '429', message: 'no' }],
      ['an error in the choice', { choices: [{ error: { message: 'down', code: 503 } }] }, { status: 503, code: '503', message: 'down' }],
      [
        'a failed finish',
        reply({}, { finish_reason: 'network_error' }),
        { status: 502, code: 'bad_upstream_response', message: 'acme: provider ended the answer with network_error' },
      ],
      ['no choices', { choices: [] }, { status: 502, code: 'bad_upstream_response', message: 'acme: provider returned no choices' }],
      ['nothing', {}, { status: 502, code: 'bad_upstream_response', message: 'acme: provider returned no choices' }],
      [
        'choices that are no list',
        { choices: {} },
        { status: 502, code: 'bad_upstream_response', message: 'acme: provider returned choices that are no list' },
      ],
      [
        'content that is no text',
        reply({ content: 7 }),
        { status: 502, code: 'bad_upstream_response', message: 'acme: provider returned content that is no text' },
      ],
    ]
    for (const [name, json, expected] of cases) it(name, () => expect(faultOf(json)).to.deep.equal(expected))
  })
})
