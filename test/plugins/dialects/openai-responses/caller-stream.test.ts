import { expect } from 'chai'
import { JsonDocument } from '../../../../core/document/document.ts'
import { GatewayError, gatewayError } from '../../../../core/errors.ts'
import { replayed } from '../../../../core/neutral/assemble.ts'
import { Losses } from '../../../../core/neutral/losses.ts'
import type { Finish, NeutralEvent, NeutralReply, ReplyBlock } from '../../../../core/neutral/reply.ts'
import type { JsonObject } from '../../../../core/neutral/request.ts'
import { unseal } from '../../../../core/neutral/state.ts'
import type { ReplyContext } from '../../../../core/neutral/translation.ts'
import chat from '../../../../plugins/dialects/openai-chat/index.ts'
import dialect from '../../../../plugins/dialects/openai-responses/index.ts'
import {
  countedIds,
  expectEqualJson,
  expectMentioned,
  neutralRequest,
  replyContext,
  translateStream,
  writeReply,
  writeStream,
  writtenEvents,
} from '../../../support/translation.ts'
import { accumulated } from './samples.ts'

const caller = dialect.caller!
const ids = () => countedIds()
const context = (more: Partial<ReplyContext> = {}): ReplyContext => replyContext({ ids: ids(), ...more })
const wanting = (wants: object) => neutralRequest({ from: 'openai-responses', wants })
const encrypted = () => context({ request: wanting({ encryptedReasoning: true }) })

