import { expect } from 'chai'
import { freePort } from '../../../core/testing/port.ts'

it('a free port is another one each time, and none that a system gives to whoever names none', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort))
  expect(new Set(ports).size).to.equal(20)
  expect(Math.min(...ports)).to.be.at.least(20_000)
  expect(Math.max(...ports)).to.be.below(32_768)
})
