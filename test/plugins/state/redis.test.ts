import { expect } from 'chai'
import { Redis } from 'ioredis'
import { StateUnavailable } from '../../../core/services/state.ts'
import { realClock } from '../../../core/gateway/clock.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { RedisState } from '../../../plugins/state-redis/redis-state.ts'
import { redis, startRedis } from '../../support/redis.ts'
import { need, uniqueName } from '../../support/servers.ts'
import { stateConformance } from './conformance.ts'

const nothing = () => {}
const question = [{ counter: 'a' }]

stateConformance('state-redis', {
  prepare: async context => void (await need(context, redis)),
  async open() {
    const url = (await redis.url()) ?? ''
    const prefix = `${uniqueName()}:`
    const [one, other] = [0, 1].map(() => new RedisState({ url, prefix, clock: realClock, lost: nothing, found: nothing })) as [RedisState, RedisState]
    await Promise.all([one.open(), other.open()])
    return { one, other, close: async () => void (await Promise.all([one.close(), other.close()])) }
  },
})

describe('state-redis', () => {
  before(async function () {
    await need(this, redis)
  })

  it('says that Redis is away, waits a second before it asks again, and goes on when it is back', async () => {
    const server = await startRedis()
    const clock = new TurnedClock()
    const { promise: back, resolve: found } = Promise.withResolvers<void>()
    let ready = 0
    const state = new RedisState({
      url: server?.url ?? '',
      prefix: 'x:',
      clock,
      lost: nothing,
      found: () => {
        if ((ready += 1) === 2) found()
      },
    })
    await state.open()
    try {
      expect(await state.read(question, 0)).to.have.length(1)
      await server?.kill()
      const failure = await state.read(question, 0).then(
        () => undefined,
        (cause: unknown) => cause,
      )
      expect(failure).to.be.instanceOf(StateUnavailable)
      expect(await state.probe()).to.equal('down')
      await server?.restart()
      await back
      expect(
        await state.read(question, 0).then(
          () => '',
          (cause: Error) => cause.message,
        ),
      ).to.match(/a moment ago/)
      clock.advance(1000)
      expect(await state.read(question, 0)).to.have.length(1)
      expect(await state.probe()).to.equal('ok')
    } finally {
      await state.close()
    }
  })

  it('keeps no hold of a claim that it gave up when Redis was frozen, and that Redis admits later', async () => {
    await using server = await startRedis()
    const clock = new TurnedClock()
    const state = new RedisState({ url: server?.url ?? '', prefix: 'x:', clock, lost: nothing, found: nothing })
    await state.open()
    try {
      await server?.freeze()
      const failure = await state
        .claim([{ counter: { counter: 'a', add: 1, expiresAtMs: 1000 }, hold: { key: 'a', holder: 'b', amount: 5, untilMs: 1000 }, limit: 9 }], 0)
        .catch((cause: unknown) => cause)
      expect(failure).to.be.instanceOf(StateUnavailable)
      server?.thaw()
      clock.advance(1000)
      expect(await state.read([{ counter: 'a', held: 'a' }], 0)).to.deep.equal([{ current: 1, previous: 0, held: 0 }])
    } finally {
      await state.close()
    }
  })

  for (const [what, hinder, mend] of [
    ['has no room', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']],
    ['only reads, as a replica', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']],
  ] as const) {
    it(`is down while Redis ${what}, though it answers, and ok when it takes writes again`, async () => {
      await using server = await startRedis()
      const url = server?.url ?? ''
      const operator = new Redis(url)
      const tell = async ([command, ...words]: readonly [string, ...string[]]) => await operator.call(command, ...words)
      const clock = new TurnedClock()
      const state = new RedisState({ url, prefix: 'x:', clock, lost: nothing, found: nothing })
      const admitted = async (holder: string) => (await state.claim([{ hold: { key: 'slots', holder, amount: 1, untilMs: 1000 }, limit: 9 }], 0)).admitted
      await state.open()
      try {
        expect([await admitted('a'), await state.probe()]).to.deep.equal([true, 'ok'])
        await tell(hinder)
        const failure = await admitted('b').catch((cause: unknown) => cause)
        expect(failure).to.be.instanceOf(StateUnavailable)
        expect(await state.probe()).to.equal('down')
        await tell(mend)
        clock.advance(1000)
        expect([await admitted('c'), await state.probe()]).to.deep.equal([true, 'ok'])
      } finally {
        await state.close()
        operator.disconnect()
      }
    })
  }
})