type Wire = JsonObject & { readonly type: string; readonly sequence_number: number }
const written = (events: readonly NeutralEvent[], to = context()) => writeStream(caller, events, to).filter((event): event is Wire => typeof event === 'object')
const stream = (blocks: readonly ReplyBlock[], finish: Finish = 'stop') => replayed({ blocks, finish, model: 'gpt' })
const types = (events: readonly Wire[]) => events.map(({ type }) => type.replace('response.', ''))
const last = (events: readonly Wire[]) => events.at(-1)?.['response'] as JsonObject & { output: JsonObject[] }
const sealedIn = (item: JsonObject | undefined) => unseal(item?.['encrypted_content'] as string)
const asStream = (events: readonly (JsonObject | string)[]) =>
  events.map(event => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('')

/** What every stream must keep to. */
function expectGrammar(events: readonly Wire[]): void {
  expect(events.map(({ sequence_number: number }) => number)).to.deep.equal(events.map((_, i) => i))
  const added = events.filter(({ type }) => type === 'response.output_item.added').map(event => event['output_index'])
  const ended = events.filter(({ type }) => type === 'response.output_item.done')
  expect(added).to.deep.equal(added.map((_, i) => i))
  expect(ended.map(event => event['output_index']).toSorted((one, other) => Number(one) - Number(other))).to.deep.equal(added)
  expect(last(events).output).to.deep.equal(
    ended.toSorted((one, other) => Number(one['output_index']) - Number(other['output_index'])).map(event => event['item']),
  )
}

describe('a stream, written as a response', () => {
  it('begins with created and in_progress, each with the whole response', () => {
    const original = JsonDocument.parse(
      Buffer.from(
        '{"model":"alias","instructions":"be brief","tools":[{"type":"function","name":"f","parameters":{"maximum":12345678901234567890}}],"temperature":0.5,"metadata":{"a":"b"},"reasoning":{"effort":"low"},"user":"u","store":false}',
      ),
    )
    const [created, going] = written([{ type: 'start', model: 'gpt-5' }], context({ original }))
    expect([created?.type, going?.type]).to.deep.equal(['response.created', 'response.in_progress'])
    expect(created?.['response']).to.deep.equal(going?.['response'])
    expectMentioned(
      created?.['response'] as object,
      JSON.parse(
        JSON.stringify({
          id: 'resp_1',
          object: 'response',
          created_at: 1_704_067_200,
          model: 'gpt-5',
          provider: 'acme',
          status: 'in_progress',
          error: null,
          incomplete_details: null,
          output: [],
          usage: null,
          instructions: 'be brief',
          max_output_tokens: null,
          metadata: { a: 'b' },
          parallel_tool_calls: true,
          previous_response_id: null,
          reasoning: { effort: 'low', summary: null },
          store: false,
          temperature: 0.5,
          text: { format: { type: 'text' } },
          tool_choice: 'auto',
          top_p: null,
          truncation: 'disabled',
          user: 'u',
        }),
      ) as object,
    )
    expect(JSON.stringify(created?.['response'])).to.include('"maximum":12345678901234567890')
  })

  it('names each event as its type, and ends with [DONE]', () => {
    const events = writtenEvents(caller, stream([{ type: 'text', text: 'a' }]), context())
    expect(events.at(-1)).to.deep.equal({ event: undefined, data: '[DONE]' })
    for (const { event, data } of events.slice(0, -1)) expect(event).to.equal((data as Wire).type)
  })

  const rows: Record<string, { blocks: ReplyBlock[]; types: string[]; item: object }> = {
    text: {
      blocks: [{ type: 'text', text: 'Hi' }],
      types: ['output_item.added', 'content_part.added', 'output_text.delta', 'output_text.done', 'content_part.done', 'output_item.done'],
      item: {
        id: 'msg_1',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'Hi', annotations: [], logprobs: [] }],
      },
    },
    refusal: {
      blocks: [{ type: 'refusal', text: 'No' }],
      types: ['output_item.added', 'content_part.added', 'refusal.delta', 'refusal.done', 'content_part.done', 'output_item.done'],
      item: { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [{ type: 'refusal', refusal: 'No' }] },
    },
    reasoning: {
      blocks: [{ type: 'reasoning', text: 'Hm' }],
      types: [
        'output_item.added',
        'reasoning_summary_part.added',
        'reasoning_summary_text.delta',
        'reasoning_summary_text.done',
        'reasoning_summary_part.done',
        'output_item.done',
      ],
      item: { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm' }] },
    },
    'a tool': {
      blocks: [{ type: 'tool_call', id: 'c1', name: 'tide', argumentsText: '{"a":1}' }],
      types: ['output_item.added', 'function_call_arguments.delta', 'function_call_arguments.done', 'output_item.done'],
      item: { id: 'fc_c1', type: 'function_call', status: 'completed', call_id: 'c1', name: 'tide', arguments: '{"a":1}' },
    },
    'a tool without arguments': {
      blocks: [{ type: 'tool_call', id: 'c1', name: 'now', argumentsText: '' }],
      types: ['output_item.added', 'function_call_arguments.delta', 'function_call_arguments.done', 'output_item.done'],
      item: { id: 'fc_c1', type: 'function_call', status: 'completed', call_id: 'c1', name: 'now', arguments: '{}' },
    },
    'a custom tool': {
      blocks: [{ type: 'tool_call', id: 'c1', name: 'patch', argumentsText: '*** free', isCustom: true }],
      types: ['output_item.added', 'custom_tool_call_input.delta', 'custom_tool_call_input.done', 'output_item.done'],
      item: { id: 'ctc_c1', type: 'custom_tool_call', status: 'completed', call_id: 'c1', name: 'patch', input: '*** free' },
    },
    'an image': {
      blocks: [{ type: 'image', mime: 'image/webp', data: 'AAAA' }],
      types: ['output_item.added', 'output_item.done'],
      item: { id: 'ig_1', type: 'image_generation_call', status: 'completed', output_format: 'webp', result: 'AAAA' },
    },
    sources: {
      blocks: [
        {
          type: 'text',
          text: 'see',
          annotations: [{ type: 'url_citation', url_citation: { url: 'u', title: 't', start_index: 0, end_index: 3 } }, { type: 'char_location' }],
        },
      ],
      types: [
        'output_item.added',
        'content_part.added',
        'output_text.delta',
        'output_text.annotation.added',
        'output_text.done',
        'content_part.done',
        'output_item.done',
      ],
      item: {
        id: 'msg_1',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'see', annotations: [{ type: 'url_citation', url: 'u', title: 't', start_index: 0, end_index: 3 }], logprobs: [] },
        ],
      },
    },
  }
  for (const [name, { blocks, types: expected, item }] of Object.entries(rows)) {
    it(`tells ${name} (7.3)`, async () => {
      const events = written(stream(blocks))
      expect(types(events)).to.deep.equal(['created', 'in_progress', ...expected, 'completed'])
      expect(last(events)).to.deep.include({ status: 'completed', output: [item] })
      expectGrammar(events)
      expect((await accumulated(asStream(events))).output).to.have.length(1)
    })
  }

  const finishes: Record<Finish, object> = {
    stop: { status: 'completed', incomplete_details: null },
    stop_sequence: { status: 'completed', incomplete_details: null },
    length: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
    context_window: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
    tool_calls: { status: 'completed', incomplete_details: null },
    content_filter: { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
    refusal: { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
    pause: { status: 'completed', incomplete_details: null },
  }
  for (const [finish, expected] of Object.entries(finishes) as [Finish, object][]) {
    it(`ends as ${finish} says (5.2), plain and streamed alike`, () => {
      const losses = new Losses()
      const events = written(stream([{ type: 'text', text: 'a' }], finish))
      expect(last(events)).to.deep.include(expected)
      const plain = writeReply(caller, { blocks: [{ type: 'text', text: 'a' }], finish, model: 'gpt' }, context({ losses }))
      expectEqualJson(plain, last(events))
      expect(losses.reported).to.deep.equal(finish === 'pause' ? ['pause_turn'] : [])
      expect(losses.list).to.have.length(losses.reported.length)
    })
  }

  it('is complete with a refusal that has words', () => {
    const blocks = [{ type: 'text', text: 'a' } as const, { type: 'refusal', text: 'No' } as const]
    const events = written(stream(blocks, 'refusal'))
    expect(last(events)).to.deep.include({ status: 'completed', incomplete_details: null })
    expectEqualJson(writeReply(caller, { blocks, finish: 'refusal', model: 'gpt' }, context()), last(events))
  })

  it('tells no sequence that the answer stopped at, and notes so in silence', () => {
    const losses = new Losses()
    writeReply(caller, { blocks: [{ type: 'text', text: 'a' }], finish: 'stop_sequence', stopSequence: 'END', model: 'gpt' }, context({ losses }))
    expect(losses.list.map(({ field, isSilent }) => [field, isSilent])).to.deep.equal([['stop_sequence', true]])
  })

  it('leaves incomplete what was open at a cut, and only that', () => {
    const events = written([
      { type: 'start' },
      { type: 'open', key: 'a', block: { type: 'text' } },
      { type: 'delta', key: 'a', text: 'x' },
      { type: 'close', key: 'a' },
      { type: 'open', key: 'b', block: { type: 'tool_call', id: 'c1', name: 'n' } },
      { type: 'delta', key: 'b', text: '{"a":"b' },
      { type: 'close', key: 'b' },
      { type: 'finish', finish: 'length' },
      { type: 'end' },
    ])
    expect(last(events).output.map(({ status }) => status)).to.deep.equal(['completed', 'incomplete'])
    expect(last(events).output[1]).to.have.property('arguments', '{"a":"b')
  })

  it('knows a call that was whole before the cut, although it waited for another', () => {
    const open = (key: string): NeutralEvent => ({ type: 'open', key, block: { type: 'tool_call', id: `c${key}`, name: 'n' } })
    const events = written([
      { type: 'start' },
      open('0'),
      open('1'),
      { type: 'delta', key: '1', text: '{}' },
      { type: 'close', key: '1' },
      { type: 'delta', key: '0', text: '{"a' },
      { type: 'close', key: '0' },
      { type: 'finish', finish: 'length' },
      { type: 'end' },
    ])
    expect(last(events).output.map(({ status }) => status)).to.deep.equal(['incomplete', 'completed'])
  })

  it('keeps parallel calls open side by side, and ends them in their order (12.3)', async () => {
    const open = (key: string): NeutralEvent => ({ type: 'open', key, block: { type: 'tool_call', id: `c${key}`, name: 'n' } })
    const events = written([
      { type: 'start' },
      open('0'),
      open('1'),
      { type: 'delta', key: '0', text: '{"a"' },
      { type: 'delta', key: '1', text: '{"b"' },
      { type: 'delta', key: '1', text: ':2}' },
      { type: 'close', key: '1' },
      { type: 'delta', key: '0', text: ':1}' },
      { type: 'close', key: '0' },
      { type: 'finish', finish: 'tool_calls' },
      { type: 'end' },
    ])
    expectGrammar(events)
    expect(events.filter(({ type }) => type === 'response.output_item.done').map(event => event['output_index'])).to.deep.equal([0, 1])
    expect(last(events).output.map(item => item['arguments'])).to.deep.equal(['{"a":1}', '{"b":2}'])
    expect((await accumulated(asStream(events))).output.map(item => item['arguments'])).to.deep.equal(['{"a":1}', '{"b":2}'])
  })

  it('opens a new message for text after a call, and gives ids to calls that have none of their own', () => {
    const events = written(
      stream([
        { type: 'text', text: 'a' },
        { type: 'tool_call', id: 'c', name: 'n', argumentsText: '{}' },
        { type: 'tool_call', id: 'c', name: 'n', argumentsText: '{}' },
        { type: 'tool_call', id: '', name: 'n', argumentsText: '{}' },
        { type: 'text', text: 'b' },
      ]),
    )
    expectGrammar(events)
    expect(last(events).output.map(({ id }) => id)).to.deep.equal(['msg_1', 'fc_c', 'fc_call_tl1', 'fc_call_tl2', 'msg_2'])
  })

  it('counts tokens, with all details (5.3)', () => {
    const usage = { inputTokens: 105, outputTokens: 40, cachedTokens: 90, cacheWriteTokens: 5, reasoningTokens: 22 }
    const events = written([
      { type: 'start' },
      { type: 'usage', usage: { inputTokens: 1 } },
      { type: 'usage', usage },
      { type: 'finish', finish: 'stop' },
      { type: 'end' },
    ])
    expect(last(events)['usage']).to.deep.equal({
      input_tokens: 105,
      input_tokens_details: { cached_tokens: 90, cache_write_tokens: 5 },
      output_tokens: 40,
      output_tokens_details: { reasoning_tokens: 22 },
      total_tokens: 145,
    })
    expect(last(written(stream([])))['usage']).to.equal(null)
  })

  describe('that fails', () => {
    const begun: NeutralEvent[] = [{ type: 'start' }, { type: 'open', key: '0', block: { type: 'text' } }, { type: 'delta', key: '0', text: 'a' }]

    it("by the provider's own error is a failed response, with its code and message (5.5)", () => {
      const error = new GatewayError('rate_limit_exceeded', 'try again in 2s', { status: 429, provider: 'acme' })
      const events = written([...begun, { type: 'error', error }])
      expect(events.at(-1)).to.deep.include({ type: 'response.failed', sequence_number: 5 })
      expect(last(events)).to.deep.include({ status: 'failed', error: { code: 'rate_limit_exceeded', message: 'try again in 2s' } })
      expect(writeStream(caller, [...begun, { type: 'error', error }], context()).at(-1)).to.not.equal('[DONE]')
    })

    it('without a code has one that clients know', () => {
      expect(last(written([...begun, { type: 'error', error: new GatewayError(null, 'no', { status: 500 }) }]))['error']).to.deep.equal({
        code: 'server_error',
        message: 'no',
      })
    })

    it('where the gateway cannot go on breaks off', () => {
      expect(written([...begun, { type: 'error', error: gatewayError('stream_incomplete', 'cut') }]).at(-1)).to.deep.equal({
        type: 'error',
        sequence_number: 5,
        code: 'stream_incomplete',
        message: 'cut',
        param: null,
      })
    })
  })

  describe('vendor state (9.3)', () => {
    const signed: ReplyBlock = { type: 'reasoning', text: 't', state: { vendor: 'anthropic', value: 'S' } }
    const item = (blocks: ReplyBlock[], to: ReplyContext) => last(written(stream(blocks), to)).output[0] as JsonObject

    it('travels as extra_content', () => {
      expect(item([signed], context())['extra_content']).to.deep.equal({
        anthropic: { thinking_blocks: [{ type: 'thinking', thinking: 't', signature: 'S' }] },
      })
      expect(item([signed], context())).to.not.have.property('encrypted_content')
    })

    it('and sealed, for clients who ask for encrypted reasoning', () => {
      expect(sealedIn(item([signed], encrypted()))).to.deep.equal({ v: 1, f: 'anthropic', m: 'gpt', s: [{ type: 'thinking', thinking: 't', signature: 'S' }] })
    })

    it("is OpenAI's own value where OpenAI issued it", () => {
      const own: ReplyBlock = { type: 'reasoning', text: 't', isSummary: true, itemId: 'rs_9', state: { vendor: 'openai', value: 'gAAA' } }
      expect(item([own], encrypted())).to.deep.include({ id: 'rs_9', encrypted_content: 'gAAA' })
    })

    it('of redacted thoughts is only sealed (row 26)', () => {
      const redacted: ReplyBlock = { type: 'reasoning', text: '', redacted: 'D' }
      expect(sealedIn(item([redacted], encrypted()))?.s).to.deep.equal([{ type: 'redacted_thinking', data: 'D' }])
      const losses = new Losses()
      expect(last(written(stream([redacted]), context({ losses }))).output).to.deep.equal([])
      expect(losses.list).to.deep.include({ field: 'reasoning.encrypted_content', action: 'not asked for', isSilent: true })
    })

    it('of calls is on the call, and sealed before it', async () => {
      const call: ReplyBlock = { type: 'tool_call', id: 'c1', name: 'n', argumentsText: '{}', state: { vendor: 'google', value: 'Z' } }
      expect(item([call], context())['extra_content']).to.deep.equal({ google: { thought_signature: 'Z' } })
      const events = written(stream([call]), encrypted())
      expectGrammar(events)
      expect(sealedIn(last(events).output[0])).to.deep.equal({ v: 1, f: 'google', m: 'gpt', s: [{ call: 'c1', sig: 'Z' }] })
      expect((await accumulated(asStream(events))).output).to.have.length(2)
    })

    it('of calls that comes late, or of calls without ids, is carried too', () => {
      const events = written(
        [
          { type: 'start' },
          { type: 'open', key: '0', block: { type: 'tool_call', id: '', name: 'n' } },
          { type: 'state', key: '0', state: { vendor: 'google', value: 'Z' } },
          { type: 'close', key: '0' },
          { type: 'finish', finish: 'tool_calls' },
          { type: 'end' },
        ],
        encrypted(),
      )
      expectGrammar(events)
      expect(last(events).output[0]).to.deep.include({ call_id: 'call_tl1', extra_content: { google: { thought_signature: 'Z' } } })
      expect(sealedIn(last(events).output[1])?.s).to.deep.equal([{ call: 'call_tl1', sig: 'Z' }])
    })

    it('that comes while a thought is open is on the item', () => {
      const events = written([
        { type: 'start' },
        { type: 'open', key: '0', block: { type: 'reasoning' } },
        { type: 'delta', key: '0', text: 't' },
        { type: 'state', key: '0', state: { vendor: 'anthropic', value: 'S' } },
        { type: 'state', key: '0', state: { vendor: 'anthropic', value: 'T' } },
        { type: 'close', key: '0' },
        { type: 'finish', finish: 'stop' },
        { type: 'end' },
      ])
      expect(JSON.stringify(last(events).output[0]?.['extra_content'])).to.include('"signature":"ST"')
    })
  })

  it('unwraps a custom tool that was wrapped, when its arguments are whole', () => {
    const request = neutralRequest({ tools: [{ name: 'patch', custom: {} }] })
    const events = written(
      [
        { type: 'start' },
        { type: 'open', key: '0', block: { type: 'tool_call', id: 'c', name: 'patch' } },
        { type: 'delta', key: '0', text: '{"input":"a' },
        { type: 'delta', key: '0', text: '\\nb"}' },
        { type: 'close', key: '0' },
        { type: 'finish', finish: 'tool_calls' },
        { type: 'end' },
      ],
      context({ request }),
    )
    expect(types(events).slice(2, -1)).to.deep.equal(['output_item.added', 'custom_tool_call_input.delta', 'custom_tool_call_input.done', 'output_item.done'])
    expect(last(events).output[0]).to.deep.include({ type: 'custom_tool_call', input: 'a\nb' })
  })

  it('gives plain replies what streams do not have', () => {
    const logprobs = [{ token: 'a', logprob: -0.5, bytes: [97], top_logprobs: [] }]
    const reply: NeutralReply = {
      blocks: [{ type: 'text', text: 'a' }],
      finish: 'stop',
      created: 7,
      serviceTier: 'flex',
      logprobs,
      extras: { system_fingerprint: 'fp', id: 'no', usage: 'no' },
    }
    const plain = writeReply(caller, reply, context({ request: wanting({ logprobs: true }) })) as JsonObject & { output: { content: object[] }[] }
    expect(plain).to.deep.include({ created_at: 7, service_tier: 'flex', system_fingerprint: 'fp', id: 'resp_1', usage: null })
    expect(plain.output[0]?.content[0]).to.deep.include({ logprobs })
  })

  it('tells what the tokens of a streamed text were worth (7.2)', () => {
    const token = (text: string) => ({ token: text, logprob: -0.5, bytes: null, top_logprobs: [] })
    const out = translateStream(
      chat.upstream!,
      [
        { id: 'c', model: 'm', choices: [{ index: 0, delta: { content: 'a' }, logprobs: { content: [token('a')] } }] },
        { choices: [{ index: 0, delta: { content: 'b' }, logprobs: { content: [token('b')] }, finish_reason: 'stop' }] },
        '[DONE]',
      ],
      caller,
      context(),
    ) as Wire[]
    expect(out.filter(({ type }) => type === 'response.output_text.delta').map(event => event['logprobs'])).to.deep.equal([[token('a')], [token('b')]])
    expect(last(out.slice(0, -1)).output[0]).to.have.deep.nested.property('content[0].logprobs', [token('a'), token('b')])
  })

  describe('worked examples', () => {
    it('11.6: text cut by the limit', () => {
      const out = translateStream(
        chat.upstream!,
        [
          { id: 'c9', model: 'm', choices: [{ index: 0, delta: { role: 'assistant', content: 'Low' } }] },
          { choices: [{ index: 0, delta: { content: ' tide' }, finish_reason: 'length' }] },
          { choices: [], usage: { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 } },
          '[DONE]',
        ],
        caller,
        context(),
      )
      const part = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] })
      const at = { item_id: 'msg_1', output_index: 0, content_index: 0 }
      const item = { id: 'msg_1', type: 'message', status: 'incomplete', role: 'assistant', content: [part('Low tide')] }
      expectMentioned(out, [
        { type: 'response.created', sequence_number: 0, response: { id: 'resp_1', object: 'response', status: 'in_progress', output: [], usage: null } },
        { type: 'response.in_progress', sequence_number: 1, response: { id: 'resp_1', object: 'response', status: 'in_progress', output: [], usage: null } },
        {
          type: 'response.output_item.added',
          sequence_number: 2,
          output_index: 0,
          item: { id: 'msg_1', type: 'message', status: 'in_progress', role: 'assistant', content: [] },
        },
        { type: 'response.content_part.added', sequence_number: 3, ...at, part: part('') },
        { type: 'response.output_text.delta', sequence_number: 4, ...at, delta: 'Low', logprobs: [] },
        { type: 'response.output_text.delta', sequence_number: 5, ...at, delta: ' tide', logprobs: [] },
        { type: 'response.output_text.done', sequence_number: 6, ...at, text: 'Low tide', logprobs: [] },
        { type: 'response.content_part.done', sequence_number: 7, ...at, part: part('Low tide') },
        { type: 'response.output_item.done', sequence_number: 8, output_index: 0, item },
        {
          type: 'response.incomplete',
          sequence_number: 9,
          response: {
            id: 'resp_1',
            object: 'response',
            status: 'incomplete',
            incomplete_details: { reason: 'max_output_tokens' },
            output: [item],
            usage: {
              input_tokens: 4,
              input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
              output_tokens: 2,
              output_tokens_details: { reasoning_tokens: 0 },
              total_tokens: 6,
            },
          },
        },
        '[DONE]',
      ])
    })

    it('11.11: reasoning, then a call', () => {
      const out = written([
        { type: 'start', id: 'h1' },
        { type: 'open', key: 'plan', block: { type: 'reasoning' } },
        { type: 'delta', key: 'plan', text: 'I will look.' },
        { type: 'close', key: 'plan' },
        { type: 'open', key: 'tool/0', block: { type: 'tool_call', id: 'tide_1', name: 'tide' } },
        { type: 'delta', key: 'tool/0', text: '{"port":"Brest"}' },
        { type: 'close', key: 'tool/0' },
        { type: 'usage', usage: { inputTokens: 20, outputTokens: 8 } },
        { type: 'finish', finish: 'tool_calls' },
        { type: 'end' },
      ])
      const at = { item_id: 'rs_1', output_index: 0, summary_index: 0 }
      const call = (status: string, text: string) => ({ id: 'fc_tide_1', type: 'function_call', status, call_id: 'tide_1', name: 'tide', arguments: text })
      expectEqualJson(out.slice(2, -1), [
        { type: 'response.output_item.added', sequence_number: 2, output_index: 0, item: { id: 'rs_1', type: 'reasoning', summary: [] } },
        { type: 'response.reasoning_summary_part.added', sequence_number: 3, ...at, part: { type: 'summary_text', text: '' } },
        { type: 'response.reasoning_summary_text.delta', sequence_number: 4, ...at, delta: 'I will look.' },
        { type: 'response.reasoning_summary_text.done', sequence_number: 5, ...at, text: 'I will look.' },
        { type: 'response.reasoning_summary_part.done', sequence_number: 6, ...at, part: { type: 'summary_text', text: 'I will look.' } },
        {
          type: 'response.output_item.done',
          sequence_number: 7,
          output_index: 0,
          item: { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'I will look.' }] },
        },
        { type: 'response.output_item.added', sequence_number: 8, output_index: 1, item: call('in_progress', '') },
        { type: 'response.function_call_arguments.delta', sequence_number: 9, item_id: 'fc_tide_1', output_index: 1, delta: '{"port":"Brest"}' },
        {
          type: 'response.function_call_arguments.done',
          sequence_number: 10,
          item_id: 'fc_tide_1',
          output_index: 1,
          name: 'tide',
          arguments: '{"port":"Brest"}',
        },
        { type: 'response.output_item.done', sequence_number: 11, output_index: 1, item: call('completed', '{"port":"Brest"}') },
      ])
    })
  })
})
