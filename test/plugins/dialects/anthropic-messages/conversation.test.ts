/** The conversation view over Anthropic's messages. */

import { expect } from 'chai'
import type { Conversation } from '../../../../core/document/conversation.ts'
import { replyConversation, requestConversation } from '../../../../plugins/dialects/anthropic-messages/conversation.ts'
import { edited, outline, redact, viewed, type View } from '../../../support/conversations.ts'
import { Random, randomJson } from '../../../core/document/random-json.ts'

const open = (json: string, view: View = requestConversation) => viewed(view, json)
const after = (json: string, edit: (conversation: Conversation) => void, view: View = requestConversation) => edited(view, json, edit)

describe('the conversation of anthropic-messages', () => {
  describe('reads', () => {
    const text = { type: 'text', text: 'a' }
    const cases: [what: string, message: unknown, role: string, parts: unknown[]][] = [
      ['a string', { role: 'user', content: 'hi' }, 'user', [['text', 'hi']]],
      [
        'text blocks',
        { role: 'user', content: [text, { type: 'text', text: 'b' }] },
        'user',
        [
          ['text', 'a'],
          ['text', 'b'],
        ],
      ],
      ['a system message amid the others', { role: 'system', content: 'hi' }, 'system', [['text', 'hi']]],
      ['images', { role: 'user', content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } }] }, 'user', ['image']],
      [
        'documents of data',
        { role: 'user', content: [{ type: 'document', title: 't', context: 'c', source: { type: 'base64', data: 'AA==' } }] },
        'user',
        ['file', ['text', 't'], ['text', 'c']],
      ],
      [
        'documents of text',
        { role: 'user', content: [{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'd' } }] },
        'user',
        [['text', 'd']],
      ],
      [
        'documents of a text as data',
        { role: 'user', content: [{ type: 'document', source: { type: 'base64', media_type: 'text/plain', data: 'aGk=' } }] },
        'user',
        ['file', ['text', 'hi']],
      ],
      ['documents of blocks', { role: 'user', content: [{ type: 'document', source: { type: 'content', content: [text] } }] }, 'user', [['text', 'a']]],
      [
        'search results',
        { role: 'user', content: [{ type: 'search_result', title: 't', source: 'https://x.example', content: [text] }] },
        'user',
        [
          ['text', 't'],
          ['text', 'a'],
        ],
      ],
      [
        'tool results',
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't', content: 'r' },
            { type: 'tool_result', tool_use_id: 'u', content: [text, { type: 'image', source: { type: 'url' } }] },
          ],
        },
        'tool',
        [['tool_result', 'r'], ['tool_result', 'a'], 'image'],
      ],
      [
        'tool results with more to say',
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'r' }, text] },
        'user',
        [
          ['tool_result', 'r'],
          ['text', 'a'],
        ],
      ],
      ['tool results without content', { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't' }] }, 'tool', ['opaque']],
      [
        'thinking, text and tool calls',
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'S' },
            text,
            { type: 'tool_use', id: 't', name: 'n', input: { q: 'x', n: [1, { q: 'y' }] } },
          ],
        },
        'assistant',
        [['reasoning', 'hm'], ['text', 'a'], 'tool_call', ['tool_arguments', 'x'], ['tool_arguments', 'y']],
      ],
      ['redacted thinking', { role: 'assistant', content: [{ type: 'redacted_thinking', data: 'D' }] }, 'assistant', ['opaque']],
      [
        'tools of the server',
        {
          role: 'assistant',
          content: [
            { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'q' } },
            { type: 'web_search_tool_result', tool_use_id: 's', content: [{ type: 'web_search_result', title: 't', encrypted_content: 'E' }] },
          ],
        },
        'assistant',
        ['tool_call', ['tool_arguments', 'q'], ['tool_result', 't']],
      ],
      [
        'what code printed',
        {
          role: 'assistant',
          content: [
            {
              type: 'bash_code_execution_tool_result',
              tool_use_id: 's',
              content: {
                type: 'bash_code_execution_result',
                stdout: 'o',
                stderr: 'e',
                return_code: 0,
                content: [{ type: 'bash_code_execution_output', file_id: 'f' }],
              },
            },
          ],
        },
        'assistant',
        [['tool_result', 'o'], ['tool_result', 'e'], 'opaque'],
      ],
      [
        'what was fetched, and lines of a file',
        {
          role: 'assistant',
          content: [
            {
              type: 'web_fetch_tool_result',
              tool_use_id: 's',
              content: {
                type: 'web_fetch_result',
                url: 'u',
                content: { type: 'document', title: 't', source: { type: 'text', media_type: 'text/plain', data: 'd' } },
              },
            },
            {
              type: 'text_editor_code_execution_tool_result',
              tool_use_id: 'u',
              content: { type: 'text_editor_code_execution_view_result', file_type: 'text', content: 'v' },
            },
            {
              type: 'text_editor_code_execution_tool_result',
              tool_use_id: 'u',
              content: { type: 'text_editor_code_execution_str_replace_result', lines: ['-x', '+y'] },
            },
          ],
        },
        'assistant',
        [
          ['tool_result', 'd'],
          ['tool_result', 't'],
          ['tool_result', 'v'],
          ['tool_result', '-x'],
          ['tool_result', '+y'],
        ],
      ],
      [
        'citations',
        {
          role: 'assistant',
          content: [
            {
              type: 'text',
              text: 'a',
              citations: [
                { type: 'web_search_result_location', cited_text: 'c', title: 't', url: 'u', encrypted_index: 'E' },
                { type: 'char_location', cited_text: 'd', document_title: 'n' },
              ],
            },
          ],
        },
        'assistant',
        [
          ['text', 'a'],
          ['tool_result', 'c'],
          ['tool_result', 't'],
          ['tool_result', 'd'],
          ['tool_result', 'n'],
        ],
      ],
      [
        'texts of unknown types',
        { role: 'user', content: [{ type: 'new', text: 'a' }, 'c'] },
        'user',
        [
          ['text', 'a'],
          ['text', 'c'],
        ],
      ],
      ['an unknown role', { role: 'critic', content: 'hi' }, 'user', [['text', 'hi']]],
      ['no content', { role: 'assistant', content: null }, 'assistant', []],
      ['content that is none', { role: 'user', content: 7 }, 'user', ['opaque']],
      ['blocks that are none', { role: 'user', content: [7, null, [], {}] }, 'user', ['opaque', 'opaque', 'opaque', 'opaque']],
      ['a message that is a string', 'hi', 'user', [['text', 'hi']]],
      ['a message that is a number', 7, 'user', ['opaque']],
    ]
    for (const [what, message, role, parts] of cases)
      it(what, () => {
        const [read] = open(JSON.stringify({ messages: [message] })).conversation.messages
        expect(read?.role).to.equal(role)
        expect(outline(read?.parts ?? [])).to.deep.equal(parts)
      })

    it('a system that is a string, and one of blocks, each a message', () => {
      const seen = (system: unknown) =>
        open(JSON.stringify({ system, messages: [{ role: 'user', content: 'u' }] })).conversation.messages.map(({ role, text }) => [role, text])
      expect(seen('s')).to.deep.equal([
        ['system', 's'],
        ['user', 'u'],
      ])
      expect(
        seen([
          { type: 'text', text: 's' },
          { type: 'text', text: 't', cache_control: { type: 'ephemeral' } },
        ]),
      ).to.deep.equal([
        ['system', 's'],
        ['system', 't'],
        ['user', 'u'],
      ])
      expect(seen(null)).to.deep.equal([['user', 'u']])
    })

    it('tools and parameters', () => {
      const { conversation } = open('{"messages":[],"tools":[{"name":"t"}],"temperature":0.50}')
      expect(conversation.tools).to.deep.equal([{ name: 't' }])
      expect(conversation.parameter('temperature')).to.equal(0.5)
    })

    it('a reply: one message', () => {
      const { conversation } = open(
        '{"type":"message","content":[{"type":"thinking","thinking":"hm","signature":"S"},{"type":"text","text":"a"}]}',
        replyConversation,
      )
      expect(conversation.messages.map(({ role, parts }) => [role, outline(parts)])).to.deep.equal([
        [
          'assistant',
          [
            ['reasoning', 'hm'],
            ['text', 'a'],
          ],
        ],
      ])
      expect(open('{"input_tokens":3}', replyConversation).conversation.messages).to.deep.equal([])
    })

    it('whatever stands where a message is expected, without throwing', () => {
      const random = new Random(7)
      const names = ['role', 'content', 'type', 'text', 'input', 'source', 'thinking', 'system', 'messages', 'tool_use_id', 'title', 'data']
      for (let i = 0; i < 1500; i++) {
        const json = randomJson(random, 6).replace(/"(a|b|model|é|__proto__|)"(?=\s*:)/g, () => `"${random.pick(names)}"`)
        for (const view of [requestConversation, replyConversation]) {
          for (const body of [json, `{"messages":${json}}`, `{"messages":[${json}],"system":${json}}`, `{"content":${json}}`, `{"content":[${json}]}`]) {
            const { conversation } = open(body, view)
            redact(conversation)
            for (const message of conversation.messages) for (const part of message.parts) void (part.type === 'text' || part.value)
          }
        }
      }
    })
  })

  describe('edits', () => {
    it('rewrites texts wherever they stand, and nothing else', () => {
      const body =
        '{"system":"a secret","x":1.0,"messages":[{"role":"user","content":[{"type":"text" , "text":"secret\\u0021","cache_control":{"type":"ephemeral"}},' +
        '{"type":"tool_result","tool_use_id":"t","content":"secret"}]},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"secret","input":{"secret":"secret","n":12345678901234567890}}]}]}'
      expect(after(body, redact)).to.equal(
        body
          .replace('a secret', 'a [x]')
          .replace('secret\\u0021', '[x]\\u0021')
          .replace('"content":"secret"', '"content":"[x]"')
          .replace('"secret":"secret"', '"secret":"[x]"'),
      )
    })

    it('takes the signature from thinking that it changes', () => {
      const body = (first: string, signature: string) =>
        `{"content":[{"type":"thinking","thinking":"${first}","signature":"${signature}"},{"type":"thinking","thinking":"fine","signature":"T"}]}`
      expect(after(body('a secret', 'S'), redact, replyConversation)).to.equal(body('a [x]', ''))
    })

    const user = '{"role":"user","content":"u"}'
    const cases: [what: string, body: string, index: number, role: 'system' | 'user' | 'assistant', expected: string][] = [
      ['a system text where there is none', `{"messages":[${user}]}`, 0, 'system', `{"messages":[${user}],"system":"n"}`],
      [
        'a system text before a string',
        `{"system":"s","messages":[${user}]}`,
        0,
        'system',
        `{"system":[{"type":"text","text":"n"},{"type":"text","text":"s"}],"messages":[${user}]}`,
      ],
      [
        'a system text behind a string',
        `{"system":"s","messages":[${user}]}`,
        1,
        'system',
        `{"system":[{"type":"text","text":"s"},{"type":"text","text":"n"}],"messages":[${user}]}`,
      ],
      [
        'a system text among blocks',
        `{"system":[{"type":"text","text":"s"}],"messages":[${user}]}`,
        0,
        'system',
        `{"system":[{"type":"text","text":"n"},{"type":"text","text":"s"}],"messages":[${user}]}`,
      ],
      [
        'a system text at the end, among the instructions',
        `{"system":[{"type":"text","text":"s"}],"messages":[${user}]}`,
        2,
        'system',
        `{"system":[{"type":"text","text":"s"},{"type":"text","text":"n"}],"messages":[${user}]}`,
      ],
      ['a message behind the system', `{"system":"s","messages":[${user}]}`, 1, 'user', `{"system":"s","messages":[{"role":"user","content":"n"},${user}]}`],
      ['a message at the end', `{"system":"s","messages":[${user}]}`, 2, 'assistant', `{"system":"s","messages":[${user},{"role":"assistant","content":"n"}]}`],
      ['a message where there is none', '{}', 0, 'user', '{"messages":[{"role":"user","content":"n"}]}'],
    ]
    for (const [what, body, index, role, expected] of cases)
      it(`inserts ${what}`, () => {
        const { document, conversation } = open(body)
        const inserted = conversation.insert(index, { role, text: 'n' })
        expect(document.render().toString()).to.equal(expected)
        expect([inserted.role, inserted.text]).to.deep.equal([role, 'n'])
      })

    it('inserts no tool result', () => {
      expect(() => open('{"messages":[]}').conversation.insert(0, { role: 'tool', text: 'n' })).to.throw(/belongs to a call/)
    })

    it('removes messages, and the system when nothing of it is left', () => {
      const body = `{"system":[{"type":"text","text":"s"},{"type":"text","text":"t"}],"messages":[${user},{"role":"assistant","content":"a"}]}`
      const without = (...places: number[]) => after(body, conversation => conversation.remove(...conversation.messages.filter((_, at) => places.includes(at))))
      expect(without(1, 2)).to.equal('{"system":[{"type":"text","text":"s"}],"messages":[{"role":"assistant","content":"a"}]}')
      expect(without(0, 1)).to.equal(`{"messages":[${user},{"role":"assistant","content":"a"}]}`)
      expect(after(`{"system":"s","messages":[${user}]}`, conversation => conversation.remove(...conversation.messages.slice(0, 1)))).to.equal(
        `{"messages":[${user}]}`,
      )
    })

    it('removes a call only with its result', () => {
      const body =
        '{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"n","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"r"}]}]}'
      expect(() => after(body, conversation => conversation.remove(...conversation.messages.slice(0, 1)))).to.throw(/without its call/)
      expect(after(body, conversation => conversation.remove(...conversation.messages))).to.equal('{"messages":[]}')
    })
  })
})
