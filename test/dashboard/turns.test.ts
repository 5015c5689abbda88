/** What a conversation's turns add, in each dialect, and what a revision changed. */

import { expect } from 'chai'
import { changesIn, diffLines } from '../../dashboard/pages/audit/diff.ts'
import type { Message } from '../../dashboard/pages/audit/messages.ts'
import { turnsOf } from '../../dashboard/pages/audit/turns.ts'
import type { AuditEntry } from '../../schemas/admin/audit.schema.ts'

describe('the turns of a conversation', () => {
  it('have what each call of Messages added', () => {
    const question = { role: 'user', content: 'Warm?' }
    const used = { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'weather', input: { city: 'Berlin' } }] }
    const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: '18' }] }] }
    const first = call(
      { system: 'Be brief.', messages: [question] },
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'Look.' }, ...used.content] },
    )
    const second = call({ system: [{ type: 'text', text: 'Be brief.' }], messages: [question, used, result] }, { content: [{ type: 'text', text: 'Yes.' }] })
    expect(outline([first, second])).to.deep.equal([
      ['system: Be brief.', 'user: Warm?', 'assistant: (reasoning) Look. (tool call) {"city":"Berlin"}'],
      ['tool: (tool result) 18', 'assistant: Yes.'],
    ])
  })

  it('have what each call of Responses added, whether it says all again or goes on from a response', () => {
    const answer = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi.' }] }
    const first = call(
      { instructions: 'Be brief.', input: 'Hello' },
      { output: [{ type: 'reasoning', summary: [{ type: 'summary_text', text: 'Greet.' }] }, answer] },
    )
    const again = call(
      { instructions: 'Be brief.', input: [{ role: 'user', content: 'Hello' }, answer, { role: 'user', content: 'Once more' }] },
      { output: [answer] },
    )
    const on = call({ instructions: 'Be brief.', previous_response_id: 'resp_1', input: 'And now?' }, undefined)
    expect(outline([first, again, on])).to.deep.equal([
      ['system: Be brief.', 'user: Hello', 'assistant: (reasoning) Greet. Hi.'],
      ['user: Once more', 'assistant: Hi.'],
      ['user: And now?'],
    ])
  })

  it('keep threads of one session apart', () => {
    const chat = (texts: readonly string[], reply: string) =>
      call(
        { messages: texts.map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content })) },
        { choices: [{ message: { role: 'assistant', content: reply } }] },
      )
    const calls = [chat(['one'], 'first'), chat(['A title for: one'], 'Title'), chat(['one', 'first', 'two'], 'second')]
    expect(outline(calls)).to.deep.equal([
      ['user: one', 'assistant: first'],
      ['user: A title for: one', 'assistant: Title'],
      ['user: two', 'assistant: second'],
    ])
  })

  it('are none of what was not kept', () => {
    expect(outline([call(undefined, undefined), call({ prompt: 'x' }, 'text')])).to.deep.equal([[], []])
  })
})

describe('the changes of a revision', () => {
  const shown = (before: string, after: string) =>
    changesIn(diffLines(before, after), 1).map(line => (line === undefined ? '…' : `${{ same: ' ', gone: '-', new: '+' }[line.kind]}${line.text}`))

  it('are shown with what is around them', () => {
    expect(shown('a\nb\nc\nd\ne\nf\ng', 'a\nb\nx\nd\ne\nf\ng\nh')).to.deep.equal(['…', ' b', '-c', '+x', ' d', '…', ' g', '+h'])
  })

  it('are none where nothing changed', () => {
    expect(shown('a\nb', 'a\nb')).to.deep.equal(['…'])
  })

  it('are all lines of texts that are too long to compare', () => {
    const many = (word: string) => Array.from({ length: 2500 }, (_, at) => `${word} ${at}`).join('\n')
    expect(diffLines(many('old'), many('new'))).to.have.length(5000)
  })
})

function call(request: unknown, response: unknown): AuditEntry {
  return { data: { request_body: request, response_body: response } } as unknown as AuditEntry
}

function outline(entries: readonly AuditEntry[]): readonly (readonly string[])[] {
  return turnsOf(entries).map(({ messages }) => messages.map(said))
}

function said({ role, pieces }: Message): string {
  return `${role}: ${pieces.map(({ kind, text }) => (kind === 'text' ? text : `(${kind}) ${text.replaceAll(/\s/g, '')}`)).join(' ')}`
}
