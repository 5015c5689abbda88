import { expect } from 'chai'
import { Gate } from '../../core/testing/gate.ts'
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

  it('are shared by all who ask for the same work before it begins', async () => {
    const turns = new Turns()
    const gate = new Gate()
    let times = 0
    const count = turns.sharing(async () => {
      const time = ++times
      await gate
      return time
    })
    const early = [count(), count()]
    await Promise.resolve()
    const late = [count(), count(), count()]
    gate.open()
    expect(await Promise.all([...early, ...late])).to.deep.equal([1, 1, 2, 2, 2])
  })

  it('that were shared and failed are taken again', async () => {
    let times = 0
    const failing = new Turns().sharing(async () => {
      throw new Error(`failure ${++times}`)
    })
    const why = () => failing().catch((cause: Error) => cause.message)
    expect(await Promise.all([why(), why()])).to.deep.equal(['failure 1', 'failure 1'])
    expect(await why()).to.equal('failure 2')
  })
})
