import { expect } from 'chai'
import { errorBody } from '../../../../core/testing/chat-samples.ts'
import { TurnedClock } from '../../../../core/testing/turned-clock.ts'
import type { RouteOption } from '../../../../core/services/routing.ts'
import { choose } from '../../../../plugins/cheapest-healthy/index.ts'
import type { Exchange } from '../../../../core/pipeline/exchange.ts'
import type { Target } from '../../../../core/upstream/provider/target.ts'
import { Chooser } from '../../../../plugins/models/virtual/chooser.ts'
import { defaults } from '../../../../plugins/models/virtual/definition.ts'
import { MemoryPins } from '../../../../plugins/models/virtual/pins.ts'
import { Redirects, type Redirect } from '../../../../plugins/models/virtual/redirects.ts'
import { TargetHealth } from '../../../../plugins/models/virtual/target-health.ts'
import { RoundRobin } from '../../../../plugins/models/virtual/round-robin.ts'
import { Arms, targets } from './arms.ts'

/** A strategy that answers what the virtual model tells it to. */
const strategy = `
export default {
  name: 'told',
  needs: ['models'],
  setup({ services: { models } }) {
    let end
    return {
      async open() {
        end = models.strategy({
          name: 'told',
          schema: { type: 'object', properties: { answer: { type: 'number' }, fails: { type: 'boolean' }, asks: { type: 'boolean' } } },
          async choose({ options, pinned, config, exchange, source }) {
            if (config.fails) throw new Error('no idea')
            if (config.asks) return options.findIndex(({ selector }) => selector === exchange.request.headers['x-want'])
            globalThis.toldTapline = { source, pinned, options: options.map(({ target, selector, weight, health }) => [target.model, selector, weight, health.calls]) }
            return config.answer
          },
        })
      },
      close: () => end?.(),
    }
  },
}`

const files = { 'told.ts': strategy }
const config = { pipelines: { services: [{ insert: './told.ts', after: 'models-admin' }] } }
const told = (more: object) => ({ source: 'smart', strategy: 'plugin', strategy_plugin: 'told', targets: targets('a:2 b c'), strategy_config: more })
const warnings = (arms: Arms) => arms.gateway.served.gateway.log.filter(({ virtual_model: name }) => name === 'smart').map(({ msg }) => msg)

describe('a strategy that a plugin offers', () => {
  it('chooses, whatever the weights', async () => {
    await using arms = await Arms.start({ config, files })
    await arms.put(told({ answer: 2 }))
    expect(await arms.sequence('smart', 2)).to.equal('c c')
    expect(warnings(arms)).to.deep.equal([])
  })

  it('is told of the targets, of their last calls, and of the one that is pinned', async () => {
    await using arms = await Arms.start({ config, files })
    await arms.put(told({ answer: 1 }))
    await arms.sequence('smart', 2, () => ({ 'x-session-id': 's' }))
    expect((globalThis as { toldTapline?: object }).toldTapline).to.deep.equal({
      source: 'smart',
      pinned: 1,
      options: [
        ['a', 'a', 2, 0],
        ['b', 'b', 1, 1],
        ['c', 'c', 1, 0],
      ],
    })
  })

  it('takes the place of `adaptive`, if that is its name', async () => {
    await using arms = await Arms.start({
      config,
      files: { 'told.ts': strategy.replace("name: 'told',\n          schema", "name: 'adaptive',\n          schema") },
    })
    await arms.put({ source: 'smart', strategy: 'adaptive', targets: targets('a b') })
    expect(await arms.served('smart')).to.equal('a')
    expect((globalThis as { toldTapline?: { source: string } }).toldTapline).to.include({ source: 'smart', pinned: undefined })
    expect(warnings(arms)).to.deep.equal(['the strategy adaptive chose none of the targets; the weights decide'])
  })

  it('chooses by the request', async () => {
    await using arms = await Arms.start({ config, files })
    await arms.put(told({ asks: true }))
    expect([await arms.served('smart', { 'x-want': 'c' }), await arms.served('smart', { 'x-want': 'b' })]).to.deep.equal(['c', 'b'])
  })

  const useless: readonly [string, object, string][] = [
    ['fails', { fails: true }, 'the strategy told failed; the weights decide'],
    ['names none of the targets', { answer: 7 }, 'the strategy told chose none of the targets; the weights decide'],
    ['names half of one', { answer: 0.5 }, 'the strategy told chose none of the targets; the weights decide'],
    ['answers nothing', {}, 'the strategy told chose none of the targets; the weights decide'],
  ]
  for (const [what, said, warning] of useless)
    it(`leaves it to the weights when it ${what}, and that is said once`, async () => {
      await using arms = await Arms.start({ config, files })
      await arms.put(told(said))
      expect(await arms.sequence('smart', 4)).to.equal('a a b c')
      expect(warnings(arms)).to.deep.equal([warning])
    })

  const misled: readonly [string, object, string[]][] = [
    [
      'a plugin that is not there',
      { strategy_plugin: 'nobody' },
      ['strategy_plugin of a virtual model: there is no strategy "nobody"; known: told, cheapest_healthy'],
    ],
    ['what it does not take', { strategy_config: { answer: 'b' } }, ['strategy_config.answer of a virtual model: expected number, got "b"']],
    ['what it takes', { strategy_config: { answer: 1 } }, []],
  ]
  for (const [what, said, expected] of misled)
    it(`is looked for when the gateway starts, where the configuration says ${what}`, async () => {
      await using arms = await Arms.start({ config: { ...config, virtual_models: [{ ...told({}), ...said }] }, files })
      expect(warnings(arms)).to.deep.equal(expected)
    })

  it('has 250 ms', async () => {
    const clock = new TurnedClock()
    const warned: unknown[] = []
    const chooser = new Chooser({
      turns: new RoundRobin(),
      pins: new MemoryPins(clock),
      health: new TargetHealth(),
      clock,
      price: () => undefined,
      strategy: name => ({ name, choose: async () => await new Promise<number>(() => {}) }),
      warn: (source, message, cause) => {
        warned.push([source, message, (cause as Error).message])
      },
    })
    const model = {
      ...defaults,
      source: 'smart',
      strategy: 'plugin' as const,
      strategy_plugin: 'slow',
      targets: targets('a b').map(target => ({ weight: 1, ...target })),
      managed: false,
      created_at: 0,
      updated_at: 0,
    }
    const redirect = new Redirects(new Map([['smart', model]])).of('smart')
    const free =
      redirect?.options.map((option, index) => ({ index, option, leaves: [{ provider: { name: 'openai' }, model: option.selector } as Target] })) ?? []
    const choice = chooser.choose(redirect as Redirect, free, { caller: undefined, userPath: '', exchange: { failures: [] } as unknown as Exchange })
    clock.advance(249)
    expect(warned).to.deep.equal([])
    clock.advance(1)
    expect(await choice).to.equal(0)
    expect(warned).to.deep.equal([['smart', 'the strategy slow failed; the weights decide', 'no choice within 250 ms']])
  })
})

