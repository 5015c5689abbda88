/** Random answers, written in each dialect of callers and read by its other side: plain or streamed, fed in whatever pieces, they say the same. */

import { expect } from 'chai'
import { JsonDocument } from '../../core/document/document.ts'
import { argumentsObject } from '../../core/neutral/arguments.ts'
import { Assembler, replayed } from '../../core/neutral/assemble.ts'
import type { NeutralEvent, NeutralReply, ReplyBlock } from '../../core/neutral/reply.ts'
import type { JsonObject } from '../../core/neutral/request.ts'
import type { CallerSide, ReplyContext, UpstreamSide } from '../../core/neutral/translation.ts'
import type { Dialect } from '../../core/plugin/dialect.ts'
import { StreamEvent } from '../../core/stream/event.ts'
import anthropicMessages from '../../plugins/dialects/anthropic-messages/index.ts'
import bedrockConverse from '../../plugins/dialects/bedrock-converse/index.ts'
import cohere from '../../plugins/dialects/cohere/index.ts'
import openaiChat from '../../plugins/dialects/openai-chat/index.ts'
import openaiResponses from '../../plugins/dialects/openai-responses/index.ts'
import { Random } from '../core/document/random-json.ts'
import {
  destination,
  feedings,
  neutralRequest,
  readReply,
  readStream,
  replyContext,
  translateReply,
  translateStream,
  writeReply,
  writeStream,
  writtenEvents,
  type Payload,
} from '../support/translation.ts'

const cases = Number(process.env['TRANSLATION_CASES'] ?? 1500)

describe('translation, of random replies', () => {
  for (const { name, caller, upstream } of [openaiChat, openaiResponses, anthropicMessages]) {
    if (caller === undefined || upstream === undefined) continue
    it(`to ${name}, plain and streamed`, function () {
      this.timeout(600_000)
      const random = new Random(7)
      for (let left = cases; left > 0; left--) {
        const reply = randomReply(random)
        const [, feeding] = random.pick(feedings)
        const said = wordsOf(reply)
        expect(wordsOf(throughPlain(caller, upstream, reply)), `plain, of ${JSON.stringify(reply)}`).to.deep.equal(said)
        expect(wordsOf(throughStream(caller, upstream, reply, feeding)), `streamed, of ${JSON.stringify(reply)}`).to.deep.equal(said)
      }
    })
  }
})

describe('translation, of the tier that served an answer', () => {
  const answers: readonly (readonly [name: string, upstream: UpstreamSide | undefined, stream: readonly Payload[]])[] = [
    [
      openaiChat.name,
      openaiChat.upstream,
      [{ id: 'c', model: 'm', service_tier: 'default', choices: [{ index: 0, delta: { content: 'a' }, finish_reason: 'stop' }] }, '[DONE]'],
    ],
    [
      openaiResponses.name,
      openaiResponses.upstream,
      [
        { type: 'response.created', response: { service_tier: 'auto' } },
        { type: 'response.completed', response: { status: 'completed', output: [], service_tier: 'default' } },
      ],
    ],
    [
      bedrockConverse.name,
      bedrockConverse.upstream,
      [
        { event: 'messageStart', data: { role: 'assistant' } },
        { event: 'messageStop', data: { stopReason: 'end_turn' } },
        { event: 'metadata', data: { serviceTier: { type: 'default' } } },
      ],
    ],
  ]
  for (const [from, upstream, stream] of answers) {
    for (const { name, caller } of [openaiChat, openaiResponses]) {
      it(`is told at the end of a stream from ${from} to ${name}, whichever was asked for`, () => {
        if (upstream === undefined || caller === undefined) throw new Error('it has no such side')
        const original = JsonDocument.parse(Buffer.from('{"model":"m","service_tier":"flex"}'))
        const events = translateStream(upstream, stream, caller, replyContext({ original }))
        const last = events.filter(event => event !== '[DONE]').at(-1) as JsonObject & { readonly response?: JsonObject }
        expect((last.response ?? last)['service_tier']).to.equal('default')
      })
    }
  }
})

