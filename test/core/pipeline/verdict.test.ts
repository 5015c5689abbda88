import { expect } from 'chai'
import { block, definePlugin, refuse } from '../../../core/index.ts'
import { runPlugin } from '../../../core/testing/run-plugin.ts'

const details = { param: 'messages', retryAfterMs: 1_500, headers: { 'X-Quota': '0', 'X-Rule': ['a', 'b'] } }

describe('block', () => {
  it('says when to try again, and gives headers', async () => {
    const { status, headers, body } = await runPlugin(
      definePlugin({ name: 'quota', setup: () => ({ lookup: () => block('quota_spent', 'Too many', { ...details, status: 429 }) }) }),
    )
    expect([status, body.error.code, body.error.param]).to.deep.equal([429, 'quota_spent', 'messages'])
    expect(headers).to.include({ 'retry-after': '2', 'x-quota': '0', 'x-rule': 'b' })
  })

  it('says the same of an answer, with the status of one', async () => {
    for (const stream of [false, true]) {
      const plugin = definePlugin({ name: 'quota', setup: () => ({ response: () => block('quota_spent', 'Too many', details) }) })
      const { status, headers, body } = await runPlugin(plugin, { request: { stream } })
      expect([status, body.error.param, headers['retry-after'], headers['x-quota']]).to.deep.equal([502, 'messages', '2', '0'])
    }
  })

  it('takes headers in a flat list, too', () => {
    expect(block('no', 'No', { headers: ['X-A', 'b', 'X-A', 'c'] }).headers).to.deep.equal(['X-A', 'b', 'X-A', 'c'])
    expect(block('no', 'No', details).headers).to.deep.equal(['X-Quota', '0', 'X-Rule', 'a', 'X-Rule', 'b'])
    expect(block('no', 'No').headers).to.deep.equal([])
  })

  it('has no status that is no refusal', () => {
    for (const status of [200, 399, 600, 400.5, Number.NaN]) expect(() => block('no', 'No', { status })).to.throw(RangeError, String(status))
  })
})

describe('refuse', () => {
  it('says that the provider is not called now', () => {
    expect(refuse('region_full')).to.include({ status: 503, code: 'region_full', message: 'the provider is not called now', retryAfterMs: undefined })
    expect(refuse('region_full', { message: 'Full', status: 429, retryAfterMs: 1_500 })).to.include({ status: 429, message: 'Full', retryAfterMs: 1_500 })
    expect(() => refuse('no', { status: 200 })).to.throw(RangeError, '200')
  })
})
