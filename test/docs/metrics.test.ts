/** The manual names every metric of the default set. */

import { expect } from 'chai'
import { startTestGateway } from '../../core/testing/gateway.ts'
import { page } from './manual.ts'

describe('the metrics of the manual', () => {
  it('are those of the page', async () => {
    await using gateway = await startTestGateway({ config: { metrics: { enabled: true, prefix: 'p' }, cache: { response: { simple: {} } } } })
    const text = await (await fetch(`${gateway.url}/metrics`)).text()
    const served = [...text.matchAll(/^# TYPE p_(\w+) /gm)].map(([, name]) => name)
    const [, table = ''] = /^\| metric, behind the prefix [^]*?\n((?:\|.*\n)+)/m.exec(page('docs/telemetry.md').text) ?? []
    const named = [...table.matchAll(/^\|([^|]*)/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name))
    expect(named).to.have.members(served)
  })
})