describe('translation, of what nobody knows in a reply', () => {
  const more = { new_member: { a: 1 } }
  const counts = { new_count: 5 }
  const samples = [
    {
      dialect: openaiChat,
      lost: ['choices.x', 'choices.message.y'],
      reply: {
        id: 'c',
        object: 'chat.completion',
        model: 'm',
        choices: [{ index: 0, message: { role: 'assistant', content: 'hi', y: 1 }, finish_reason: 'stop', x: 1 }],
        usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, ...counts },
        ...more,
      },
    },
    {
      dialect: openaiResponses,
      lost: ['output.x'],
      reply: {
        id: 'r',
        object: 'response',
        model: 'm',
        status: 'completed',
        instructions: 'mine',
        output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'hi' }], x: 1 }],
        usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3, ...counts },
        ...more,
      },
    },
    {
      dialect: anthropicMessages,
      lost: ['content.x'],
      reply: {
        id: 'm',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [{ type: 'text', text: 'hi', x: 1 }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 1, output_tokens: 2, ...counts },
        ...more,
      },
    },
  ]
  for (const { dialect: from, reply, lost } of samples) {
    for (const { dialect: to } of samples.filter(({ dialect }) => dialect !== from)) {
      it(`goes on from ${from.name} to ${to.name} where both have the level`, () => {
        if (from.upstream === undefined || to.caller === undefined) throw new Error('it has no such side')
        const plain = translateReply(from.upstream, reply, to.caller)
        expect(plain).to.deep.include(more)
        expect(plain['usage']).to.include(counts)
        expect(plain['instructions'] ?? null, 'what repeats the request').to.equal(null)
      })
    }

    it(`is told where ${from.name} alone has the level`, () => {
      if (from.upstream === undefined) throw new Error('it has no such side')
      expect(readReply(from.upstream, reply).lost).to.deep.equal(lost)
    })
  }

  for (const [upstream, reply, lost] of [
    [
      cohere.upstream,
      {
        id: 'h',
        message: { role: 'assistant', content: [{ type: 'text', text: 'hi' }], x: 1 },
        finish_reason: 'COMPLETE',
        usage: { tokens: { input_tokens: 1, output_tokens: 2 }, ...counts },
        ...more,
      },
      ['message.x'],
    ],
    [
      bedrockConverse.upstream,
      {
        output: { message: { role: 'assistant', content: [{ text: 'hi' }] } },
        stopReason: 'end_turn',
        metrics: { latencyMs: 3 },
        usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3, ...counts },
        ...more,
      },
      undefined,
    ],
  ] as const) {
    it(`goes on from ${upstream === cohere.upstream ? cohere.name : bedrockConverse.name}, too`, () => {
      if (upstream === undefined) throw new Error('it has no such side')
      const { extras, usageExtras, lost: told } = readReply(upstream, reply)
      expect({ extras, usageExtras, told }).to.deep.equal({ extras: more, usageExtras: counts, told: lost })
    })
  }

  for (const { name, caller } of [openaiChat, openaiResponses]) {
    it(`leaves sources that ${name} cannot name on the losses, plain and streamed`, () => {
      if (caller === undefined) throw new Error('it has no such side')
      const reply: NeutralReply = { blocks: [{ type: 'text', text: 'hi', annotations: [{ type: 'char_location', cited_text: 'x' }] }], finish: 'stop' }
      for (const write of [
        (context: ReplyContext) => writeReply(caller, reply, context),
        (context: ReplyContext) => writtenEvents(caller, replayed(reply), context),
      ]) {
        const { losses, ...rest } = replyContext()
        write({ ...rest, losses })
        expect(losses.list.map(({ field, isSilent }) => [field, isSilent])).to.deep.equal([['annotations', true]])
      }
    })
  }

  it('stands in for nothing that the gateway says', () => {
    const { caller } = anthropicMessages
    if (caller === undefined) throw new Error('it has no such side')
    const plain = writeReply(caller, {
      blocks: [],
      finish: 'stop',
      usage: { inputTokens: 1 },
      extras: { id: 'no', role: 'no' },
      usageExtras: { input_tokens: 7 },
    })
    expect(plain).to.nested.include({ id: 'msg_1', role: 'assistant', 'usage.input_tokens': 1 })
  })
})

