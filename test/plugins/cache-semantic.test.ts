import { expect } from 'chai'
import { chatCompletion } from '../../core/testing/chat-samples.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { faredBy, Semantic } from '../support/semantic.ts'

describe('cache-semantic in the gateway', () => {
  it('answers a request that means the same with the bytes of the first answer, its age, and a new id', async () => {
    const clock = new TurnedClock()
    await using semantic = await Semantic.start({ clock })
    const spelled = JSON.stringify(chatCompletion(), undefined, 2)
    semantic.model = { body: spelled }
    const first = await semantic.ask('hello')
    expect(first.headers['x-cache']).to.equal(undefined)
    clock.advance(42_900)
    const second = await semantic.ask('hi')
    expect(second.headers).to.include({ 'x-cache': 'HIT (semantic)', age: '42', 'content-type': 'application/json', 'x-tapline-provider': 'openai' })
    expect(second.headers['x-request-id']).to.not.equal(first.headers['x-request-id'])
    expect(second.body.toString()).to.equal(spelled)
    expect([semantic.calls.length, semantic.embeddings.length]).to.deep.equal([1, 2])
    expect(faredBy(await semantic.ask('bye'))).to.equal('miss')
  })
})
