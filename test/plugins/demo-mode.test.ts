import { expect } from 'chai'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { AdminGateway } from '../support/admin.ts'

const minuteMs = 60_000
const reminders = ({ served }: AdminGateway) => served.gateway.log.filter(({ msg, level }) => level === 40 && String(msg).startsWith('demo mode is on'))
const shown = async (gateway: AdminGateway) => (await gateway.call('GET', '/runtime/config')).json.DEMO_MODE as string

describe('demo mode', () => {
  for (const [name, options] of [
    ['the file', { config: { server: { master_key: 'sk-master', demo_mode: true } } }],
    ['a variable', { env: { TAPLINE_DEMO_MODE: 'on' } }],
  ] as const) {
    it(`is told at the start and every five minutes, and to administrators, where ${name} says so`, async () => {
      const clock = new TurnedClock()
      await using gateway = await AdminGateway.start({ ...options, clock })
      expect([reminders(gateway).length, await shown(gateway)]).to.deep.equal([1, 'on'])
      clock.advance(5 * minuteMs - 1)
      expect(reminders(gateway)).to.have.length(1)
      clock.advance(1)
      expect(reminders(gateway)).to.have.length(2)
      clock.advance(10 * minuteMs)
      expect(reminders(gateway)).to.have.length(4)
    })
  }

  for (const [name, options] of [
    ['by default', {}],
    ["where a variable of that name is somebody else's", { env: { DEMO_MODE: 'on' } }],
  ] as const) {
    it(`is not told of ${name}`, async () => {
      const clock = new TurnedClock()
      await using gateway = await AdminGateway.start({ ...options, clock })
      clock.advance(10 * minuteMs)
      expect([reminders(gateway).length, await shown(gateway)]).to.deep.equal([0, 'off'])
    })
  }
})