describe('translation, of what nobody knows in a stream', () => {
  const more = '"new_member":{"a":1.0}'
  const counts = '"new_count":5.0'
  const late = '"late_member":{"b":2.0}'
  const chunk = (members: string) => `{"id":"c","object":"chat.completion.chunk","model":"m","obfuscation":"aaaa",${more},${members}}`
  const item = '{"type":"message","id":"i","role":"assistant","content":[{"type":"output_text","text":"hi"}],"x":1}'
  const samples: readonly {
    readonly dialect: Dialect
    readonly lost: readonly string[]
    readonly payloads: readonly string[]
    readonly head: (event: JsonObject) => unknown
    readonly counted: (event: JsonObject) => object | null | undefined
    readonly tail: (event: JsonObject) => unknown
  }[] = [
    {
      dialect: openaiChat,
      lost: ['choices.x', 'choices.delta.y'],
      payloads: [
        chunk('"choices":[{"index":0,"delta":{"role":"assistant","content":"hi","y":1},"x":1,"z":null}]'),
        chunk(`${late},"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]`),
        chunk(`"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,${counts}}`),
        '[DONE]',
      ],
      head: event => event,
      counted: ({ usage }) => usage as JsonObject | null,
      tail: event => event,
    },
    {
      dialect: openaiResponses,
      lost: ['output.x'],
      payloads: [
        `{"type":"response.created","response":{"id":"r","object":"response","model":"m","status":"in_progress","instructions":"mine","output":[],${more}}}`,
        `{"type":"response.output_item.added","output_index":0,"item":${item}}`,
        '{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"hi"}',
        `{"type":"response.output_item.done","output_index":0,"item":${item}}`,
        `{"type":"response.completed","response":{"id":"r","object":"response","model":"m","status":"completed","output":[${item}],"usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3,${counts}},${more},${late}}}`,
      ],
      head: ({ response }) => response,
      counted: ({ response }) => (response as JsonObject | undefined)?.['usage'] as JsonObject | null,
      tail: ({ response }) => response,
    },
    {
      dialect: anthropicMessages,
      lost: ['content.x', 'content.y'],
      payloads: [
        `{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"usage":{"input_tokens":1,"output_tokens":1},${more}}}`,
        '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"","x":1}}',
        '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi","y":1}}',
        '{"type":"content_block_stop","index":0}',
        `{"type":"message_delta","delta":{"stop_reason":"end_turn",${late}},"usage":{"output_tokens":2,${counts}}}`,
        '{"type":"message_stop"}',
      ],
      head: ({ message }) => message,
      counted: ({ usage }) => usage as JsonObject | null,
      tail: ({ delta }) => delta,
    },
  ]
  for (const { dialect: from, payloads, lost } of samples) {
    const upstream = from.upstream as UpstreamSide
    for (const { dialect: to, head, counted, tail } of samples.filter(({ dialect }) => dialect !== from)) {
      it(`goes on from ${from.name} to ${to.name} with the answer's end if it comes late, once`, () => {
        const events = translateStream(upstream, payloads, to.caller as CallerSide, context()).filter(event => typeof event === 'object')
        const tails = events.map(event => tail(event) as JsonObject | undefined).filter(said => said !== undefined && 'late_member' in said)
        expect(tails).to.have.length(1)
        expect(tails[0]).to.deep.include({ late_member: { b: 2 } })
        const writer = (to.caller as CallerSide).stream(context())
        expect(
          readStream(upstream, payloads)
            .map(event => writer.write(event))
            .join(''),
        ).to.include(late)
      })

      it(`goes on from ${from.name} to ${to.name} with the answer's beginning and with its usage, numbers as they were spelled`, () => {
        const read = readStream(upstream, payloads)
        const events = writeStream(to.caller as CallerSide, read, context()).filter(event => typeof event === 'object')
        expect(head(events[0] ?? {}))
          .to.deep.include({ new_member: { a: 1 } })
          .and.not.have.property('obfuscation')
        expect(events.map(event => counted(event) ?? {}).filter(usage => Object.hasOwn(usage, 'new_count'))).to.have.length(1)
        const writer = (to.caller as CallerSide).stream(context())
        expect(read.map(event => writer.write(event)).join(''))
          .to.include(more)
          .and.include(counts)
          .and.not.include('mine')
      })
    }

    it(`is told where ${from.name} alone has the level`, () => {
      const reader = upstream.stream(destination())
      for (const payload of payloads) reader.read(new StreamEvent(Buffer.from(`data: ${payload}\n\n`)), () => {})
      expect([...(reader.lost ?? [])]).to.deep.equal(lost)
    })
  }

  it('is said by the first chunk of a chat only', () => {
    const [, responses] = samples
    const chunks = translateStream(openaiResponses.upstream as UpstreamSide, responses?.payloads ?? [], openaiChat.caller as CallerSide, context()).filter(
      chunk => typeof chunk === 'object',
    )
    expect(chunks.map(chunk => 'new_member' in chunk)).to.deep.equal([true, ...chunks.slice(1).map(() => false)])
  })

  it('stands in for nothing that the gateway says', () => {
    for (const [index, own] of ['choices', 'output', 'content'].entries()) {
      const { dialect, head, tail } = samples[index] as (typeof samples)[number]
      const start: NeutralEvent = { type: 'start', extras: { id: 'no', model: 'no', [own]: 'no' } }
      const [first] = writtenEvents(dialect.caller as CallerSide, [start, { type: 'open', key: '0', block: { type: 'text' } }], context())
      expect(Object.values(head(first?.data as JsonObject) as object)).to.not.include('no', dialect.name)
      const finish: NeutralEvent = {
        type: 'finish',
        finish: 'stop',
        extras: { id: 'no', model: 'no', status: 'no', stop_reason: 'no', [own]: 'no', usage: 'no' },
      }
      const last = writtenEvents(dialect.caller as CallerSide, [{ type: 'start' }, { type: 'usage', usage: {} }, finish], context()).at(-1)
      const ended = tail(last?.data as JsonObject) as JsonObject
      if (dialect !== anthropicMessages) expect([ended['id'], ended['model'], ended[own], ended['usage']]).to.not.include('no', dialect.name)
      expect(ended['stop_reason'] === 'no' && dialect === anthropicMessages).to.equal(false)
    }
  })
})

