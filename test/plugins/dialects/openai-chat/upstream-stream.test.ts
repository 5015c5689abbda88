/** Chunks of a provider as neutral events. */

import { expect } from 'chai'
import type { UpstreamSide } from '../../../../core/neutral/translation.ts'
import openaiChat from '../../../../plugins/dialects/openai-chat/index.ts'
import { blocksOf, destination, feedings, readStream, type Payload } from '../../../support/translation.ts'

const upstream = openaiChat.upstream as UpstreamSide

const delta = (delta: object, more: object = {}) => ({ id: 'c1', model: 'm1', choices: [{ index: 0, delta, ...more }] })
const finish = (reason = 'stop', more: object = {}) => ({ choices: [{ index: 0, delta: {}, finish_reason: reason, ...more }] })
const call = (entry: object) => delta({ tool_calls: [entry] })
const piece = (index: number, text: unknown) => call({ index, function: { arguments: text } })
const opening = (index: number, id: string, name: string, text = '') => call({ index, id, type: 'function', function: { name, arguments: text } })

const read = (...payloads: Payload[]) => readStream(upstream, payloads)
const blocks = (...payloads: Payload[]) => blocksOf(read(...payloads))
const finishOf = (...payloads: Payload[]) => read(...payloads).find(({ type }) => type === 'finish')
const errorOf = (...payloads: Payload[]) => {
  const last = read(...payloads).at(-1)
  return last?.type === 'error' ? { status: last.error.status, code: last.error.code, message: last.error.message } : undefined
}

