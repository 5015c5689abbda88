/** Numbers, tool arguments, efforts, ids and losses: the small change of a translation. */

import { expect } from 'chai'
import { GatewayError } from '../../../core/errors.ts'
import { argumentsObject, argumentsText } from '../../../core/neutral/arguments.ts'
import { distinctCallIds } from '../../../core/neutral/call-ids.ts'
import { budgetOfEffort, clampEffort, effortOfBudget } from '../../../core/neutral/effort.ts'
import { randomIds } from '../../../core/neutral/ids.ts'
import { parseJson } from '../../../core/neutral/json.ts'
import { Losses } from '../../../core/neutral/losses.ts'
import type { Turn } from '../../../core/neutral/request.ts'
import { ToolIds, ToolNames } from '../../../core/neutral/tool-names.ts'

describe('JSON between dialects', () => {
  for (const text of [
    '{"id":12345678901234567890,"n":[-98765432109876543210,1.5,9007199254740991]}',
    '{"__proto__":{"a":12345678901234567890},"b":1}',
    '{"text":"12345678901234567890"}',
    '[null,true,false,"",{}]',
    '{"at":1700000000.123456789,"far":1e400,"near":-2.5E-400,"a":0.30000000000000004,"b":0.1}',
  ]) {
    it(`comes out as it went in: ${text}`, () => expect(JSON.stringify(parseJson(text))).to.equal(text))
  }
})

describe('tool arguments as an object', () => {
  for (const [name, text, value, isBroken] of [
    ['nothing', '', {}, false],
    ['white space', ' \n', {}, false],
    ['an object', '{"a":1}', { a: 1 }, false],
    ['a list', '[1]', { value: [1] }, false],
    ['a text', '"x"', { value: 'x' }, false],
    ['null', 'null', { value: null }, false],
    ['cut JSON', '{"a":', { _invalid_json: '{"a":' }, true],
  ] as const) {
    it(`are: ${name}`, () => expect(argumentsObject(text)).to.deep.equal({ value, isBroken }))
  }

  it('wrap a number that JavaScript cannot hold', () =>
    expect(argumentsText(argumentsObject('12345678901234567890').value)).to.equal('{"value":12345678901234567890}'))
  it('keep long numbers, and the order of members', () => {
    const text = '{"z":12345678901234567890,"a":{"__proto__":1}}'
    expect(argumentsText(argumentsObject(text).value)).to.equal(text)
  })
})

describe('effort', () => {
  for (const [tokens, word] of [
    [1_024, 'low'],
    [9_999, 'low'],
    [10_000, 'medium'],
    [19_999, 'medium'],
    [20_000, 'high'],
  ] as const) {
    it(`is ${word} for ${tokens} tokens`, () => expect(effortOfBudget(tokens)).to.equal(word))
  }
  for (const [word, tokens] of [
    ['minimal', 5_000],
    ['low', 5_000],
    ['medium', 10_000],
    ['high', 20_000],
    ['xhigh', 20_000],
    ['max', 20_000],
  ] as const) {
    it(`is a budget of ${tokens} for ${word}`, () => expect(budgetOfEffort(word)).to.equal(tokens))
  }
  for (const [word, accepted, clamped] of [
    ['minimal', ['low', 'medium', 'high'], 'low'],
    ['none', ['low', 'high'], 'low'],
    ['xhigh', ['low', 'medium', 'high'], 'high'],
    ['max', ['none', 'low', 'xhigh'], 'xhigh'],
    ['medium', ['low', 'high'], 'low'],
    ['high', ['low', 'high'], 'high'],
    ['odd', ['low'], undefined],
    ['low', [], undefined],
    ['minimal', ['none', 'low'], 'low'],
    ['medium', ['none', 'high'], 'high'],
    ['none', ['none', 'low'], 'none'],
    ['high', ['none'], 'none'],
  ] as const) {
    it(`${word} becomes ${clamped} where ${accepted.join(', ') || 'none'} is taken`, () => expect(clampEffort(word, accepted)).to.equal(clamped))
  }
})

