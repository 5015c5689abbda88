import { existsSync } from 'node:fs'
import { expect } from 'chai'
import { startTestGateway } from '../../../core/testing/gateway.ts'

/** What the plugin says of where it stands. */
const places = ((globalThis as { 'tapline.test.places'?: string[] })['tapline.test.places'] ??= [])
const teller = (then: string) => `
import { definePlugin } from 'tapline'
export default definePlugin({ name: 'teller', setup: () => { globalThis['tapline.test.places'].push(import.meta.dirname); ${then} } })
`

describe('the test gateway', () => {
  const start = (then: string) =>
    startTestGateway({ files: { 'teller.ts': teller(then) }, config: { pipelines: { chat: [{ insert: './teller.ts', after: 'auth' }] } } })

  it('leaves no file behind when it closes', async () => {
    const gateway = await start('return {}')
    expect(existsSync(gateway.directory)).to.equal(true)
    await gateway.close()
    expect(existsSync(gateway.directory)).to.equal(false)
  })

  it('leaves no file behind when it cannot start', async () => {
    const before = places.length
    await start('throw new Error("no")').then(
      () => expect.fail('it started'),
      (cause: unknown) => expect(String(cause)).to.contain('no'),
    )
    expect(places).to.have.length(before + 1)
    expect(existsSync(places[before] as string)).to.equal(false)
  })
})
