import { expect } from 'chai'
import { gatewayError } from '../../../../core/errors.ts'
import { Conflict } from '../../../../core/storage/records.ts'
import { Gate } from '../../../../core/testing/gate.ts'
import { WriteTurns } from '../../../../plugins/shared/admin/write-turns.ts'

const conflict = new Conflict('colours', 'red')

describe('writes of administrators', () => {
  it('are done one after the other, in the order in which they came', async () => {
    const turns = new WriteTurns('colours')
    const [gate, order] = [new Gate(), [] as string[]]
    const first = turns.take(async () => {
      await gate
      order.push('first')
    })
    const second = turns.take(async () => order.push('second'))
    await gate.reached
    expect(order).to.deep.equal([])
    gate.open()
    await Promise.all([first, second])
    expect(order).to.deep.equal(['first', 'second'])
  })

  it('are done again where another process wrote first', async () => {
    let tries = 0
    const written = await new WriteTurns('colours').take(async () => {
      if (++tries < 3) throw conflict
      return 'written'
    })
    expect([written, tries]).to.deep.equal(['written', 3])
  })

  it('are given up with a conflict when others write all the time', async () => {
    let tries = 0
    const refused = await new WriteTurns('colours')
      .take(async () => {
        tries += 1
        throw conflict
      })
      .catch((cause: unknown) => cause)
    expect(refused).to.deep.include({ code: 'conflict', message: 'others write colours all the time; try again' })
    expect(tries).to.equal(20)
  })

  it('are not done again after any other refusal, and keep nobody behind them', async () => {
    const turns = new WriteTurns('colours')
    let tries = 0
    const refusal = gatewayError('precondition_failed', 'it was changed')
    const refused = turns.take(async () => {
      tries += 1
      throw refusal
    })
    expect(await refused.catch((cause: unknown) => cause)).to.equal(refusal)
    expect([await turns.take(async () => 'next'), tries]).to.deep.equal(['next', 1])
  })
})
