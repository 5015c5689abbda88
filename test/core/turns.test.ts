import { expect } from 'chai'
import { Turns } from '../../core/turns.ts'

describe('turns', () => {
  it('come in the order in which they were asked for, also behind work that failed', async () => {
    const turns = new Turns()
    const order: string[] = []
    const first = turns.take(async () => {
      await Promise.resolve()
      order.push('first')
      throw new Error('it failed')
    })
    const second = turns.take(async () => order.push('second'))
    expect(await first.catch((cause: Error) => cause.message)).to.equal('it failed')
    await second
    expect(order).to.deep.equal(['first', 'second'])
  })

  it('that are entered last until they are ended, and may be ended twice', async () => {
    const turns = new Turns()
    const order: string[] = []
    const end = await turns.enter()
    const further = turns.enter().then(ended => (order.push('further'), ended))
    const last = turns.take(async () => order.push('last'))
    order.push('entered')
    end()
    end()
    const endFurther = await further
    order.push('ended')
    endFurther()
    await last
    expect(order).to.deep.equal(['entered', 'further', 'ended', 'last'])
  })

  it('are over when the last of them is, however it ended', async () => {
    const turns = new Turns()
    let isDone = false
    const failing = turns.take(async () => {
      await Promise.resolve()
      isDone = true
      throw new Error('it failed')
    })
    failing.catch(() => {})
    await turns.over()
    expect(isDone).to.equal(true)
  })
})
