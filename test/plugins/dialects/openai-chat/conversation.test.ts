/** The conversation view over chat completions. */

import { expect } from 'chai'
import type { Conversation } from '../../../../core/document/conversation.ts'
import { JsonDocument } from '../../../../core/document/document.ts'
import { embeddingsConversation, replyConversation, requestConversation } from '../../../../plugins/dialects/openai-chat/conversation.ts'
import { edited, outline, redact, viewed, type View } from '../../../support/conversations.ts'
import { Random, randomJson } from '../../../core/document/random-json.ts'

const open = (json: string, view: View = requestConversation) => viewed(view, json)
const after = (json: string, edit: (conversation: Conversation) => void, view: View = requestConversation) => edited(view, json, edit)

function request(...messages: unknown[]) {
  return open(JSON.stringify({ model: 'gpt-5', messages }))
}

const call = (id: string, args: unknown = '{}') => ({ id, type: 'function', function: { name: 'f', arguments: args } })

describe('requestConversation', () => {
  describe('reads', () => {
    const cases: [what: string, message: unknown, role: string, parts: unknown[]][] = [
      ['a string', { role: 'user', content: 'hi' }, 'user', [['text', 'hi']]],
      ['a developer message', { role: 'developer', content: 'hi' }, 'developer', [['text', 'hi']]],
      [
        'text parts',
        {
          role: 'system',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
        'system',
        [
          ['text', 'a'],
          ['text', 'b'],
        ],
      ],
      [
        'other parts',
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }, { type: 'input_audio' }, { type: 'file' }, { type: 'video_url' }] },
        'user',
        ['image', 'audio', 'file', 'opaque'],
      ],
      [
        'texts of unknown types',
        { role: 'user', content: [{ type: 'new', text: 'a' }, { type: 'file', text: 'b' }, 'c'] },
        'user',
        [['text', 'a'], 'file', ['text', 'b'], ['text', 'c']],
      ],
      [
        'files, by their names, and those that are texts',
        {
          role: 'user',
          content: [
            { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
            { type: 'file', file: { filename: 'a.txt', file_data: 'data:text/plain;base64,aGk=' } },
            { type: 'file', file: { file_url: 'data:Text/CSV,a%2Cb' } },
          ],
        },
        'user',
        ['file', ['text', 'a.pdf'], 'file', ['text', 'a.txt'], ['text', 'hi'], 'file', ['text', 'a,b']],
      ],
      [
        'reasoning, content and refusal',
        { role: 'assistant', refusal: 'no', content: 'so', reasoning_content: 'hm', reasoning: 'mm' },
        'assistant',
        [
          ['reasoning', 'hm'],
          ['reasoning', 'mm'],
          ['text', 'so'],
          ['refusal', 'no'],
        ],
      ],
      ['refusal parts', { role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] }, 'assistant', [['refusal', 'no']]],
      [
        'thinking among the content',
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
            { type: 'thinking', thinking: 'mm' },
          ],
        },
        'assistant',
        [
          ['reasoning', 'hm'],
          ['reasoning', 'mm'],
        ],
      ],
      ['a tool result', { role: 'tool', tool_call_id: 'c', content: 'r' }, 'tool', [['tool_result', 'r']]],
      ['a tool result in parts', { role: 'tool', content: [{ type: 'text', text: 'r' }] }, 'tool', [['tool_result', 'r']]],
      ['a function result', { role: 'function', name: 'f', content: 'r' }, 'tool', [['tool_result', 'r']]],
      [
        'tool calls',
        { role: 'assistant', content: null, tool_calls: [call('c', '{"a":"x","b":[1,{"a":"y"}]}'), call('d')] },
        'assistant',
        ['tool_call', ['tool_arguments', 'x'], ['tool_arguments', 'y'], 'tool_call'],
      ],
      [
        'calls of custom tools',
        {
          role: 'assistant',
          tool_calls: [
            { id: 'c', type: 'custom', custom: { name: 'f', input: '{"a":"x"}' } },
            { id: 'd', type: 'custom', custom: { name: 'f', input: ['y'] } },
          ],
        },
        'assistant',
        ['tool_call', ['tool_arguments', '{"a":"x"}'], 'tool_call', ['tool_arguments', 'y']],
      ],
      ['a part in the place of the list', { role: 'user', content: { type: 'text', text: 'hi' } }, 'user', [['text', 'hi']]],
      [
        'what was spoken, and what is quoted',
        {
          role: 'assistant',
          content: 'a',
          audio: { id: 'x', transcript: 's' },
          annotations: [{ type: 'url_citation', url_citation: { title: 't', url: 'u', start_index: 0 } }],
        },
        'assistant',
        [
          ['text', 'a'],
          ['text', 's'],
          ['tool_result', 't'],
          ['tool_result', 'u'],
        ],
      ],
      ['a legacy call', { role: 'assistant', function_call: { name: 'f', arguments: '{"a":"x"}' } }, 'assistant', ['tool_call', ['tool_arguments', 'x']]],
      ['broken arguments', { role: 'assistant', tool_calls: [call('c', '{"a":')] }, 'assistant', ['tool_call', ['tool_arguments', '{"a":']]],
      [
        'arguments with a wrong escape',
        { role: 'assistant', tool_calls: [call('c', `{"a":"${'x'.repeat(40)}\\d"}`)] },
        'assistant',
        ['tool_call', ['tool_arguments', `{"a":"${'x'.repeat(40)}\\d"}`]],
      ],
      ['no arguments', { role: 'assistant', tool_calls: [call('c', '')] }, 'assistant', ['tool_call', ['tool_arguments', '']]],
      ['arguments that are not encoded', { role: 'assistant', tool_calls: [call('c', { a: ['x'] })] }, 'assistant', ['tool_call', ['tool_arguments', 'x']]],
      ['an unknown role', { role: 'critic', content: 'hi' }, 'user', [['text', 'hi']]],
      ['a missing role', { content: 'hi' }, 'user', [['text', 'hi']]],
      ['a role that is none', { role: 7, content: 'hi' }, 'user', [['text', 'hi']]],
      ['no content', { role: 'assistant', content: null }, 'assistant', []],
      ['content that is none', { role: 'user', content: 7 }, 'user', ['opaque']],
      ['parts that are none', { role: 'user', content: [7, null, [], {}] }, 'user', ['opaque', 'opaque', 'opaque', 'opaque']],
      [
        'calls that are none',
        { role: 'assistant', tool_calls: [7, {}, { function: 7 }], function_call: 'auto' },
        'assistant',
        ['tool_call', 'tool_call', 'tool_call'],
      ],
      ['a message that is a string', 'hi', 'user', [['text', 'hi']]],
      ['a message that is a number', 7, 'user', ['opaque']],
    ]
    for (const [what, message, role, parts] of cases)
      it(what, () => {
        const [read] = request(message).conversation.messages
        expect(read?.role).to.equal(role)
        expect(outline(read?.parts ?? [])).to.deep.equal(parts)
      })

    it('joins the texts of a message by newlines', () => {
      const [message] = request({
        role: 'assistant',
        reasoning: 'hm',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      }).conversation.messages
      expect(message?.text).to.equal('a\nb')
    })

    it('gives opaque parts as JSON', () => {
      const part = { type: 'image_url', image_url: { url: 'x' } }
      expect(request({ role: 'user', content: [part] }).conversation.messages[0]?.parts[0]).to.deep.include({ type: 'image', value: part })
    })

    it('reads a prediction as a message of the assistant behind the others, which can be removed', () => {
      const json = '{"messages":[{"role":"user","content":"a"}],"prediction":{"type":"content","content":[{"type":"text","text":"b"}]}}'
      const { conversation } = open(json)
      expect(conversation.messages.map(({ role, text }) => [role, text])).to.deep.equal([
        ['user', 'a'],
        ['assistant', 'b'],
      ])
      expect(after(json, view => view.remove(...view.messages.slice(1)))).to.equal('{"messages":[{"role":"user","content":"a"}]}')
      expect(after(json, view => view.insert(2, { role: 'user', text: 'c' }))).to.equal(json.replace('}],"pre', '},{"role":"user","content":"c"}],"pre'))
    })

    it('gives tools and parameters', () => {
      const { conversation } = open('{"messages":[],"tools":[{"type":"function"}],"temperature":0.50,"temperature":1.0}')
      expect(conversation.tools).to.deep.equal([{ type: 'function' }])
      expect(conversation.parameter('temperature')).to.equal(1)
      expect(conversation.parameter('top_p')).to.equal(undefined)
    })

    for (const body of ['{}', '[]', '7', '{"messages":"hi"}', '{"messages":{"a":1}}', '{"messages":null,"tools":7}']) {
      it(`takes ${body} for an empty conversation`, () => {
        const { conversation } = open(body)
        expect([conversation.messages, conversation.tools, [...conversation.texts()]]).to.deep.equal([[], [], []])
      })
    }

    it('never throws, whatever stands where a message is expected', () => {
      const random = new Random(6)
      const names = [
        'role',
        'content',
        'type',
        'text',
        'tool_calls',
        'function',
        'arguments',
        'function_call',
        'reasoning',
        'refusal',
        'thinking',
        'messages',
        'choices',
        'message',
        'input',
      ]
      for (let i = 0; i < 2000; i++) {
        const json = randomJson(random, 6).replace(/"(a|b|model|é|__proto__|)"(?=\s*:)/g, () => `"${random.pick(names)}"`)
        for (const view of [requestConversation, replyConversation, embeddingsConversation]) {
          for (const body of [json, `{"messages":${json}}`, `{"messages":[${json}]}`, `{"choices":[{"message":${json}}]}`, `{"input":${json}}`]) {
            const { conversation } = open(body, view)
            redact(conversation)
            for (const message of conversation.messages) for (const part of message.parts) void (part.type === 'text' || part.value)
          }
        }
      }
    })
  })

  describe('finds', () => {
    const { conversation } = request({ role: 'system', content: 'a1' }, { role: 'assistant', reasoning: 'b1', tool_calls: [call('c', '{"a":"c\\u0031"}')] })

    for (const word of ['a1', 'b1', 'c1']) it(`some text: ${word}`, () => expect(conversation.some(text => text === word)).to.equal(true))
    it('no text', () => expect(conversation.some(/d1/)).to.equal(false))
    it('with a global expression, each time', () => {
      const test = /1/g
      expect([conversation.some(test), conversation.some(test), conversation.some(test)]).to.deep.equal([true, true, true])
    })
    it('texts by role', () => {
      expect([...conversation.texts(['assistant'])].map(part => part.text)).to.deep.equal(['b1', 'c1'])
      expect([...conversation.texts()].map(part => part.channel)).to.deep.equal(['text', 'reasoning', 'tool_arguments'])
    })
  })

  describe('rewrites, and only that', () => {
    const cases: [what: string, before: string, after: string][] = [
      [
        'in a string',
        '{ "messages": [ {"content" : "a secret", "n":1.0} ], "seed":12345678901234567890 }',
        '{ "messages": [ {"content" : "a [x]", "n":1.0} ], "seed":12345678901234567890 }',
      ],
      ['between escapes', '{"messages":[{"content":"\\u00e9 secret \\/ \\ud83d\\ude00"}]}', '{"messages":[{"content":"\\u00e9 [x] \\/ \\ud83d\\ude00"}]}'],
      ['in an earlier message', '{"messages":[{"content":"secret"},{"content":"b"}]}', '{"messages":[{"content":"[x]"},{"content":"b"}]}'],
      [
        'in a part',
        '{"messages":[{"content":[{"text":"secret","type":"text","cache_control":{} },{"type":"image_url"}]}]}',
        '{"messages":[{"content":[{"text":"[x]","type":"text","cache_control":{} },{"type":"image_url"}]}]}',
      ],
      [
        'in reasoning',
        '{"messages":[{"role":"assistant","reasoning_content":"secret","content":"b"}]}',
        '{"messages":[{"role":"assistant","reasoning_content":"[x]","content":"b"}]}',
      ],
      [
        'in tool arguments',
        String.raw`{"messages":[{"tool_calls":[{"function":{"arguments":"{ \"q\\u0022\" : \"\u0061 \\\"secret\\\" \\u00e9\", \"n\":1.0, \"m\":\"\u00e9\"}"}}]}]}`,
        String.raw`{"messages":[{"tool_calls":[{"function":{"arguments":"{ \"q\\u0022\" : \"\u0061 \\\"[x]\\\" \\u00e9\", \"n\":1.0, \"m\":\"\u00e9\"}"}}]}]}`,
      ],
      [
        'in two tool arguments',
        String.raw`{"messages":[{"tool_calls":[{"function":{"arguments":"[\"secret\",\"b\",\"secret\"]"}}]}]}`,
        String.raw`{"messages":[{"tool_calls":[{"function":{"arguments":"[\"[x]\",\"b\",\"[x]\"]"}}]}]}`,
      ],
      [
        'in broken arguments',
        String.raw`{"messages":[{"tool_calls":[{"function":{"arguments":"{\"a\":\"secret"}}]}]}`,
        String.raw`{"messages":[{"tool_calls":[{"function":{"arguments":"{\"a\":\"[x]"}}]}]}`,
      ],
      [
        'in arguments that are not encoded',
        '{"messages":[{"tool_calls":[{"function":{"arguments":{"secret": "secret"}}}]}]}',
        '{"messages":[{"tool_calls":[{"function":{"arguments":{"secret": "[x]"}}}]}]}',
      ],
      [
        'in a legacy call',
        String.raw`{"messages":[{"function_call":{"arguments":"\"secret\""}}]}`,
        String.raw`{"messages":[{"function_call":{"arguments":"\"[x]\""}}]}`,
      ],
    ]
    for (const [what, before, expected] of cases) it(what, () => expect(after(before, redact)).to.equal(expected))

    it('nothing, when nothing changes', () => {
      const { document, conversation } = request({ role: 'user', content: 'a' })
      expect(conversation.rewrite(text => text)).to.equal(0)
      conversation.messages[0]?.parts.forEach(part => part.type === 'text' && part.rewrite('a'))
      expect(document.render()).to.equal(document.bytes)
    })

    it('quotes and line ends in tool arguments, escaped twice', () => {
      const body = JSON.stringify({ messages: [{ tool_calls: [call('c', '{"a":"x"}')] }] })
      const { messages } = JSON.parse(after(body, c => void c.rewrite(() => '"\n\\')))
      expect(JSON.parse(messages[0].tool_calls[0].function.arguments)).to.deep.equal({ a: '"\n\\' })
    })

    it('texts of the roles asked for, and counts', () => {
      const { document, conversation } = request({ role: 'user', content: 'secret' }, { role: 'assistant', content: 'secret' })
      expect(conversation.rewrite(() => 'x', ['assistant'])).to.equal(1)
      expect(document.root.value()).to.have.deep.property('messages', [
        { role: 'user', content: 'secret' },
        { role: 'assistant', content: 'x' },
      ])
    })

    it('what was rewritten before', () => {
      const { conversation } = request({ role: 'assistant', content: 'a', tool_calls: [call('c', '{"a":"b"}')] })
      conversation.rewrite(text => text + '1')
      conversation.rewrite(text => text + '2')
      expect([...conversation.texts()].map(part => part.text)).to.deep.equal(['a12', 'b12'])
    })

    it('tool arguments before and after a fork, each for itself', () => {
      const { document, conversation } = request({ role: 'assistant', tool_calls: [call('c', '["a"]')] })
      conversation.rewrite(() => 'b')
      const fork = document.fork()
      requestConversation(fork).rewrite(() => 'c')
      conversation.rewrite(() => 'd')
      const read = (each: JsonDocument) => [...requestConversation(JsonDocument.parse(each.render())).texts()].map(part => part.text)
      expect([read(document), read(fork)]).to.deep.equal([['d'], ['c']])
    })

    it('no arguments that another view rewrote meanwhile', () => {
      const { document, conversation } = request({ role: 'assistant', tool_calls: [call('c', '["secret","secret"]')] })
      const [first] = conversation.texts()
      redact(requestConversation(document))
      expect(() => first?.rewrite('b')).to.throw('changed by another view')
    })
  })

  describe('inserts', () => {
    const body = '{"messages":[ {"role":"user","content":"a"} ],"n":1.0}'

    for (const [index, expected] of [
      [0, '{"messages":[{"role":"system","content":"s\\n"}, {"role":"user","content":"a"} ],"n":1.0}'],
      [1, '{"messages":[ {"role":"user","content":"a"},{"role":"system","content":"s\\n"} ],"n":1.0}'],
    ] as const)
      it(`before message ${index}`, () => expect(after(body, c => void c.insert(index, { role: 'system', text: 's\n' }))).to.equal(expected))

    it('a message that can be read, rewritten and removed', () => {
      const { document, conversation } = open(body)
      const [known] = conversation.messages
      const inserted = conversation.insert(0, { role: 'system', text: 'secret' })
      expect(conversation.messages).to.deep.equal([inserted, known])
      expect(new Set(conversation.messages.map(message => message.id)).size).to.equal(2)
      redact(conversation)
      expect(inserted.text).to.equal('[x]')
      conversation.remove(inserted)
      expect(document.root.value()).to.deep.equal(JSON.parse(body))
    })
    it('into a body without messages', () => {
      expect(after('{"model":"x"}', c => void c.insert(0, { role: 'user', text: 'a' }))).to.equal('{"model":"x","messages":[{"role":"user","content":"a"}]}')
    })
    it('nothing where messages are something else', () =>
      expect(() => open('{"messages":"a"}').conversation.insert(0, { role: 'user', text: 'a' })).to.throw('no array'))
    it('no tool message', () => expect(() => open(body).conversation.insert(0, { role: 'tool', text: 'a' })).to.throw('cannot be inserted'))
    it('nothing out of range', () => expect(() => open(body).conversation.insert(2, { role: 'user', text: 'a' })).to.throw(RangeError))
  })

  describe('removes', () => {
    const turn = [
      { role: 'user', content: 'q' },
      { role: 'assistant', tool_calls: [call('c1'), call('c2')] },
      { role: 'tool', tool_call_id: 'c1', content: 'r1' },
      { role: 'tool', tool_call_id: 'c2', content: 'r2' },
    ]

    function remove(messages: readonly unknown[], ...indexes: number[]): unknown {
      const { document, conversation } = request(...messages)
      conversation.remove(...indexes.map(index => conversation.messages[index]!))
      expect(conversation.messages).to.have.length(messages.length - indexes.length)
      return (document.root.value() as { messages: unknown[] }).messages
    }

    it('a message', () => expect(remove(turn, 0)).to.deep.equal(turn.slice(1)))
    it('a call with its results', () => expect(remove(turn, 3, 1, 2)).to.deep.equal([turn[0]]))
    it('all', () => expect(remove(turn, 0, 1, 2, 3)).to.deep.equal([]))
    it('a call that has no result', () => expect(remove(turn.slice(0, 2), 1)).to.deep.equal([turn[0]]))
    it('a result that has no call', () => expect(remove(turn.slice(2), 0)).to.deep.equal([turn[3]]))
    it('a turn whose ids are used again', () => expect(remove([...turn, ...turn], 1, 2, 3)).to.deep.equal([turn[0], ...turn]))

    it('no call without its results', () => expect(() => remove(turn, 1)).to.throw('tool result c1 without its call: remove message m2 too'))
    it('no call without all its results', () => expect(() => remove(turn, 1, 2)).to.throw('tool result c2 without its call: remove message m3 too'))
    it('no result without its call', () => expect(() => remove(turn, 2)).to.throw('tool call c1 without its result: remove message m1 too'))
    it('no result without its call, of ids used again', () => expect(() => remove([...turn, ...turn], 6)).to.throw('tool call c1 without its result'))
    it('no legacy call without its result', () => {
      expect(() =>
        remove(
          [
            { role: 'assistant', function_call: { name: 'f' } },
            { role: 'function', name: 'f' },
          ],
          0,
        ),
      ).to.throw('tool result f without its call: remove message m1')
    })
    it('nothing, if it would break a pair', () => {
      const { document, conversation } = request(...turn)
      expect(() => conversation.remove(conversation.messages[0]!, conversation.messages[1]!)).to.throw()
      expect(document.edited).to.equal(false)
    })
    it('no message twice', () => {
      const { conversation } = request(...turn)
      const [first] = conversation.messages
      conversation.remove(first!)
      expect(() => conversation.remove(first!)).to.throw('message m0 is not, or no longer, in this conversation')
    })
    it('a message for good: its parts can no longer be rewritten', () => {
      const { conversation } = request(...turn)
      const [text] = conversation.texts()
      conversation.remove(conversation.messages[0]!)
      expect(() => text?.rewrite('x')).to.throw('no longer')
    })
  })
})

