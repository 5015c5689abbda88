/** Streams of neutral events: assembled, replayed, stopped; and the state that travels with them. */

import { expect } from 'chai'
import { gatewayError } from '../../../core/errors.ts'
import { Assembler, replayed } from '../../../core/neutral/assemble.ts'
import { EmulatedStop } from '../../../core/neutral/emulated-stop.ts'
import type { NeutralEvent, NeutralReply } from '../../../core/neutral/reply.ts'
import { isOwn, isSealed, seal, unseal } from '../../../core/neutral/state.ts'
import { destination } from '../../support/translation.ts'

const reply: NeutralReply = {
  id: 'r1',
  model: 'm',
  finish: 'tool_calls',
  usage: { inputTokens: 5, outputTokens: 7 },
  blocks: [
    { type: 'reasoning', text: 'Hm.', isSummary: true, state: { vendor: 'a', value: 'SIG' } },
    { type: 'reasoning', text: '', redacted: 'ENC' },
    { type: 'text', text: 'Look: ', annotations: [{ url: 'u' }] },
    { type: 'refusal', text: 'No.' },
    { type: 'tool_call', id: 'c1', name: 'tide', argumentsText: '{"port":"Brest"}', state: { vendor: 'g', value: 'Z1' } },
    { type: 'image', mime: 'image/png', data: 'iVBORw0=' },
  ],
}

describe('a reply', () => {
  it('is the same after it was streamed and assembled', () => {
    const assembler = new Assembler()
    for (const event of replayed(reply)) assembler.emit(event)
    expect(assembler.reply()).to.deep.equal(reply)
  })

  it('is assembled from blocks that are open at once, and from state in pieces', () => {
    const assembler = new Assembler()
    const events: NeutralEvent[] = [
      { type: 'start', id: 'x' },
      { type: 'open', key: 'a', block: { type: 'reasoning' } },
      { type: 'open', key: 'b', block: { type: 'text' } },
      { type: 'delta', key: 'b', text: 'two' },
      { type: 'delta', key: 'a', text: 'one' },
      { type: 'state', key: 'a', state: { vendor: 'v', value: 'S' } },
      { type: 'state', key: 'a', state: { vendor: 'v', value: 'IG' } },
      { type: 'close', key: 'b' },
      { type: 'close', key: 'a' },
      { type: 'usage', usage: { inputTokens: 1 } },
      { type: 'usage', usage: { inputTokens: 2 } },
      { type: 'finish', finish: 'stop' },
      { type: 'end' },
    ]
    for (const event of events) assembler.emit(event)
    expect(assembler.reply()).to.deep.equal({
      id: 'x',
      finish: 'stop',
      usage: { inputTokens: 2 },
      blocks: [
        { type: 'reasoning', text: 'one', state: { vendor: 'v', value: 'SIG' } },
        { type: 'text', text: 'two' },
      ],
    })
  })

  it('is none if the stream reports an error', () => {
    const error = gatewayError('bad_upstream_response', 'broken')
    expect(() => new Assembler().emit({ type: 'error', error })).to.throw(error.constructor as ErrorConstructor, 'broken')
  })
})