describe('openai-chat reads a stream:', () => {
  it('a text', () => {
    expect(
      read(
        delta({ role: 'assistant', content: '' }),
        delta({ content: 'Hel' }),
        delta({ content: 'lo' }),
        finish(),
        { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } },
        '[DONE]',
      ),
    ).to.deep.equal([
      { type: 'start', id: 'c1', model: 'm1' },
      { type: 'open', key: '0', block: { type: 'text' } },
      { type: 'delta', key: '0', text: 'Hel' },
      { type: 'delta', key: '0', text: 'lo' },
      { type: 'usage', usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 } },
      { type: 'close', key: '0' },
      { type: 'finish', finish: 'stop' },
      { type: 'end' },
    ])
  })

  describe('the same', () => {
    const payloads = [
      delta({ content: 'é😀 a\u2028b' }),
      opening(0, 'a', 'tide', '{"port":'),
      opening(1, 'b', 'now'),
      piece(0, '"Br'),
      piece(1, '{}'),
      piece(0, 'est"}'),
      finish('tool_calls'),
      '[DONE]',
    ]
    for (const [name, feeding] of feedings) it(name, () => expect(readStream(upstream, payloads, feeding)).to.deep.equal(readStream(upstream, payloads)))
  })

  describe('of thoughts', () => {
    const thought = { type: 'reasoning', delta: 'hm' }
    const cases: [name: string, payloads: Payload[], expected: object[]][] = [
      ['reasoning_content', [delta({ reasoning_content: 'hm' })], [thought]],
      ['reasoning', [delta({ reasoning: 'hm' })], [thought]],
      ['reasoning_text', [delta({ reasoning_text: 'hm' })], [thought]],
      ['never two members of one chunk', [delta({ reasoning_content: 'hm', reasoning: 'hm' })], [thought]],
      ['never a flat text and its details', [delta({ reasoning: 'hm', reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'hm' }] })], [thought]],
      [
        'details where there is no flat text',
        [delta({ reasoning_details: [{ type: 'reasoning.text', text: 'h' }] }), delta({ reasoning_details: [{ type: 'reasoning.text', text: 'm' }] })],
        [thought],
      ],
      ['summaries in details', [delta({ reasoning_details: [{ type: 'reasoning.summary', summary: 'hm' }] })], [{ ...thought, isSummary: true }]],
      [
        'a signature in details',
        [delta({ reasoning: 'hm' }), delta({ reasoning_details: [{ type: 'reasoning.text', signature: 'S', format: 'anthropic-claude-v1' }] })],
        [{ ...thought, 'state of anthropic': 'S' }],
      ],
      [
        'what is encrypted for OpenAI',
        [delta({ reasoning: 'hm' }), delta({ reasoning_details: [{ type: 'reasoning.encrypted', data: 'E', format: 'openai-responses-v1' }] })],
        [{ ...thought, 'state of openai': 'E' }],
      ],
      [
        'what is redacted by Anthropic',
        [delta({ reasoning_details: [{ type: 'reasoning.encrypted', data: 'E', format: 'anthropic-claude-v1' }] })],
        [{ type: 'reasoning', redacted: 'E' }],
      ],
      [
        'nothing of an unknown vendor',
        [delta({ reasoning: 'hm' }), delta({ reasoning_details: [{ type: 'reasoning.encrypted', data: 'E', format: 'unknown' }] })],
        [thought],
      ],
      [
        'growing lists of thinking blocks',
        [
          delta({ reasoning_content: 'a' }),
          delta({ extra_content: { anthropic: { thinking_blocks: [{ type: 'thinking', thinking: 'a', signature: 'S1' }] } } }),
          delta({ reasoning_content: 'b' }),
          delta({
            extra_content: {
              anthropic: {
                thinking_blocks: [
                  { type: 'thinking', thinking: 'a', signature: 'S1' },
                  { type: 'thinking', thinking: 'b', signature: 'S2' },
                ],
              },
            },
          }),
        ],
        [
          { type: 'reasoning', delta: 'a', 'state of anthropic': 'S1' },
          { type: 'reasoning', delta: 'b', 'state of anthropic': 'S2' },
        ],
      ],
      ['and then speech', [delta({ reasoning_content: 'hm' }), delta({ content: 'so' })], [thought, { type: 'text', delta: 'so' }]],
      ['thoughts and speech in one chunk, thoughts first', [delta({ content: 'so', reasoning_content: 'hm' })], [thought, { type: 'text', delta: 'so' }]],
      [
        'a list of thoughts and texts (Mistral)',
        [
          delta({
            content: [
              { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
              { type: 'text', text: 'so' },
            ],
          }),
        ],
        [thought, { type: 'text', delta: 'so' }],
      ],
      [
        'no empty pieces',
        [delta({ reasoning_content: '', content: '' }), delta({ reasoning_content: null, content: null, refusal: null, tool_calls: null })],
        [],
      ],
    ]
    for (const [name, payloads, expected] of cases) it(name, () => expect(blocks(...payloads, finish())).to.deep.equal(expected))
  })

  describe('of thoughts that a router passes on', () => {
    const routed = (...payloads: Payload[]) => blocksOf(readStream(upstream, [...payloads, finish()], { from: destination({ traits: { vendor: 'router' } }) }))
    const encrypted = { type: 'reasoning.encrypted', data: 'E', id: 'rs_1', format: 'openai-responses-v1', index: 0 }

    it("with state that is the router's, whole", () => {
      expect(
        routed(
          delta({ reasoning: 'hm', reasoning_details: [{ type: 'reasoning.summary', summary: 'hm', format: 'openai-responses-v1', index: 0 }] }),
          delta({ reasoning_details: [encrypted] }),
        ),
      ).to.deep.equal([{ type: 'reasoning', isSummary: true, delta: 'hm', 'state of router': JSON.stringify(encrypted) }])
    })
    it('each state for itself', () => {
      expect(routed(delta({ reasoning_details: [encrypted] }), delta({ reasoning_details: [{ ...encrypted, index: 1 }] }))).to.deep.equal([
        { type: 'reasoning', 'state of router': JSON.stringify(encrypted) },
        { type: 'reasoning', 'state of router': JSON.stringify({ ...encrypted, index: 1 }) },
      ])
    })
  })

  describe('of texts', () => {
    const cases: [name: string, payloads: Payload[], expected: object[]][] = [
      ['a refusal', [delta({ refusal: 'n' }), delta({ refusal: 'o' })], [{ type: 'refusal', delta: 'no' }]],
      [
        'sources',
        [delta({ content: 'so' }), delta({ annotations: [{ type: 'url_citation' }] })],
        [{ type: 'text', delta: 'so', annotations: [{ type: 'url_citation' }] }],
      ],
      [
        'a signature',
        [delta({ content: 'so' }), delta({ content: '', extra_content: { google: { thought_signature: 'S' } } })],
        [{ type: 'text', delta: 'so', 'state of google': 'S' }],
      ],
      [
        'an image',
        [delta({ images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }] })],
        [{ type: 'image', mime: 'image/png', data: 'iVBORw0KGgo=' }],
      ],
      [
        'text behind a call as another text',
        [delta({ content: 'a' }), opening(0, 'x', 'f', '{}'), delta({ content: 'b' })],
        [
          { type: 'text', delta: 'a' },
          { type: 'tool_call', id: 'x', name: 'f', delta: '{}' },
          { type: 'text', delta: 'b' },
        ],
      ],
    ]
    for (const [name, payloads, expected] of cases) it(name, () => expect(blocks(...payloads, finish())).to.deep.equal(expected))
  })

  describe('of calls', () => {
    const tide = (text: string, more: object = {}) => ({ type: 'tool_call', id: 'a', name: 'tide', ...(text === '' ? {} : { delta: text }), ...more })
    const now = (text: string) => ({ type: 'tool_call', id: 'b', name: 'now', ...(text === '' ? {} : { delta: text }) })
    const cases: [name: string, payloads: Payload[], expected: object[]][] = [
      [
        'pieces that alternate',
        [opening(0, 'a', 'tide'), opening(1, 'b', 'now'), piece(0, '{"p'), piece(1, '{'), piece(0, '":1}'), piece(1, '}')],
        [tide('{"p":1}'), now('{}')],
      ],
      [
        'several entries in one chunk',
        [
          delta({
            tool_calls: [
              { index: 0, id: 'a', function: { name: 'tide', arguments: '{' } },
              { index: 1, id: 'b', function: { name: 'now', arguments: '{}' } },
            ],
          }),
          piece(0, '}'),
        ],
        [tide('{}'), now('{}')],
      ],
      ['a new id under a known index is another call', [opening(0, 'a', 'tide', '{}'), opening(0, 'b', 'now', '{}')], [tide('{}'), now('{}')]],
      ['pieces under a shared index go to the last call', [opening(0, 'a', 'tide', '{}'), opening(0, 'b', 'now', '{'), piece(0, '}')], [tide('{}'), now('{}')]],
      [
        'without an index, by id',
        [call({ id: 'a', function: { name: 'tide' } }), call({ id: 'b', function: { name: 'now' } }), call({ id: 'a', function: { arguments: '{}' } })],
        [tide('{}'), now('')],
      ],
      [
        'without index and id, the last',
        [call({ id: 'a', function: { name: 'tide' } }), call({ function: { arguments: '{' } }), call({ function: { arguments: '}' } })],
        [tide('{}')],
      ],
      ['a repeated id and name are ignored', [opening(0, 'a', 'tide', '{'), opening(0, 'a', 'tide', '}')], [tide('{}')]],
      ['arguments that are an object', [call({ index: 0, id: 'a', function: { name: 'tide', arguments: { port: 'Brest' } } })], [tide('{"port":"Brest"}')]],
      [
        'long numbers in arguments that are an object',
        [`{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"tide","arguments":{"n":12345678901234567890}}}]}}]}`],
        [tide('{"n":12345678901234567890}')],
      ],
      [
        'a late name',
        [
          call({ index: 0, id: 'a', function: { arguments: '{"p' } }),
          piece(0, '":'),
          call({ index: 0, function: { name: 'tide', arguments: '1' } }),
          piece(0, '}'),
        ],
        [tide('{"p":1}')],
      ],
      ['a name that never comes', [call({ index: 0, id: 'a', function: { arguments: '{}' } })], [tide('{}', { name: '' })]],
      ['arguments that are nothing but space, which are none', [opening(0, 'a', 'tide', ' '), piece(0, '\n')], [tide('')]],
      ['space before the arguments', [opening(0, 'a', 'tide', ' '), piece(0, '{"p"'), piece(0, ' '), piece(0, ':1}')], [tide('{"p" :1}')]],
      [
        'space that a custom tool is given',
        [call({ index: 0, id: 'a', type: 'custom', custom: { name: 'tide', input: ' ' } }), call({ index: 0, custom: { input: 'x' } })],
        [tide(' x', { isCustom: true })],
      ],
      ['no id', [call({ index: 0, function: { name: 'tide', arguments: '{}' } })], [tide('{}', { id: '' })]],
      [
        'a signature with the opening',
        [call({ index: 0, id: 'a', function: { name: 'tide' }, extra_content: { google: { thought_signature: 'S' } } })],
        [tide('', { state: { vendor: 'google', value: 'S' } })],
      ],
      [
        'a signature behind it',
        [opening(0, 'a', 'tide', '{}'), call({ index: 0, extra_content: { google: { thought_signature: 'S' } } })],
        [tide('{}', { 'state of google': 'S' })],
      ],
      [
        'a flat signature',
        [call({ index: 0, id: 'a', function: { name: 'tide' }, thought_signature: 'S' })],
        [tide('', { state: { vendor: 'google', value: 'S' } })],
      ],
      [
        'a custom tool',
        [call({ index: 0, id: 'a', type: 'custom', custom: { name: 'tide', input: '' } }), call({ index: 0, custom: { input: 'x = 1' } })],
        [tide('x = 1', { isCustom: true })],
      ],
      ['a legacy call', [delta({ function_call: { name: 'tide', arguments: '{' } }), delta({ function_call: { arguments: '}' } })], [tide('{}', { id: '' })]],
    ]
    for (const [name, payloads, expected] of cases) {
      it(name, () => {
        expect(blocks(...payloads, finish('tool_calls'))).to.deep.equal(expected)
        expect(finishOf(...payloads, finish('tool_calls'))).to.deep.equal({ type: 'finish', finish: 'tool_calls' })
      })
    }
  })

  describe('that ends', () => {
    const cases: [name: string, payloads: Payload[], expected: object][] = [
      ['with stop', [finish('stop')], { finish: 'stop' }],
      ['with length', [finish('length')], { finish: 'length' }],
      ['with content_filter', [finish('content_filter')], { finish: 'content_filter' }],
      ['with function_call', [opening(0, 'a', 'f'), finish('function_call')], { finish: 'tool_calls' }],
      ['with stop although there is a call', [opening(0, 'a', 'f'), finish('stop')], { finish: 'tool_calls' }],
      ['with length amid a call', [opening(0, 'a', 'f', '{"a'), finish('length')], { finish: 'length' }],
      ['with tool_calls although there is none', [finish('tool_calls')], { finish: 'stop' }],
      ['with a word of Mistral', [finish('model_length')], { finish: 'length' }],
      ['with words of Z.ai', [finish('sensitive')], { finish: 'content_filter' }],
      ['with the window full', [finish('model_context_window_exceeded')], { finish: 'context_window' }],
      ['with an unknown word', [finish('because')], { finish: 'stop' }],
      ['with a refusal', [delta({ refusal: 'no' }), finish('stop')], { finish: 'refusal' }],
      ['at a stop sequence that vLLM names', [finish('stop', { stop_reason: '\n\n' })], { finish: 'stop_sequence', stopSequence: '\n\n' }],
      ['at a token that vLLM names', [finish('stop', { stop_reason: 128009 })], { finish: 'stop' }],
    ]
    for (const [name, payloads, expected] of cases) {
      it(`${name}, with [DONE] and without`, () => {
        expect(finishOf(delta({}), ...payloads)).to.deep.equal({ type: 'finish', ...expected })
        expect(read(delta({}), ...payloads, '[DONE]')).to.deep.equal(read(delta({}), ...payloads))
      })
    }

    it('with [DONE] alone, which is a clean end', () =>
      expect(read(delta({ content: 'a' }), '[DONE]').slice(-2)).to.deep.equal([{ type: 'finish', finish: 'stop' }, { type: 'end' }]))
    it('with nothing, which is for others to report', () => expect(read(delta({ content: 'a' })).at(-1)).to.deep.equal({ type: 'delta', key: '0', text: 'a' }))
    it('with deltas behind the finish reason', () =>
      expect(blocks(delta({ content: 'a' }), finish(), delta({ content: 'b' }), '[DONE]')).to.deep.equal([{ type: 'text', delta: 'ab' }]))
    it('and says no more behind [DONE]', () =>
      expect(read(delta({ content: 'a' }), '[DONE]', delta({ content: 'b' }), '[DONE]')).to.deep.equal(read(delta({ content: 'a' }), '[DONE]')))
    it('before it began', () => expect(read('[DONE]')).to.deep.equal([]))
  })

  describe('with', () => {
    const usages = (...payloads: Payload[]) => read(...payloads).flatMap(event => (event.type === 'usage' ? [event.usage] : []))
    const counts = {
      prompt_tokens: 105,
      completion_tokens: 40,
      total_tokens: 145,
      prompt_tokens_details: { cached_tokens: 90, cache_write_tokens: 5 },
      completion_tokens_details: { reasoning_tokens: 22 },
    }
    const usage = { inputTokens: 105, outputTokens: 40, totalTokens: 145, cachedTokens: 90, cacheWriteTokens: 5, reasoningTokens: 22 }

    it('usage alone', () => expect(usages(delta({}), finish(), { choices: [], usage: counts })).to.deep.equal([usage]))
    it('usage beside the finish reason', () => expect(usages({ ...finish(), usage: counts })).to.deep.equal([usage]))
    it('usage of Groq', () => expect(usages({ ...finish(), x_groq: { id: 'req', usage: counts } })).to.deep.equal([usage]))
    it('usage of xAI, whose completion tokens are without reasoning', () =>
      expect(usages(finish(), { choices: [], usage: { ...counts, completion_tokens: 18 } })).to.deep.equal([usage]))
    it('usage of DeepSeek', () =>
      expect(usages(finish(), { choices: [], usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10, prompt_cache_hit_tokens: 8 } })).to.deep.equal([
        { inputTokens: 9, outputTokens: 1, totalTokens: 10, cachedTokens: 8 },
      ]))
    it('usage in every chunk, of which the last counts', () =>
      expect(usages({ ...delta({ content: 'a' }), usage: { prompt_tokens: 1 } }, { ...finish(), usage: counts }).at(-1)).to.deep.equal(usage))
    it('no usage while it is null', () => expect(usages({ ...delta({ content: 'a' }), usage: null }, finish())).to.deep.equal([]))
    it('the last usage before the end', () =>
      expect(read(finish(), { choices: [], usage: counts }, '[DONE]').map(({ type }) => type)).to.deep.equal(['start', 'usage', 'finish', 'end']))
    it("Azure's first chunk", () => {
      const filter = { id: '', model: '', object: '', created: 0, choices: [], prompt_filter_results: [{ prompt_index: 0 }] }
      expect(read(filter, delta({ content: 'a' }), finish())).to.deep.equal(read(delta({ content: 'a' }), finish()))
    })
    it('log probabilities, with the text that they are of', () => {
      const logprobs = { content: [{ token: 'a', logprob: -1, bytes: null, top_logprobs: [] }], refusal: null }
      expect(
        read(delta({ content: 'a' }, { logprobs }), delta({ content: 'b' }, { logprobs: null }), finish()).filter(({ type }) => type === 'delta'),
      ).to.deep.equal([
        { type: 'delta', key: '0', text: 'a', logprobs: logprobs.content },
        { type: 'delta', key: '0', text: 'b' },
      ])
    })
    it('other choices', () =>
      expect(
        blocks(
          {
            choices: [
              { index: 1, delta: { content: 'b' } },
              { index: 0, delta: { content: 'a' } },
            ],
          },
          finish(),
        ),
      ).to.deep.equal([{ type: 'text', delta: 'a' }]))
    it("MiniMax's whole answer at the end", () => {
      const tail = { object: 'chat.completion', choices: [{ index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' }], usage: counts }
      expect(read(delta({ content: 'a' }), tail)).to.deep.equal(read(delta({ content: 'a' }), { ...finish(), usage: counts }))
    })
    it('nothing but what it knows', () =>
      expect(blocks({ ...delta({ content: 'a', surprise: 1 }), obfuscation: 'xx', system_fingerprint: 'f' }, finish())).to.deep.equal([
        { type: 'text', delta: 'a' },
      ]))
  })

  describe('that fails', () => {
    const cases: [name: string, payload: Payload, expected: object][] = [
      [
        "with an error's own code and words",
        { error: { message: 'too long', type: 'x', code: 'context_length_exceeded' } },
        { status: 502, code: 'context_length_exceeded', message: 'too long' },
      ],
      ['with an error that is a text', { error: 'overloaded' }, { status: 502, code: null, message: 'overloaded' }],
      ['with a status', { error: { message: 'wait', code: 429 } }, { status: 429, code: '429', message: 'wait' }],
      [
        'with an error beside a choice (OpenRouter)',
        {
          error: { code: 502, message: 'Provider returned error', metadata: { raw: 'raw words' } },
          choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
        },
        { status: 502, code: '502', message: 'raw words' },
      ],
      [
        'with an error in the choice',
        { choices: [{ index: 0, delta: {}, error: { message: 'down', code: 503 } }] },
        { status: 503, code: '503', message: 'down' },
      ],
      ["with Mistral's finish", finish('error'), { status: 502, code: 'bad_upstream_response', message: 'acme: provider ended the answer with error' }],
      [
        "with DeepSeek's finish",
        finish('insufficient_system_resource'),
        { status: 503, code: 'bad_upstream_response', message: 'acme: provider ended the answer with insufficient_system_resource' },
      ],
      ['as older vLLM says it', { object: 'error', message: 'bad', code: 400 }, { status: 400, code: '400', message: 'bad' }],
      ['with what is no JSON', '{"choices":[', { status: 502, code: 'stream_incomplete', message: 'upstream stream sent an event that cannot be read' }],
      ['with what is no object', '[]', { status: 502, code: 'stream_incomplete', message: 'upstream stream sent an event that cannot be read' }],
      [
        'with choices that are no list',
        { choices: 'none' },
        { status: 502, code: 'bad_upstream_response', message: 'acme: provider returned choices that are no list' },
      ],
      [
        'with a delta that is no object',
        { choices: [{ index: 0, delta: 'x' }] },
        { status: 502, code: 'bad_upstream_response', message: 'acme: provider returned a delta that is no object' },
      ],
      [
        'with calls that are no list',
        delta({ tool_calls: {} }),
        { status: 502, code: 'bad_upstream_response', message: 'acme: provider returned tool calls that are no list' },
      ],
      [
        'with content that is no text',
        delta({ content: 7 }),
        { status: 502, code: 'bad_upstream_response', message: 'acme: provider returned content that is no text' },
      ],
    ]
    for (const [name, payload, expected] of cases) {
      it(name, () => {
        expect(errorOf(delta({ content: 'a' }), payload, delta({ content: 'b' }), '[DONE]')).to.deep.equal(expected)
        expect(errorOf(payload), 'as the first event').to.deep.equal(expected)
      })
    }
    it('and names the provider', () => {
      const [event] = readStream(upstream, [finish('error')], { from: destination({ provider: 'here' }) }).slice(-1)
      expect(event?.type === 'error' && event.error.provider).to.equal('here')
    })
  })
})
