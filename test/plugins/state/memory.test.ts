import { expect } from 'chai'
import { MemoryState } from '../../../core/services/memory-state.ts'
import { stateConformance } from './conformance.ts'

stateConformance('state-memory', {
  async open() {
    const state = new MemoryState()
    return { one: state, other: state, close: async () => {} }
  },
})

describe('state-memory', () => {
  it('gives its counters to who keeps them, and takes them back where none are', () => {
    const old = new MemoryState()
    old.claim(
      [
        { counter: { counter: 'rate:a', add: 2, expiresAtMs: 50 }, limit: 9 },
        { counter: { counter: 'rate:b', add: 1, expiresAtMs: 10 }, limit: 9 },
        { counter: { counter: 'other', add: 1, expiresAtMs: 50 }, limit: 9 },
      ],
      0,
    )
    const saved = old.volatile.save('rate:')
    expect(saved).to.deep.equal({ 'rate:a': [2, 50], 'rate:b': [1, 10] })

    const next = new MemoryState()
    next.volatile.restore(saved, 20)
    next.volatile.restore({ 'rate:a': [7, 50] }, 20)
    expect(next.read([{ counter: 'rate:a' }, { counter: 'rate:b' }], 20).map(({ current }) => current)).to.deep.equal([2, 0])
  })

  it('sweeps out what is over', () => {
    const state = new MemoryState()
    state.claim([{ counter: { counter: 'a', add: 1, expiresAtMs: 10 }, hold: { key: 'h', holder: 'x', amount: 1, untilMs: 10 }, limit: 9 }], 0)
    state.claim([], 60_000)
    expect(state.volatile.save('')).to.deep.equal({})
  })
})
