import { expect } from 'chai'
import { ConfigError } from '../../../core/config/problems/problems.ts'
import { isPacket } from '../../../core/workers/rpc.ts'
import { wired } from '../../support/wired.ts'

describe('a rpc between two processes', () => {
  it('carries questions both ways, and each answer to who asked', async () => {
    const { one, other } = wired()
    one.answer('name', () => 'one')
    other.answer('double', async (n: number) => await Promise.resolve(n * 2))
    expect(await Promise.all([one.ask('double', 2), one.ask('double', 3), other.ask('name')])).to.deep.equal([4, 6, 'one'])
  })

  it('carries what is asked in one turn in one message, and so its answers', async () => {
    const { one, other, packets } = wired()
    other.answer('double', (n: number) => n * 2)
    await Promise.all(Array.from({ length: 100 }, (_, n) => one.ask('double', n)))
    expect(packets.map(({ tapline }) => tapline.length)).to.deep.equal([100, 100])
  })

  it('carries what went wrong, with every problem of a configuration', async () => {
    const { one, other } = wired()
    other.answer('fail', () => {
      throw new RangeError('too far')
    })
    other.answer('begin', () => {
      throw new ConfigError([
        { pointer: '/server/port', message: 'unknown key' },
        { pointer: '/http', message: 'unknown key' },
      ])
    })
    const failure = (what: string) =>
      one.ask(what).then(
        () => undefined,
        (cause: unknown) => cause as Error,
      )
    expect((await failure('fail'))?.message).to.equal('too far')
    expect((await failure('nothing'))?.message).to.equal('nobody answers nothing')
    const refused = await failure('begin')
    expect(refused).to.be.instanceOf(ConfigError)
    expect((refused as ConfigError).problems.map(({ pointer }) => pointer)).to.deep.equal(['/http', '/server/port'])
  })

  it('knows its messages among others on the same channel', () => {
    expect([isPacket({ tapline: [] }), isPacket({ cmd: 'NODE_CLUSTER' }), isPacket(null), isPacket('text')]).to.deep.equal([true, false, false, false])
  })
})
