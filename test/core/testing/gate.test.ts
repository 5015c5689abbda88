import { expect } from 'chai'
import { Gate } from '../../../core/testing/gate.ts'

describe('Gate', () => {
  it('holds whoever awaits it until it is opened', async () => {
    const gate = new Gate()
    const passed: string[] = []
    const walker = (async () => {
      await gate
      passed.push('walker')
    })()
    await gate.reached
    expect(passed).to.deep.equal([])
    gate.open()
    await walker
    expect(passed).to.deep.equal(['walker'])
  })

  it('stays open', async () => {
    const gate = new Gate()
    gate.open()
    await gate
    await gate
  })
})
