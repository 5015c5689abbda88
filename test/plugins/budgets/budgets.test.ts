import { expect } from 'chai'
import { expectError } from '../../support/answer.ts'
import { capped, Limited } from '../../support/limits.ts'

const budget = (amount: number, more: object = {}) => ({ budgets: { user_paths: [{ path: '/team', ...more, limits: [{ period: 'daily', amount }] }] } })

describe('budgets', () => {
  it('refuse the call when as much was spent as is allowed, and say until when', async () => {
    await using limited = await Limited.start({ config: budget(2) })
    expect(await limited.statuses(2, '/team/a')).to.deep.equal([200, 200])
    const refused = await limited.call('/team/b')
    expectError(refused, { code: 'budget_exceeded', message: 'budget exceeded: the daily budget of user path /team: 2 of 2 USD spent' })
    expect(refused.headers).to.include({ 'retry-after': '86400', 'x-should-retry': 'false' })
    expect(await limited.statuses(1, '/other')).to.deep.equal([200])
  })

  it('spend no more than 10\'s worth with 500 calls at once', async () => {
    await using limited = await Limited.start({ config: budget(10) })
    const answers = await Promise.all(Array.from({ length: 500 }, () => limited.call('/team')))
    expect(answers.filter(({ status }) => status === 200)).to.have.length(10)
    expect(answers.filter(({ status }) => status === 429)).to.have.length(490)
    expect(limited.served.upstream.requests.filter(({ path }) => path.endsWith('/chat/completions'))).to.have.length(10)
  })

  it('let one call through alone, whatever it may cost, as long as something is left', async () => {
    await using limited = await Limited.start({ config: budget(0.5) })
    expect(await limited.statuses(2, '/team', { ...capped, max_tokens: 1000 })).to.deep.equal([200, 429])
  })
})
