import { expect } from 'chai'
import { crash, faultsOf } from '../support/crash.ts'

describe('a gateway that is killed under load', () => {
  it('has a record of every completed request, and none twice', async function () {
    this.timeout(60_000)
    const report = await crash(3, 400)
    expect(report.completed.size).to.be.at.least(1200)
    expect(faultsOf(report)).to.deep.equal({ lost: [], doubled: [] })
  })
})