const context = () => replyContext({ request: neutralRequest({ wants: { usageEvent: true, encryptedReasoning: true } }) })

function throughPlain(caller: CallerSide, upstream: UpstreamSide, reply: NeutralReply): NeutralReply {
  return readReply(upstream, writeReply(caller, reply, context()))
}

function throughStream(caller: CallerSide, upstream: UpstreamSide, reply: NeutralReply, feeding: object): NeutralReply {
  const payloads = writtenEvents(caller, replayed(reply), context()).map(({ event, data }): Payload => (event === undefined ? data : { event, data }))
  const assembler = new Assembler()
  for (const event of readStream(upstream, payloads, { from: destination(), ...feeding })) assembler.emit(event)
  return assembler.reply()
}

/** What an answer says, by kind: in which pieces is the dialect's affair, and a refusal is a text with some. */
function wordsOf({ blocks, finish, usage }: NeutralReply): object {
  const { inputTokens, outputTokens, cachedTokens } = usage ?? {}
  return {
    thoughts: joined(blocks, 'reasoning'),
    text: joined(blocks, 'text') + joined(blocks, 'refusal'),
    calls: blocks.flatMap(block =>
      block.type === 'tool_call' ? [{ id: block.id, name: block.name, arguments: JSON.stringify(argumentsObject(block.argumentsText).value) }] : [],
    ),
    finish: finish === 'refusal' ? 'content_filter' : finish,
    usage: { inputTokens, outputTokens, cachedTokens },
  }
}

function joined(blocks: readonly ReplyBlock[], type: ReplyBlock['type']): string {
  return blocks.map(block => (block.type === type && 'text' in block ? block.text : '')).join('')
}

function randomReply(random: Random): NeutralReply {
  const word = () => random.pick(['a', 'é', '漢', '😀', '"', '\\', '\n', '\r\n', '\u2028', '</s>', 'data: x\n\n', ' ', '{']).repeat(1 + random.below(3))
  const text = () => `${word()}${word()}`
  const thoughts = random.times(3, (): ReplyBlock => ({
    type: 'reasoning',
    text: text(),
    ...(random.below(2) === 0 ? { state: { vendor: 'anthropic', value: 'S' } } : {}),
  }))
  const calls = random.times(4, (): ReplyBlock => ({
    type: 'tool_call',
    id: `call_${random.below(1e9)}`,
    name: random.pick(['tide', 'now']),
    argumentsText: random.pick(['', '{}', '{"port":"Brest\\n"}', '{"n":12345678901234567890}', '{"__proto__":{"a":[1]}}']),
  }))
  const said = random.below(8) === 0 ? [{ type: 'refusal' as const, text: text() }] : random.times(3, (): ReplyBlock => ({ type: 'text', text: text() }))
  const isRefusal = said[0]?.type === 'refusal'
  const blocks = [...thoughts, ...said, ...(isRefusal ? [] : calls)]
  const hasCalls = blocks.some(({ type }) => type === 'tool_call')
  return {
    id: 'x-1',
    model: 'm-1',
    blocks: blocks.length === 0 ? [{ type: 'text', text: 'ok' }] : blocks,
    finish: isRefusal ? 'refusal' : random.below(4) === 0 ? random.pick(['length', 'content_filter'] as const) : hasCalls ? 'tool_calls' : 'stop',
    usage: { inputTokens: 100 + random.below(100), outputTokens: random.below(100), cachedTokens: random.below(100) },
  }
}