describe('replyConversation', () => {
  const body =
    '{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"a secret"}},{"message":{"content":null,"reasoning":"secret"}},{"index":2}],"usage":{"total_tokens":1.0}}'

  it('reads the message of each choice', () => {
    const { conversation } = open(body, replyConversation)
    expect(conversation.messages.map(message => [message.role, ...outline(message.parts)])).to.deep.equal([
      ['assistant', ['text', 'a secret']],
      ['assistant', ['reasoning', 'secret']],
    ])
    expect(conversation.parameter('id')).to.equal('x')
    expect(conversation.tools).to.deep.equal([])
  })
  it('rewrites them', () => expect(after(body, redact, replyConversation)).to.equal(body.replaceAll('secret', '[x]')))
  it('takes and gives no messages', () => {
    const { conversation } = open(body, replyConversation)
    expect(() => conversation.insert(0, { role: 'assistant', text: 'a' })).to.throw('takes no further messages')
    expect(() => conversation.remove(conversation.messages[0]!)).to.throw('cannot be removed')
  })
  for (const broken of ['{}', '{"choices":null}', '{"choices":[null,7,{"message":null},{"message":"x"}]}', '{"error":{}}']) {
    it(`takes ${broken}`, () => expect(() => redact(open(broken, replyConversation).conversation)).not.to.throw())
  }
})

describe('embeddingsConversation', () => {
  for (const [input, parts] of [
    ['"a"', [[['text', 'a']]]],
    ['["a","b"]', [[['text', 'a']], [['text', 'b']]]],
    ['[1,2]', [['opaque']]],
    ['[[1],[2]]', [['opaque'], ['opaque']]],
    ['[1,"a"]', [['opaque'], [['text', 'a']]]],
  ] as const)
    it(`reads ${input}`, () => {
      const { conversation } = open(`{"input":${input}}`, embeddingsConversation)
      expect(conversation.messages.map(message => outline(message.parts))).to.deep.equal(parts)
      expect(conversation.messages.every(message => message.role === 'user')).to.equal(true)
    })

  it('rewrites', () => expect(after('{"input":[ "secret","b"] }', redact, embeddingsConversation)).to.equal('{"input":[ "[x]","b"] }'))
  it('takes no messages', () => expect(() => open('{"input":"a"}', embeddingsConversation).conversation.insert(0, { role: 'user', text: 'a' })).to.throw())
})