describe('an emulated stop', () => {
  const spoken = (pieces: readonly string[], sequences: readonly string[], type: 'text' | 'reasoning' = 'text') => {
    const events: NeutralEvent[] = []
    const stop = new EmulatedStop(sequences, event => events.push(event))
    stop.emit({ type: 'open', key: '0', block: { type } })
    for (const text of pieces) stop.emit({ type: 'delta', key: '0', text })
    stop.emit({ type: 'close', key: '0' })
    stop.emit({ type: 'finish', finish: 'stop' })
    stop.emit({ type: 'end' })
    return {
      text: events.map(event => (event.type === 'delta' ? event.text : '')).join(''),
      types: events.filter(({ type }) => type !== 'delta').map(({ type }) => type),
      found: stop.found,
      finish: events.find(({ type }) => type === 'finish'),
    }
  }
  const text = 'one two END three'
  const ended = {
    text: 'one two ',
    found: 'END',
    finish: { type: 'finish', finish: 'stop_sequence', stopSequence: 'END' },
    types: ['open', 'close', 'finish', 'end'],
  }

  for (let cut = 0; cut <= text.length; cut++) {
    it(`finds its sequence however the text is cut: at ${cut}`, () => expect(spoken([text.slice(0, cut), text.slice(cut)], ['END'])).to.deep.equal(ended))
  }
  it('finds it letter by letter', () => expect(spoken([...text], ['never', 'END'])).to.deep.equal(ended))
  it('takes the first of several', () => expect(spoken([text], ['three', 'two', 'END'])).to.include({ text: 'one ', found: 'two' }))
  it('lets everything pass that holds none', () =>
    expect(spoken([...text], ['EN D', 'threes'])).to.deep.include({ text, found: undefined, finish: { type: 'finish', finish: 'stop' } }))
  it('does not look into reasoning', () => expect(spoken([text], ['END'], 'reasoning')).to.include({ text, found: undefined }))

  for (const [what, usage, expected] of [
    ['what nobody counted', undefined, { inputTokens: 47, outputTokens: 3 }],
    [
      'the answer, where only the prompt is counted',
      { inputTokens: 9, cachedTokens: 5, outputTokens: 1, totalTokens: 10 },
      { inputTokens: 9, cachedTokens: 5, outputTokens: 3 },
    ],
    ['nothing of what is counted', { inputTokens: 9, outputTokens: 30 }, { inputTokens: 9, outputTokens: 30 }],
  ] as const) {
    it(`estimates, when it stops, ${what}`, () => {
      const events: NeutralEvent[] = []
      const stop = new EmulatedStop(['X'], event => events.push(event), 47)
      if (usage !== undefined) stop.emit({ type: 'usage', usage })
      stop.emit({ type: 'open', key: '0', block: { type: 'text' } })
      stop.emit({ type: 'delta', key: '0', text: 'abcdefghXb' })
      expect(events.filter(event => event.type === 'usage').at(-1)).to.deep.equal({ type: 'usage', usage: expected, isEstimated: true })
      expect(events.map(({ type }) => type).slice(-3)).to.deep.equal(['usage', 'finish', 'end'])
    })
  }

  const said = (deltas: readonly Omit<NeutralEvent & { type: 'delta' }, 'type' | 'key'>[], sequences: readonly string[]) => {
    const events: NeutralEvent[] = []
    const stop = new EmulatedStop(sequences, event => events.push(event))
    stop.emit({ type: 'open', key: '0', block: { type: 'text' } })
    for (const delta of deltas) stop.emit({ type: 'delta', key: '0', ...delta })
    stop.emit({ type: 'close', key: '0' })
    return events.flatMap(event => (event.type === 'delta' ? [event] : []))
  }

  it('parts no character', () => {
    for (const sequence of ['!', '!!', '!!!'])
      expect(said([{ text: 'a😀b😀c😀d' }, { text: 'e' }], [sequence]).map(({ text }) => text)).to.satisfy((texts: string[]) =>
        texts.every(text => text.isWellFormed()),
      )
  })

  it('lets pass with a text what its tokens were worth', () => {
    const tokens = ['on', 'e ', 'two', ' E', 'ND', ' x'].map(token => ({ token, logprob: -1 }))
    const passed = said(
      [
        { text: 'one two', logprobs: tokens.slice(0, 3) },
        { text: ' E', logprobs: tokens.slice(3, 4) },
        { text: 'ND x', logprobs: tokens.slice(4) },
      ],
      ['END'],
    )
    expect(passed.map(({ text, logprobs = [] }) => [text, ...logprobs.map(({ token }) => token)])).to.deep.equal([['one t', 'on', 'e '], ['wo', 'two'], [' ']])
    expect(said([{ text: 'ab', logprobs: tokens.slice(0, 1) }], ['END']).flatMap(({ logprobs }) => logprobs)).to.deep.equal(tokens.slice(0, 1))
  })

  it('closes everything that is open', () => {
    const events: NeutralEvent[] = []
    const stop = new EmulatedStop(['X'], event => events.push(event))
    stop.emit({ type: 'open', key: 'tool', block: { type: 'tool_call', id: 'c', name: 'f' } })
    stop.emit({ type: 'delta', key: 'tool', text: '{"X":1}' })
    stop.emit({ type: 'open', key: 'text', block: { type: 'text' } })
    stop.emit({ type: 'delta', key: 'text', text: 'aXb' })
    stop.emit({ type: 'delta', key: 'tool', text: 'late' })
    expect(events.slice(2).map(event => ('key' in event ? `${event.type} ${event.key}` : event.type))).to.deep.equal([
      'open text',
      'delta text',
      'close tool',
      'close text',
      'finish',
      'end',
    ])
  })
})

describe('state of a vendor', () => {
  const sealed = { v: 1, f: 'google', s: [{ call: 'f1', sig: 'Z9' }] } as const

  it('is sealed as it is written down', () => expect(seal(sealed)).to.equal('tl1.eyJ2IjoxLCJmIjoiZ29vZ2xlIiwicyI6W3siY2FsbCI6ImYxIiwic2lnIjoiWjkifV19'))
  it('comes out as it went in', () => expect(unseal(seal({ ...sealed, m: 'gemini-3' }))).to.deep.equal({ ...sealed, m: 'gemini-3' }))
  for (const [name, value] of [
    ["another vendor's", 'ErUB3…'],
    ['no JSON', 'tl1.AAAA'],
    ['of another version', `tl1.${Buffer.from('{"v":2,"f":"x","s":[]}').toString('base64url')}`],
    ['too large', `tl1.${'A'.repeat(262_144)}`],
  ] as const) {
    it(`is not unsealed: ${name}`, () => expect(unseal(value)).to.equal(undefined))
  }
  it('is known by its mark', () => expect([isSealed(seal(sealed)), isSealed('abc')]).to.deep.equal([true, false]))

  const to = destination({ traits: { vendor: 'google', family: 'gemini-3' } })
  const familyOf = (model: string) => model.split('-').slice(0, 2).join('-')
  for (const [name, state, own] of [
    ['its own', { vendor: 'google', value: 'x' }, true],
    ["another vendor's", { vendor: 'anthropic', value: 'x' }, false],
    ['none', undefined, false],
    ['of its family', { vendor: 'google', value: 'x', model: 'gemini-3-pro' }, true],
    ['of another family', { vendor: 'google', value: 'x', model: 'gemini-2.5-pro' }, false],
  ] as const) {
    it(`goes back to its vendor only: ${name}`, () => expect(isOwn(state, to, familyOf)).to.equal(own))
  }
})
