import { expect } from 'chai'
import { startTestGateway } from '../../../core/testing/gateway.ts'

const told: string[] = ((globalThis as Record<symbol, unknown>)[Symbol.for('tapline.test.left')] = [] as string[])

/** Says when it is told to leave, and when it is closed. */
const leaving = `
const told = globalThis[Symbol.for('tapline.test.left')]
export default {
  name: 'leaving',
  schema: { type: 'object', properties: { letter: { type: 'string' }, fails: { type: 'boolean' } } },
  setup: ({ options: { letter, fails } }) => ({
    leave() {
      told.push(letter + ' leaves')
      if (fails) throw new Error('it cannot')
    },
    close() { told.push(letter + ' closes') },
  }),
}`
const config = (options: object) => ({ pipelines: { services: [{ insert: { use: './leaving.ts', options }, after: 'admin' }] } })

describe('a plugin whose configuration serves no longer', () => {
  beforeEach(() => {
    told.length = 0
  })

  it('is told before it is closed, and told if it is kept', async () => {
    const gateway = await startTestGateway({ config: config({ letter: 'a' }), files: { 'leaving.ts': leaving } })
    await gateway.gateway.reload()
    expect(told.splice(0)).to.deep.equal(['a leaves'])
    await gateway.configure(config({ letter: 'b' }))
    await gateway.gateway.reload()
    await gateway.close()
    expect(told.filter(text => text.startsWith('a'))).to.deep.equal(['a leaves', 'a closes'])
    expect(told.filter(text => text.startsWith('b'))).to.deep.equal(['b leaves', 'b closes'])
  })

  it('is not told of a configuration that is refused', async () => {
    await using gateway = await startTestGateway({ config: config({ letter: 'a' }), files: { 'leaving.ts': leaving } })
    await gateway.configure({ ...config({ letter: 'b' }), server: { port: 'none' } })
    expect(await gateway.gateway.reload()).to.equal(false)
    expect(told).to.deep.equal(['b closes'])
  })

  it('is told once, and closed once, by a gateway that is told twice to stop', async () => {
    await using started = await startTestGateway({ config: config({ letter: 'a' }), files: { 'leaving.ts': leaving } })
    const { gateway } = started
    expect(await Promise.all([gateway.stop(), gateway.stop()])).to.deep.equal([true, true])
    expect(await gateway.stop()).to.equal(true)
    expect(told).to.deep.equal(['a leaves', 'a closes'])
  })

  it('keeps nobody from going on when it fails', async () => {
    await using gateway = await startTestGateway({ config: config({ letter: 'a', fails: true }), files: { 'leaving.ts': leaving } })
    expect(await gateway.gateway.reload()).to.equal(true)
    expect(gateway.log.filter(({ plugin, level }) => plugin === 'leaving' && level === 50)).to.have.length(1)
  })
})
