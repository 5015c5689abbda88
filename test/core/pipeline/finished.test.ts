import { expect } from 'chai'
import { complete, finish } from '../../../core/pipeline/complete.ts'
import type { Exchange } from '../../../core/pipeline/exchange.ts'

/** As much of an exchange as its end looks at. */
function ending() {
  const fired: string[] = []
  const plan = { complete: [() => fired.push('complete')], finished: [() => fired.push('finished')] }
  return { fired, exchange: { completed: false, hasLeft: false, plan } as unknown as Exchange }
}

describe('the end of an exchange', () => {
  const orders = {
    'a reply that leaves behind its end': [complete, finish],
    'a caller who leaves before it': [finish, complete],
    'what is said twice': [complete, complete, finish, finish, complete],
  }
  for (const [name, order] of Object.entries(orders)) {
    it(`fires complete, then finished, once: ${name}`, () => {
      const { exchange, fired } = ending()
      for (const step of order) step(exchange)
      expect(fired).to.deep.equal(['complete', 'finished'])
    })
  }

  it('fires nothing of finished while the reply has not left', () => {
    const { exchange, fired } = ending()
    complete(exchange)
    expect(fired).to.deep.equal(['complete'])
  })
})
