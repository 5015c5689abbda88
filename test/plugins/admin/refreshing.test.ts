import { expect } from 'chai'
import pino from 'pino'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import type { Processes, RefreshStep } from '../../../core/index.ts'
import { Refreshing } from '../../../plugins/admin/refreshing.ts'

const log = pino({ enabled: false })
const step = (name: string, fails = false): RefreshStep => ({
  name,
  run: async () => {
    if (fails) throw new Error('no')
  },
})

type Report = { readonly status: string; readonly steps: readonly { readonly name: string; readonly status: string }[] }

/** The report of a process beside another one. @param other the other one's steps; undefined if it does not answer */
async function beside(steps: readonly RefreshStep[], other: readonly RefreshStep[] | undefined) {
  const clock = new TurnedClock()
  const asked: string[] = []
  const processes = {
    ask: async (what: string) => {
      asked.push(what)
      return [other === undefined ? undefined : await new Refreshing(() => other, clock, undefined).run(log)]
    },
  } as unknown as Processes
  const report = (await new Refreshing(() => steps, clock, processes).run(log)) as Report
  return {
    status: report.status,
    steps: Object.fromEntries(report.steps.filter(({ status }) => status !== 'skipped').map(({ name, status }) => [name, status])),
    asked,
  }
}

describe('a refresh of several processes', () => {
  it('is one of all of them', async () => {
    expect(await beside([step('providers'), step('workflows')], [step('providers'), step('workflows')])).to.deep.equal({
      status: 'ok',
      steps: { providers: 'ok', workflows: 'ok' },
      asked: ['refresh'],
    })
  })

  it('is partial where a step failed in one of them, whichever', async () => {
    const expected = { status: 'partial', steps: { providers: 'partial', workflows: 'ok' } }
    expect(await beside([step('providers'), step('workflows')], [step('providers', true), step('workflows')])).to.deep.include(expected)
    expect(await beside([step('providers', true), step('workflows')], [step('providers'), step('workflows')])).to.deep.include(expected)
  })

  it('has failed where it did everywhere', async () => {
    expect(await beside([step('providers', true)], [step('providers', true)])).to.deep.include({ status: 'failed', steps: { providers: 'failed' } })
  })

  it('is not whole where one of them did not answer', async () => {
    expect(await beside([step('providers')], undefined)).to.deep.include({ status: 'partial', steps: { providers: 'partial' } })
  })
})
