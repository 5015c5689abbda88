import { expect } from 'chai'
import minimax from '../../providers/minimax.ts'
import { conforms, normalized, respelled } from '../support/provider.ts'

const chunk = (delta: object, finish: string | null = null, more: object = {}) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason: finish }],
  ...more,
})
const deltas = (...chunks: readonly object[]) => normalized(minimax, ...chunks).map(json => (json as { choices: [{ delta: object }] }).choices[0].delta)

describe('the provider minimax', () => {
  conforms(minimax, 'minimax.ts')

  describe('takes a temperature', () => {
    it('above 0 only', () => {
      for (const temperature of [0, -1]) expect(respelled(minimax, { temperature })).to.deep.include({ body: {}, dropped: ['temperature'] })
    })
    it('up to 1', () => expect(respelled(minimax, { temperature: 1.7 })).to.deep.include({ body: { temperature: 1 }, dropped: ['temperature'] }))
    it('between', () => expect(respelled(minimax, { temperature: 0.01 })).to.deep.include({ body: { temperature: 0.01 }, dropped: [] }))
  })

  it('gives one answer', () =>
    expect(() => respelled(minimax, { n: 2 }))
      .to.throw()
      .with.include({ status: 400, param: 'n' }))
  it('is not asked for penalties of zero, which nobody misses', () =>
    expect(respelled(minimax, { presence_penalty: 0, frequency_penalty: 0 })).to.deep.include({
      body: {},
      dropped: [],
      silent: ['frequency_penalty', 'presence_penalty'],
    }))
  it('ignores penalties and logit_bias', () =>
    expect(respelled(minimax, { presence_penalty: 1, frequency_penalty: 1, logit_bias: {} })).to.deep.include({
      body: {},
      dropped: ['frequency_penalty', 'logit_bias', 'presence_penalty'],
    }))
  it('is asked for max_tokens, and gets the role developer as system', () =>
    expect(respelled(minimax, { max_completion_tokens: 5, messages: [{ role: 'developer', content: 'x' }] }).body).to.deep.equal({
      max_tokens: 5,
      messages: [{ role: 'system', content: 'x' }],
    }))

  describe('gets its thoughts back on turns with tool calls', () => {
    const turn = (fields: object) => ({ messages: [{ role: 'assistant', content: 'x', tool_calls: [{ id: 'a' }], ...fields }] })
    it('between tags', () => expect(respelled(minimax, turn({ reasoning_content: 'hm' })).body).to.deep.equal(turn({ content: '<think>hm</think>x' })))
    it('as details, where they were received so', () =>
      expect(respelled(minimax, turn({ reasoning_details: [{ text: 'hm' }] })).body).to.deep.equal(turn({ reasoning_details: [{ text: 'hm' }] })))
  })

  describe('is read', () => {
    it('with inline thoughts apart from the text', () => {
      expect(
        deltas(chunk({ role: 'assistant', content: '<thi' }), chunk({ content: 'nk>why' }), chunk({ content: '</mm:think>\nso' }), chunk({}, 'stop')),
      ).to.deep.equal([{ role: 'assistant', content: '' }, { reasoning_content: 'why', content: '' }, { content: 'so' }, {}])
    })
    it('with cumulative thoughts once', () => {
      expect(
        deltas(
          chunk({ reasoning_details: [{ type: 'reasoning.text', text: 'Let' }] }),
          chunk({ reasoning_details: [{ text: 'Let me' }] }),
          chunk({ reasoning_details: [{ text: 'Let me' }], content: 'A' }),
          chunk({ content: 'B' }),
        ),
      ).to.deep.equal([{ reasoning_content: 'Let' }, { reasoning_content: ' me' }, { content: 'A' }, { content: 'B' }])
    })
    it('with what it filtered as content_filter', () => {
      for (const flag of ['input_sensitive', 'output_sensitive'])
        expect(normalized(minimax, chunk({}, 'stop', { [flag]: true }))[0]).to.have.nested.property('choices[0].finish_reason', 'content_filter')
      expect(normalized(minimax, chunk({ content: 'x' }, null, { output_sensitive: true }), chunk({}, 'stop'))[1]).to.have.nested.property(
        'choices[0].finish_reason',
        'content_filter',
      )
      expect(normalized(minimax, chunk({}, 'stop', { output_sensitive: false }))[0]).to.have.nested.property('choices[0].finish_reason', 'stop')
    })
    it('with its plain replies split, too', () => {
      expect(normalized(minimax, { choices: [{ message: { role: 'assistant', content: '<think>a</think>b' }, finish_reason: 'stop' }] })[0]).to.deep.equal({
        choices: [{ message: { role: 'assistant', content: 'b', reasoning_content: 'a' }, finish_reason: 'stop' }],
      })
    })
  })

  describe('reports in a reply of status 200', () => {
    const cases: readonly [number, number][] = [
      ...[1002, 1039, 2045, 2056].map((code): [number, number] => [code, 429]),
      ...[1004, 2049].map((code): [number, number] => [code, 401]),
      [1008, 402],
      ...[1026, 1042, 2013, 20132].map((code): [number, number] => [code, 400]),
      [1000, 502],
    ]
    for (const [code, status] of cases)
      it(`${code} as ${status}`, () =>
        expect(minimax.fault?.({ base_resp: { status_code: code, status_msg: 'why' } }, 'minimax')).to.include({
          status,
          message: 'why',
          code: String(code),
          provider: 'minimax',
        }))
    it('0 as nothing', () => expect(minimax.fault?.({ base_resp: { status_code: 0, status_msg: '' } }, 'minimax')).to.equal(undefined))
  })
})