describe('names of tools', () => {
  const rule = { pattern: /[A-Za-z0-9_-]/, maxLength: 12 }

  it('stay where they are legal, and are spelled legally where they are not', () => {
    const names = new ToolNames(rule)
    expect(['get_tide', 'get tide!', 'änderung'].map(name => names.spell(name))).to.deep.equal(['get_tide', 'get_tide_', '_nderung'])
    expect([...names.changed]).to.deep.equal([
      ['get_tide_', 'get tide!'],
      ['_nderung', 'änderung'],
    ])
  })

  it('never become the same', () => {
    const names = new ToolNames(rule)
    const spelled = ['a.b', 'a b', 'a_b', 'a-very-long-name-1', 'a-very-long-name-2'].map(name => names.spell(name))
    expect(new Set(spelled).size).to.equal(spelled.length)
    for (const name of spelled) expect(name).to.match(/^[A-Za-z0-9_-]{1,12}$/)
  })

  it('do not take the place of one that is legal', () => {
    const names = new ToolNames(rule, ['a_b', 'a b'])
    expect(names.spell('a b')).to.match(/^a_b_[0-9a-f]{6}$/)
    expect(names.spell('a_b')).to.equal('a_b')
  })

  it('begin with a letter where they must', () => expect(new ToolNames({ ...rule, startsWithLetter: true }).spell('1st')).to.equal('_1st'))
  it('are the same each time', () => {
    const names = new ToolNames(rule)
    expect(names.spell('x y')).to.equal(names.spell('x y'))
    expect(new ToolNames(rule).spell('x y')).to.equal(names.spell('x y'))
  })
})

describe('ids of tool calls', () => {
  it('stay where they are legal, and are made once where they are not', () => {
    const ids = new ToolIds(
      id => /^[a-z0-9]{3}$/.test(id),
      (_, n) => `id${n}`,
    )
    expect(['abc', 'call_1', 'call_2', 'call_1'].map(id => ids.spell(id))).to.deep.equal(['abc', 'id0', 'id1', 'id0'])
  })

  const call = (id: string) => ({ type: 'tool_call', id, name: 'f', argumentsText: '' }) as const
  const result = (callId: string) => ({ type: 'tool_result', callId, blocks: [] }) as const
  const ids = (turns: readonly Turn[]) =>
    turns.map(({ blocks }) => blocks.map(block => (block.type === 'tool_call' ? block.id : block.type === 'tool_result' ? block.callId : '')))

  it('are told apart within a turn, in the calls and in their results', () => {
    const turns: Turn[] = [
      { role: 'assistant', blocks: [call('0'), call('0'), call('1')] },
      { role: 'tool', blocks: [result('0')] },
      { role: 'tool', blocks: [result('0'), result('1')] },
    ]
    expect(ids(distinctCallIds(turns))).to.deep.equal([['0', '0_2', '1'], ['0'], ['0_2', '1']])
  })

  it('stay where each turn numbers its calls anew', () => {
    const turns: Turn[] = [
      { role: 'assistant', blocks: [call('0')] },
      { role: 'tool', blocks: [result('0')] },
      { role: 'assistant', blocks: [call('0')] },
      { role: 'tool', blocks: [result('0')] },
    ]
    expect(distinctCallIds(turns)).to.equal(turns)
  })

  it('have the shapes that are asked for, and are no two the same', () => {
    expect(randomIds.base62('chatcmpl-', 24)).to.match(/^chatcmpl-[0-9A-Za-z]{24}$/)
    expect(randomIds.hex('resp_', 32)).to.match(/^resp_[0-9a-f]{32}$/)
    expect(randomIds.hex('', 5)).to.have.length(5)
    expect(randomIds.base62('', 22)).not.to.equal(randomIds.base62('', 22))
  })
})

describe('losses', () => {
  it('are reported by name, sorted, each once; silent ones are not', () => {
    const losses = new Losses()
    losses.drop('seed', 'not taken')
    losses.drop('logit_bias', 'not taken')
    losses.drop('seed', 'not taken')
    losses.silent('user', 'not taken')
    expect(losses.reported).to.deep.equal(['logit_bias', 'seed'])
    expect(losses.list.map(({ field, isSilent }) => [field, isSilent])).to.deep.equal([
      ['seed', false],
      ['logit_bias', false],
      ['seed', false],
      ['user', true],
    ])
  })

  it('are refused where translation is strict, but for the silent ones', () => {
    const losses = new Losses(true)
    losses.silent('user', 'not taken')
    expect(() => losses.drop('thinking', 'lost', 'messages[1]'))
      .to.throw(GatewayError)
      .that.includes({ status: 400, code: 'unsupported_parameter', param: 'messages[1]' })
  })

  it("are refused by the caller's own path of what was said", () => {
    const losses = new Losses(true, { verbosity: 'text.verbosity' })
    expect(() => losses.drop('verbosity', 'not taken'))
      .to.throw(GatewayError, 'text.verbosity cannot')
      .that.includes({ param: 'text.verbosity' })
    expect(() => losses.drop('seed', 'not taken'))
      .to.throw(GatewayError)
      .that.includes({ param: 'seed' })
  })
})
