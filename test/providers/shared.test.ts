import { expect } from 'chai'
import { defineProvider } from '../../core/index.ts'
import { seededRandom } from '../../core/testing/seeded-random.ts'
import { jsonSchema, sayJson } from '../../providers/shared/answer-format.ts'
import { flatEffort } from '../../providers/shared/effort.ts'
import { tokensField } from '../../providers/shared/fields.ts'
import { developerAsSystem, nineCharacterIds, replayThoughts, thoughtsAsParts, wrapThoughts } from '../../providers/shared/messages.ts'
import { forChat, type Rule } from '../../providers/shared/rule.ts'
import { thinkTagReader } from '../../providers/shared/think-tags.ts'
import { respelled, type CallOverrides } from '../support/provider.ts'

const by = (rule: Rule) => defineProvider({ name: 'acme', dialects: ['openai-chat'], operations: { chat: 'POST /chat/completions' }, respell: forChat(rule) })
const after = (rule: Rule, body: object | string, call?: CallOverrides) => respelled(by(rule), body, call)

describe('rules that providers share', () => {
  it('leave bodies of other operations and dialects alone', () => {
    const body = { messages: [{ role: 'developer', content: 'x' }] }
    expect(after(developerAsSystem, body, { dialect: 'openai-responses', operation: 'responses' }).body).to.deep.equal(body)
    expect(after(developerAsSystem, body, { operation: 'embeddings' }).body).to.deep.equal(body)
  })

  it('leave bytes that need no edit as they came', () => {
    const body = '{ "max_tokens" : 1.0e2, "messages":[ {"role":"system","content":"a\\u0062"} ], "big": 12345678901234567890 }'
    for (const rule of [
      developerAsSystem,
      replayThoughts,
      wrapThoughts,
      thoughtsAsParts,
      nineCharacterIds,
      flatEffort,
      tokensField('max_tokens'),
      jsonSchema('json_object', 'Acme'),
      sayJson,
    ])
      expect(after(rule, body).text).to.equal(body)
  })

  describe('the limit of an answer', () => {
    const cases: readonly [string, Parameters<typeof tokensField>[0], object, object][] = [
      ['is renamed to max_tokens', 'max_tokens', { max_completion_tokens: 5 }, { max_tokens: 5 }],
      ['is renamed to max_completion_tokens', 'max_completion_tokens', { max_tokens: 5 }, { max_completion_tokens: 5 }],
      ['is said twice', 'both', { max_tokens: 5 }, { max_tokens: 5, max_completion_tokens: 5 }],
      ['of two is max_completion_tokens', 'max_tokens', { max_tokens: 5, max_completion_tokens: 6 }, { max_tokens: 6 }],
      ['that is null is nothing', 'max_tokens', { max_completion_tokens: null, max_tokens: 3 }, { max_tokens: 3 }],
    ]
    for (const [name, field, before, expected] of cases) it(name, () => expect(after(tokensField(field), before).body).to.deep.equal(expected))
  })

  describe('reasoning', () => {
    const cases: readonly [string, object, object, string[]][] = [
      ['an object becomes one word', { reasoning: { effort: 'high' } }, { reasoning_effort: 'high' }, []],
      ['its summary is dropped', { reasoning: { effort: 'low', summary: 'auto' } }, { reasoning_effort: 'low' }, ['reasoning.summary']],
      ['a budget becomes a word', { reasoning: { max_tokens: 12000 } }, { reasoning_effort: 'medium' }, []],
      ['switched off is none', { reasoning: { enabled: false } }, { reasoning_effort: 'none' }, []],
      ['a word of its own counts', { reasoning: { effort: 'high' }, reasoning_effort: 'low' }, { reasoning_effort: 'low' }, []],
    ]
    for (const [name, before, expected, dropped] of cases) {
      it(name, () => {
        const { body, dropped: names } = after(flatEffort, before)
        expect([body, names]).to.deep.equal([expected, dropped])
      })
    }
  })

  describe('thoughts', () => {
    const turn = (fields: object, hasCall = true) => ({
      messages: [{ role: 'assistant', content: 'x', ...fields, ...(hasCall ? { tool_calls: [{ id: 'a' }] } : {}) }],
    })

    it('that were lost are an empty text on turns with tool calls', () =>
      expect(after(replayThoughts, turn({})).body).to.deep.equal(turn({ reasoning_content: '' })))
    it('are taken from the name of others', () =>
      expect(after(replayThoughts, turn({ reasoning: 'hm' })).body).to.deep.equal(turn({ reasoning_content: 'hm' })))
    it('that are said twice are said once', () =>
      expect(after(replayThoughts, turn({ reasoning: 'no', reasoning_content: 'yes' })).body).to.deep.equal(turn({ reasoning_content: 'yes' })))
    it('are not made up for turns without tool calls', () => expect(after(replayThoughts, turn({}, false)).body).to.deep.equal(turn({}, false)))
    it('go between tags on turns with tool calls', () =>
      expect(after(wrapThoughts, turn({ reasoning_content: 'hm' })).body).to.deep.equal(turn({ content: '<think>hm</think>x' })))
    it('stay as details where they were received so', () =>
      expect(after(wrapThoughts, turn({ reasoning_content: 'hm', reasoning_details: [{ text: 'hm' }] })).body).to.deep.equal(
        turn({ reasoning_content: 'hm', reasoning_details: [{ text: 'hm' }] }),
      ))
    it('become parts', () =>
      expect(after(thoughtsAsParts, turn({ reasoning_content: 'hm' }, false)).body).to.deep.equal({
        messages: [
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
              { type: 'text', text: 'x' },
            ],
          },
        ],
      }))
  })

  describe('a JSON Schema', () => {
    const format = { response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object', big: 12345678901 } } } }
    const messages = [
      { role: 'system', content: 's' },
      { role: 'user', content: 'u' },
    ]
    const told = 'Answer with one json object and nothing else. It must be valid against this JSON Schema: {"type":"object","big":12345678901}'

    it('is told in words behind the leading instructions', () => {
      const { body, dropped } = after(jsonSchema('json_object', 'Acme'), { messages, ...format })
      expect(body).to.deep.equal({ messages: [messages[0], { role: 'system', content: told }, messages[1]], response_format: { type: 'json_object' } })
      expect(dropped).to.deep.equal(['response_format'])
    })
    it('is told in words only', () => expect(after(jsonSchema('prompt', 'Acme'), { messages, ...format }).body).not.to.have.property('response_format'))
    it('is refused', () =>
      expect(() => after(jsonSchema('error', 'Acme'), { messages, ...format }))
        .to.throw('takes no JSON Schema')
        .with.property('status', 400))
    it('is refused under strict translation where it would be told', () =>
      expect(() => after(jsonSchema('json_object', 'Acme'), { messages, ...format }, { strict: true }))
        .to.throw()
        .with.property('param', 'response_format'))
  })

  describe('JSON', () => {
    const format = { response_format: { type: 'json_object' } }
    it('is spoken of where nobody did', () =>
      expect(after(sayJson, { messages: [{ role: 'user', content: 'u' }], ...format }).body['messages']).to.have.length(2))
    it('is not spoken of twice', () =>
      expect(after(sayJson, { messages: [{ role: 'user', content: [{ type: 'text', text: 'as JSON' }] }], ...format }).body['messages']).to.have.length(1))
  })

  describe('ids of nine characters', () => {
    const history = (id: string) => ({
      messages: [
        { role: 'assistant', tool_calls: [{ id }] },
        { role: 'tool', tool_call_id: id, content: 'r' },
      ],
    })
    it('are made, the same for call and result', () => {
      const { body } = after(nineCharacterIds, history('call_0123456789'))
      const [call, result] = body['messages'] as [{ tool_calls: [{ id: string }] }, { tool_call_id: string }]
      expect(call.tool_calls[0].id)
        .to.match(/^[A-Za-z0-9]{9}$/)
        .and.to.equal(result.tool_call_id)
    })
    it('are the same each time, and others for others', () => {
      const texts = ['call_1', 'call_1', 'call_2'].map(id => after(nineCharacterIds, history(id)).text)
      expect(texts[0]).to.equal(texts[1]).and.not.to.equal(texts[2])
    })
    it('stay where they are', () => expect(after(nineCharacterIds, history('abcDEF123')).body).to.deep.equal(history('abcDEF123')))
  })

  describe('thoughts between tags', () => {
    const cases: readonly [string, string, string, string][] = [
      ['are taken out', '<think>why</think>so', 'why', 'so'],
      ['are taken out with the newer closing form', '<think>why</mm:think>\n\nso', 'why', 'so'],
      ['are taken out behind blank lines', '\n<think>\nwhy</think>\n so', '\nwhy', ' so'],
      ['are none where the text begins otherwise', 'so <think>why</think>', '', 'so <think>why</think>'],
      ['are none in a text that begins like a tag', '<thin', '', '<thin'],
      ['may not end', '<think>why</thi', 'why</thi', ''],
      ['may hold other tags', '<think>a</b></think>c', 'a</b>', 'c'],
    ]
    const plain = (content: string) =>
      thinkTagReader()({ choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }] }) as {
        choices: [{ message: Record<string, string> }]
      }
    for (const [name, content, reasoning, text] of cases) {
      it(name, () => {
        const { message } = plain(content).choices[0]
        expect([message['reasoning_content'] ?? '', message['content']]).to.deep.equal([reasoning, text])
      })

      it(`${name}, wherever a stream cuts them`, () => {
        const next = seededRandom(name.length)
        for (let round = 0; round < 50; round++) {
          const read = thinkTagReader()
          const heard = { reasoning: '', text: '' }
          const listen = (choice: object) => {
            const { delta } = (read({ choices: [{ index: 0, ...choice }] })['choices'] as unknown as [{ delta: Record<string, string> }])[0]
            heard.reasoning += delta['reasoning_content'] ?? ''
            heard.text += delta['content'] ?? ''
          }
          for (const piece of cut(content, next)) listen({ delta: { content: piece }, finish_reason: null })
          listen({ delta: {}, finish_reason: 'stop' })
          expect(heard).to.deep.equal({ reasoning, text })
        }
      })
    }
  })
})

function cut(text: string, next: () => number): readonly string[] {
  const pieces: string[] = []
  for (let at = 0; at < text.length;) {
    const length = 1 + Math.floor(next() * 4)
    pieces.push(text.slice(at, at + length))
    at += length
  }
  return pieces
}
