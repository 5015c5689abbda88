import { expect } from 'chai'
import { JsonDocument } from '../../../../core/document/document.ts'
import { GatewayError, gatewayError } from '../../../../core/errors.ts'
import type { Exchange } from '../../../../core/pipeline/exchange.ts'
import { splitEvents } from '../../../../core/stream/borders.ts'
import { StreamEvent } from '../../../../core/stream/event.ts'
import { StreamRule } from '../../../../core/stream/rule.ts'
import { block } from '../../../../core/pipeline/verdict.ts'
import { messagesStream } from '../../../../plugins/dialects/anthropic-messages/stream.ts'
import { message, messageEvent, messageEvents } from '../../../support/messages.ts'

const event = (data: { readonly type: string; readonly [name: string]: unknown }) => new StreamEvent(Buffer.from(messageEvent(data)))
const delta = (delta: object, index = 0) => event({ type: 'content_block_delta', index, delta })
const start = (content_block: object, index = 0) => event({ type: 'content_block_start', index, content_block })
const stop = (index = 0) => event({ type: 'content_block_stop', index })
const events = (texts: readonly string[]) => splitEvents(Buffer.from(texts.join('')))
const dataOf = (text: string) =>
  splitEvents(Buffer.from(text)).map(({ name, data }) => {
    const json = JSON.parse(data ?? '') as { type: string }
    expect(name).to.equal(json.type)
    return json
  })

