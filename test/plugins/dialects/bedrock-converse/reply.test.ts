import { expect } from 'chai'
import { GatewayError } from '../../../../core/errors.ts'
import { replayed } from '../../../../core/neutral/assemble.ts'
import type { NeutralReply } from '../../../../core/neutral/reply.ts'
import type { ModelTraits } from '../../../../core/neutral/translation.ts'
import bedrock from '../../../../plugins/dialects/bedrock-converse/index.ts'
import { checkGrammar, destination, readReply } from '../../../support/translation.ts'

const upstream = bedrock.upstream!

function read(content: readonly object[], more: object = {}, traits: ModelTraits = {}): NeutralReply {
  const reply = readReply(
    upstream,
    { output: { message: { role: 'assistant', content } }, stopReason: 'end_turn', ...more },
    destination({ model: 'm', settings: { json_schema_tool: true }, traits }),
  )
  checkGrammar(replayed(reply))
  return reply
}

function errorOf(reply: object | string): GatewayError {
  try {
    readReply(upstream, reply, destination())
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const call = { toolUse: { toolUseId: 't1', name: 'tide', input: { port: 'Brest' } } }

describe('bedrock-converse: a reply', () => {
  const blocks: readonly (readonly [row: string, block: object, expected: readonly object[], traits?: ModelTraits])[] = [
    ['text', { text: 'high' }, [{ type: 'text', text: 'high' }]],
    ['empty text', { text: '' }, []],
    ['a tool call', call, [{ type: 'tool_call', id: 't1', name: 'tide', argumentsText: '{"port":"Brest"}' }]],
    ['a tool call without arguments', { toolUse: { toolUseId: 't1', name: 'now' } }, [{ type: 'tool_call', id: 't1', name: 'now', argumentsText: '{}' }]],
    [
      'reasoning of Claude',
      { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'S' } } },
      [{ type: 'reasoning', text: 'Hm.', state: { vendor: 'anthropic', value: 'S', model: 'm' } }],
      { vendor: 'anthropic' },
    ],
    [
      'redacted reasoning of Claude',
      { reasoningContent: { redactedContent: 'QUJD' } },
      [{ type: 'reasoning', text: '', redacted: 'QUJD', state: { vendor: 'anthropic', value: '', model: 'm' } }],
      { vendor: 'anthropic' },
    ],
    [
      'signed reasoning of another model',
      { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'S' } } },
      [{ type: 'reasoning', text: 'Hm.', state: { vendor: 'bedrock-converse', value: 'S', model: 'm' } }],
    ],
    ['unsigned reasoning', { reasoningContent: { reasoningText: { text: 'Hm.' } } }, [{ type: 'reasoning', text: 'Hm.' }]],
    ['a text with citations', { citationsContent: { content: [{ text: 'a' }, { text: 'b' }], citations: [{}] } }, [{ type: 'text', text: 'ab' }]],
    ['an image', { image: { format: 'png', source: { bytes: 'iVBORw0=' } } }, [{ type: 'image', mime: 'image/png', data: 'iVBORw0=' }]],
    ['what nobody knows', { hologram: {} }, []],
    [
      'the tool that stands for a schema',
      { toolUse: { toolUseId: 't1', name: 'json_output', input: { kg: 1 } } },
      [{ type: 'text', text: '{"kg":1}' }],
      { jsonSchema: false },
    ],
    [
      'a tool of that name elsewhere',
      { toolUse: { toolUseId: 't1', name: 'json_output', input: {} } },
      [{ type: 'tool_call', id: 't1', name: 'json_output', argumentsText: '{}' }],
    ],
  ]
  for (const [row, block, expected, traits] of blocks)
    it(`reads ${row}`, () => {
      expect(read([block], {}, traits).blocks).to.deep.equal(expected)
    })

  it('keeps the order of blocks', () => {
    expect(read([{ text: 'a' }, call, { text: 'b' }]).blocks.map(({ type }) => type)).to.deep.equal(['text', 'tool_call', 'text'])
  })

  it('keeps long numbers of arguments', () => {
    const reply = readReply(
      upstream,
      '{"output":{"message":{"content":[{"toolUse":{"toolUseId":"t","name":"n","input":{"id":12345678901234567890,"__proto__":1}}}]}},"stopReason":"tool_use"}',
    )
    expect(reply.blocks).to.deep.equal([{ type: 'tool_call', id: 't', name: 'n', argumentsText: '{"id":12345678901234567890,"__proto__":1}' }])
  })

  const finishes: readonly (readonly [reason: unknown, finish: string, withCall?: boolean])[] = [
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop_sequence'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'context_window'],
    ['tool_use', 'tool_calls', true],
    ['guardrail_intervened', 'content_filter'],
    ['content_filtered', 'content_filter'],
    ['end_turn', 'tool_calls', true],
    ['max_tokens', 'length', true],
    ['tool_use', 'stop'],
    ['something new', 'stop'],
    [null, 'stop'],
  ]
  for (const [reason, finish, withCall = false] of finishes) {
    it(`finishes for ${String(reason)}${withCall ? ' with a call' : ''} as ${finish}`, () => {
      expect(read([withCall ? call : { text: 'a' }], { stopReason: reason }).finish).to.equal(finish)
    })
  }

  it('finishes as stop for the tool that stands for a schema', () => {
    expect(read([{ toolUse: { toolUseId: 't1', name: 'json_output', input: {} } }], { stopReason: 'tool_use' }, { jsonSchema: false }).finish).to.equal('stop')
  })

  it('says at which sequence it stopped', () => {
    expect(read([], { stopReason: 'stop_sequence', additionalModelResponseFields: { stop_sequence: 'END' } }).stopSequence).to.equal('END')
  })

  for (const reason of ['malformed_model_output', 'malformed_tool_use']) {
    it(`is an error for ${reason}`, () => {
      const error = errorOf({ output: { message: { content: [] } }, stopReason: reason })
      expect([error.status, error.code, error.provider]).to.deep.equal([502, reason, 'acme'])
    })
  }

  it('counts what was read from and written to a cache as input (11.10)', () => {
    expect(
      read([], { usage: { inputTokens: 10, cacheReadInputTokens: 90, cacheWriteInputTokens: 5, outputTokens: 40, totalTokens: 145 } }).usage,
    ).to.deep.equal({
      inputTokens: 105,
      cachedTokens: 90,
      cacheWriteTokens: 5,
      outputTokens: 40,
      totalTokens: 145,
    })
  })

  it('tells writes to the cache apart by how long they are kept', () => {
    expect(
      read([], {
        usage: {
          inputTokens: 1,
          cacheWriteInputTokens: 5,
          cacheDetails: [
            { ttl: '5m', inputTokens: 2 },
            { ttl: '1h', inputTokens: 3 },
          ],
        },
      }).usage,
    ).to.deep.equal({ inputTokens: 6, cacheWriteTokens: 5, cacheWrite5mTokens: 2, cacheWrite1hTokens: 3 })
  })

  it('invents no usage', () => {
    expect(read([{ text: 'a' }]).usage).to.equal(undefined)
    expect(read([{ text: 'a' }], { usage: { inputTokens: 3, outputTokens: null } }).usage).to.deep.equal({ inputTokens: 3 })
  })

  it('says the tier that served it', () => {
    expect(read([], { serviceTier: { type: 'flex' } }).serviceTier).to.equal('flex')
  })

  it('reads an error in the place of a reply', () => {
    const error = errorOf({ __type: 'com.amazon.coral.service#ThrottlingException', Message: 'slow down' })
    expect([error.status, error.code, error.message]).to.deep.equal([429, 'ThrottlingException', 'slow down'])
  })

  it('is an error without a message', () => {
    expect([errorOf({}).status, errorOf({ output: {} }).code]).to.deep.equal([502, 'bad_upstream_response'])
  })
})
