import { expect } from 'chai'
import { freePort } from '../../../core/testing/port.ts'

it('a free port is another one each time, and none that a system gives to whoever names none', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort))
  expect(new Set(ports).size).to.equal(20)
  expect(Math.min(...ports)).to.be.at.least(20_000)
  expect(Math.max(...ports)).to.be.below(32_768)
})

it('a free port is none that another process is given', async () => {
  // It has a state of its own, as in another process.
  const other = (await import(`${import.meta.resolve('../../../core/testing/port.ts')}?other`)) as { readonly freePort: typeof freePort }
  const ports: number[] = []
  for (const find of [freePort, other.freePort]) ports.push(...(await Promise.all(Array.from({ length: 40 }, find))))
  expect(new Set(ports).size).to.equal(80)
})