describe('cheapest_healthy', () => {
  const option = (priceUsd: number | undefined, errorRate = 0, medianMs?: number): RouteOption => ({
    target: {} as RouteOption['target'],
    selector: '',
    weight: 1,
    priceUsd,
    health: { calls: 50, errorRate, medianMs },
  })
  const usual = { max_error_rate: 0.2, prefer: 'cheapest' as const }
  const rows: readonly [string, readonly RouteOption[], number | undefined, Partial<{ max_error_rate: number; prefer: 'cheapest' | 'fastest' }>, number][] = [
    ['takes the cheapest', [option(3), option(1), option(2)], undefined, {}, 1],
    ['passes by what fails too often', [option(3), option(1, 0.21), option(2)], undefined, {}, 2],
    ['bears some failures', [option(3), option(1, 0.2), option(2)], undefined, {}, 1],
    ['bears as many as it is told to', [option(3), option(1, 0.5)], undefined, { max_error_rate: 0.5 }, 1],
    ['takes the cheapest of all where none is healthy', [option(3, 1), option(1, 1)], undefined, {}, 1],
    ['takes the fastest', [option(1, 0, 300), option(3, 0, 100)], undefined, { prefer: 'fastest' }, 1],
    ['takes what it knows to be fast before what it knows nothing of', [option(1), option(3, 0, 100)], undefined, { prefer: 'fastest' }, 1],
    ['takes what has a price before what has none', [option(undefined), option(9)], undefined, {}, 1],
    ['takes the first where nobody knows anything', [option(undefined), option(undefined)], undefined, {}, 0],
    ['keeps a session where it is', [option(3), option(1)], 0, {}, 0],
    ['moves a session from what fails', [option(3, 0.9), option(1)], 0, {}, 1],
  ]
  for (const [what, options, pinned, config_, expected] of rows) it(what, () => expect(choose(options, pinned, { ...usual, ...config_ })).to.equal(expected))

  it('avoids what failed lately', async () => {
    await using arms = await Arms.start()
    await arms.put({ source: 'smart', strategy: 'plugin', strategy_plugin: 'cheapest_healthy', targets: targets('a b') })
    arms.gateway.served.upstream.reply({ status: 500, body: errorBody('oops', 'server_error', 'broken') })
    expect(await arms.sequence('smart', 3)).to.equal('a b b b')
  })
})