describe('messagesStream', () => {
  describe('texts', () => {
    const found = (event: StreamEvent) => messagesStream.texts(event).map(({ key, channel, text }) => [key, channel, text])

    for (const [what, subject, texts] of [
      ['text', delta({ type: 'text_delta', text: 'a' }, 2), [['2/text', 'text', 'a']]],
      ['thinking', delta({ type: 'thinking_delta', thinking: 'a' }), [['0/thinking', 'reasoning', 'a']]],
      ['pieces of tool arguments', delta({ type: 'input_json_delta', partial_json: '{"a' }), [['0/input', 'tool_arguments', '{"a']]],
      ['a compaction', delta({ type: 'compaction_delta', content: 'a' }), [['0/compaction', 'text', 'a']]],
      ['the beginning of a text', start({ type: 'text', text: 'a' }), [['0/text', 'text', 'a']]],
      ['the beginning of thinking', start({ type: 'thinking', thinking: 'a', signature: '' }), [['0/thinking', 'reasoning', 'a']]],
      ['whole tool arguments', start({ type: 'tool_use', id: 't', name: 'n', input: { a: 'x' } }), [['0/input', 'tool_arguments', '{"a":"x"}']]],
      [
        'what a tool of the server found',
        start({ type: 'mcp_tool_result', tool_use_id: 's', content: [{ type: 'text', text: 'a' }] }),
        [['0/content/0', 'text', 'a']],
      ],
      [
        'what code printed',
        start({ type: 'bash_code_execution_tool_result', tool_use_id: 's', content: { type: 'bash_code_execution_result', stdout: 'a', stderr: 'b' } }),
        [
          ['0/content/0', 'text', 'a'],
          ['0/content/1', 'text', 'b'],
        ],
      ],
      [
        'a citation',
        delta({ type: 'citations_delta', citation: { type: 'char_location', cited_text: 'a', document_title: 'b' } }),
        [
          ['0/citation/0', 'text', 'a'],
          ['0/citation/1', 'text', 'b'],
        ],
      ],
      ['none in empty blocks', start({ type: 'text', text: '' }), []],
      ['none in empty input', start({ type: 'tool_use', id: 't', name: 'n', input: {} }), []],
      ['none in signatures', delta({ type: 'signature_delta', signature: 'S' }), []],
      ['none in redacted thinking', start({ type: 'redacted_thinking', data: 'D' }), []],
      ['none in a ping', event({ type: 'ping' }), []],
      ['none in nonsense', event({ type: 'content_block_delta', delta: 7 }), []],
    ] as const)
      it(`are found: ${what}`, () => expect(found(subject)).to.deep.equal(texts))

    it('are rewritten in their place', () => {
      const it = new StreamEvent(
        Buffer.from('event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta" , "text":"a"},"x":1.0}\n\n'),
      )
      messagesStream.texts(it)[0]?.rewrite('"new"')
      expect(it.render().toString()).to.equal(
        'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta" , "text":"\\"new\\""},"x":1.0}\n\n',
      )
      const whole = start({ type: 'tool_use', id: 't', name: 'n', input: { a: 'x' } })
      messagesStream.texts(whole)[0]?.rewrite('{"a":"y"}')
      expect(JSON.parse(splitEvents(whole.render())[0]?.data ?? '')).to.have.nested.property('content_block.input.a', 'y')
    })

    it('are found in events without an event line', () => {
      expect(found(new StreamEvent(Buffer.from('data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"a"}}\n\n')))).to.deep.equal([
        ['1/text', 'text', 'a'],
      ])
    })
  })

  it('writes an event for each kind of text', () => {
    const written = (key: string) => dataOf(messagesStream.text(event({ type: 'ping' }), key, 'a"'))
    expect(written('3/text')).to.deep.equal([{ type: 'content_block_delta', index: 3, delta: { type: 'text_delta', text: 'a"' } }])
    expect(written('0/thinking')).to.deep.equal([{ type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'a"' } }])
    expect(written('0/input')).to.deep.equal([{ type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: 'a"' } }])
  })

  it('ends texts where their blocks stop, thinking where it is signed, and all with the message', () => {
    expect(messagesStream.ends(stop(2))).to.deep.equal(['2/*'])
    expect(messagesStream.ends(delta({ type: 'signature_delta', signature: 'S' }, 2))).to.deep.equal(['2/thinking'])
    expect(messagesStream.ends(delta({ type: 'text_delta', text: 'a' }))).to.deep.equal([])
    for (const type of ['message_delta', 'message_stop', 'error']) expect(messagesStream.ends(event({ type }))).to.deep.equal(['*'])
  })

  describe('ending', () => {
    const all = events(messageEvents())
    it('is complete with message_stop, or with a stop reason', () => {
      expect(messagesStream.ending(all.slice(-1))).to.equal('complete')
      expect(messagesStream.ending(all.slice(-3, -1))).to.equal('complete')
    })
    it('is cut before that', () => {
      for (let n = 0; n < all.length - 1; n++) expect(messagesStream.ending(all.slice(0, n))).to.equal('cut')
      expect(messagesStream.ending([event({ type: 'message_delta', delta: { stop_reason: null } })])).to.equal('cut')
    })
    it('is failed with an error', () => {
      expect(messagesStream.ending([event({ type: 'error', error: { type: 'api_error', message: 'no' } })])).to.equal('failed')
    })
  })

  it('reads errors, with the status of their type', () => {
    expect(messagesStream.error(event({ type: 'error', error: { type: 'overloaded_error', message: 'busy' } }), 'acme')).to.deep.include({
      status: 529,
      message: 'busy',
      provider: 'acme',
    })
    expect(messagesStream.error(new StreamEvent(Buffer.from('data: {"error":{"message":"no","code":503}}\n\n')), 'acme')).to.deep.include({
      status: 503,
      message: 'no',
    })
    expect(messagesStream.error(delta({ type: 'text_delta', text: 'error' }), 'acme')).to.equal(undefined)
  })

  describe('usage', () => {
    it('is of the first event and the last ones', () => {
      const all = events(messageEvents({ usage: { input_tokens: 10, cache_read_input_tokens: 90, cache_creation_input_tokens: 5, output_tokens: 40 } }))
      expect(messagesStream.countsFromStart).to.equal(true)
      expect(messagesStream.usage([...all.slice(0, 1), ...all.slice(-3)])).to.deep.equal({
        inputTokens: 105,
        outputTokens: 40,
        cachedTokens: 90,
        cacheWriteTokens: 5,
      })
      expect(messagesStream.usage(all.slice(-3))).to.deep.equal({ outputTokens: 40 })
    })
    it('is of the prompt alone until the answer is counted: a message that begins only holds a place for that', () => {
      expect(messagesStream.usage(events(messageEvents()).slice(0, -2))).to.deep.equal({ inputTokens: 14, cachedTokens: 0, cacheWriteTokens: 0 })
    })
    it('is cumulative: later counts replace earlier ones, null keeps them', () => {
      const counted = (usage: object) => event({ type: 'message_delta', delta: {}, usage })
      expect(messagesStream.usage([counted({ input_tokens: 5, output_tokens: 2 }), counted({ input_tokens: null, output_tokens: 7 })])).to.deep.equal({
        inputTokens: 5,
        outputTokens: 7,
      })
      expect(messagesStream.usage([event({ type: 'ping' })])).to.equal(undefined)
    })
    it('has no event of its own', () => expect(messagesStream.usageOnly(Buffer.from(messageEvents().join('')))).to.equal(undefined))
  })

  it('writes the failure of a stream', () => {
    expect(
      dataOf(messagesStream.failure(gatewayError('stream_incomplete', 'upstream stream ended before completion', { provider: 'acme' }), 'req_1')),
    ).to.deep.equal([
      {
        type: 'error',
        error: { type: 'api_error', message: 'upstream stream ended before completion', details: { error_code: 'stream_incomplete' } },
        request_id: 'req_1',
      },
    ])
    expect(dataOf(messagesStream.failure(new GatewayError(null, 'busy', { status: 529, provider: 'acme' }), 'r'))[0]).to.have.nested.property(
      'error.type',
      'overloaded_error',
    )
  })

  describe('cut', () => {
    const refusal = [{ type: 'message_delta', delta: { stop_reason: 'refusal', stop_sequence: null }, usage: { output_tokens: 0 } }, { type: 'message_stop' }]

    it('stops the open block and the message', () => {
      expect(dataOf(messagesStream.cut(delta({ type: 'text_delta', text: 'a' }, 2)))).to.deep.equal([{ type: 'content_block_stop', index: 2 }, ...refusal])
      expect(dataOf(messagesStream.cut(stop(2)))).to.deep.equal([{ type: 'content_block_stop', index: 2 }, ...refusal])
      expect(dataOf(messagesStream.cut(start({ type: 'text', text: 'a' })))).to.deep.equal(refusal)
    })
    it('is a whole message where nothing has left', () => {
      expect(dataOf(messagesStream.cut(undefined)).map(({ type }) => type)).to.deep.equal(['message_start', 'message_delta', 'message_stop'])
      const [first] = dataOf(messagesStream.cut(events(messageEvents())[0])) as unknown as [{ message: { id: string; model: string } }]
      expect(first.message).to.deep.include({ id: 'msg_01', model: 'claude-test' })
    })
    it('knows what has left', () => {
      const format = messagesStream.open?.() ?? messagesStream
      for (const event of events(messageEvents()).slice(0, 4)) format.leave?.(event)
      expect(dataOf(format.cut(event({ type: 'ping' })))).to.deep.equal([{ type: 'content_block_stop', index: 0 }, ...refusal])
    })
  })

  const samples = {
    text: message(),
    thinking: message({
      content: [
        { type: 'thinking', thinking: 'Need the clock.', signature: 'SIG1' },
        { type: 'text', text: 'Well.' },
      ],
    }),
    redacted: message({
      content: [
        { type: 'redacted_thinking', data: 'D' },
        { type: 'text', text: 'Well.' },
      ],
    }),
    tools: message({
      content: [
        { type: 'text', text: 'One moment.' },
        { type: 'tool_use', id: 't1', name: 'tide', input: { port: 'Brest', n: [1, { a: null }] } },
        { type: 'tool_use', id: 't2', name: 'now', input: {} },
      ],
    }),
    cited: message({ content: [{ type: 'text', text: 'So it is.', citations: [{ type: 'char_location', cited_text: 'so' }] }] }),
    server: message({
      content: [
        { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'q' } },
        { type: 'web_search_tool_result', tool_use_id: 's', content: [{ type: 'web_search_result', title: 't' }] },
      ],
    }),
    stopped: { ...message({ stopReason: 'stop_sequence' }), stop_sequence: 'END', container: { id: 'c' } },
    empty: message({ content: [] }),
  }

  describe('assemble and replay', () => {
    for (const [name, sample] of Object.entries(samples))
      it(`give the same message: ${name}`, () => {
        const replayed = messagesStream.replay(JsonDocument.parse(Buffer.from(JSON.stringify(sample))), true)
        dataOf(replayed)
        expect(JSON.parse(messagesStream.assemble(events([replayed])).toString())).to.deep.equal(sample)
      })

    it('assembles what a provider sends', () => {
      const { usage, ...sample } = samples.tools
      expect(JSON.parse(messagesStream.assemble(events(messageEvents({ content: sample.content }))).toString())).to.deep.equal({ ...sample, usage })
    })

    it('keeps long numbers of tool arguments', () => {
      const all = [
        start({ type: 'tool_use', id: 't', name: 'n', input: {} }),
        delta({ type: 'input_json_delta', partial_json: '{"id":1234567890' }),
        delta({ type: 'input_json_delta', partial_json: '1234567890,"__proto__":1}' }),
        stop(),
      ]
      expect(messagesStream.assemble(all).toString()).to.include('"input":{"id":12345678901234567890,"__proto__":1}')
    })

    it('loses nothing of blocks that begin twice, late, or without a type in their data', () => {
      const all = [
        delta({ type: 'text_delta', text: 'early' }),
        start({ type: 'text', text: 'a' }),
        ...events(['event: content_block_delta\ndata: {"index":0,"delta":{"type":"text_delta","text":"b"}}\n\n']),
        start({ type: 'text', text: 'again' }),
      ]
      const { content } = JSON.parse(messagesStream.assemble(all).toString()) as { content: { text: string }[] }
      expect(content.map(({ text }) => text)).to.deep.equal(['early', 'ab', 'again'])
    })

    it('takes no delta for one of another type, whatever its name', () => {
      const { content } = JSON.parse(
        messagesStream.assemble([start({ type: 'text', text: 'a' }), delta({ type: 'constructor', x: 1 }), delta({ type: '__proto__', y: 1 })]).toString(),
      ) as { content: object[] }
      expect(content).to.deep.equal([{ type: 'text', text: 'a', x: 1, y: 1 }])
    })

    it('takes input that was cut short for none', () => {
      expect(
        JSON.parse(
          messagesStream
            .assemble([start({ type: 'tool_use', id: 't', name: 'n', input: {} }), delta({ type: 'input_json_delta', partial_json: '{"a' })])
            .toString(),
        ),
      ).to.have.deep.nested.property('content[0].input', {})
    })

    it('refuses an event that cannot be read', () => {
      expect(() => messagesStream.assemble(events(['data: {"a\n\n']))).to.throw(GatewayError)
    })
  })

  describe('under policy', () => {
    const run = (texts: readonly string[], edit: (text: string) => string | GatewayError, lookbehind = 5) => {
      const running = new StreamRule([{ name: 'test', tap: { lookbehind, text: edit } }], messagesStream, () => 'closed').open({} as Exchange)
      const left: Buffer[] = []
      for (const event of events(texts)) {
        const said = running.event(event)
        if (said instanceof GatewayError) return Buffer.concat([...left, Buffer.from(running.format.cut(event))]).toString()
        left.push(...said)
      }
      return Buffer.concat(left).toString()
    }
    const redact = (text: string) => text.replaceAll('secret', '[x]')
    const assembled = (text: string) => JSON.parse(messagesStream.assemble(events([text])).toString()) as ReturnType<typeof message>

    for (const size of [1, 3, 100])
      it(`redacts texts, thinking and arguments that come in pieces of ${size}`, () => {
        const content = (word: string, signature: string) => [
          { type: 'thinking', thinking: `a ${word} thought`, signature },
          { type: 'thinking', thinking: 'a plain one', signature: 'S2' },
          { type: 'text', text: `a ${word}` },
          { type: 'tool_use', id: 't', name: 'n', input: { word: `the ${word}`, secret: 1 } },
        ]
        const out = run(messageEvents({ content: content('secret', 'S1') }, size), redact)
        expect(assembled(out).content).to.deep.equal(content('[x]', ''))
      })

    it('leaves alone what it does not change', () => {
      const all = messageEvents(samples.thinking)
      expect(assembled(run(all, text => text))).to.deep.include({ content: samples.thinking.content })
      expect(run(all, text => text, 0)).to.equal(all.join(''))
    })

    it('keeps the signature last in its block', () => {
      const types = dataOf(run(messageEvents(samples.thinking), redact)).map(data => (data as { delta?: { type?: string } }).delta?.type ?? data.type)
      expect(types[types.indexOf('signature_delta') + 1]).to.equal('content_block_stop')
      expect(types.filter(type => type === 'thinking_delta').length).to.be.greaterThan(1)
    })

    it('ends a refused stream as a message that was refused', () => {
      const out = dataOf(
        run(messageEvents({ content: [{ type: 'text', text: 'so far so good, and then the secret' }] }), text =>
          text.includes('secret') ? block('no', 'no') : text,
        ),
      )
      expect(out.slice(-3).map(({ type }) => type)).to.deep.equal(['content_block_stop', 'message_delta', 'message_stop'])
      expect(out.at(-2)).to.have.nested.property('delta.stop_reason', 'refusal')
    })
  })
})
