/** How much may be used. */

import { expect } from 'chai'
import type { BudgetList } from '../../schemas/admin/budgets.schema.ts'
import type { RateLimitList } from '../../schemas/admin/rate-limits.schema.ts'
import { violations } from '../support/axe.ts'
import { Dashboard } from '../support/dashboard.ts'
import { hello } from '../support/serve.ts'

describe('the page Limits', () => {
  let dashboard: Dashboard

  before(async function () {
    const userPaths = [{ path: '/team', per_child: true, limits: [{ period: 'daily', amount: 3 }] }]
    dashboard = await Dashboard.start(this, { config: { budgets: { user_paths: userPaths } } })
  })

  after(async () => {
    await dashboard?.close()
  })

  /** Not from the cache, which costs nothing. */
  const chat = async (path: string) => (await dashboard.served.chat(hello, { 'x-tapline-user-path': path, 'cache-control': 'no-store' })).status
  const price = async (usd: number) =>
    await dashboard.served.call('PUT', '/admin/model-pricing-overrides', { selector: 'gpt-test', pricing: { per_request: usd } })

  it('makes, changes, resets and deletes a budget', async () => {
    await price(2)
    await using reader = await dashboard.open('limits', { bypassCSP: true })
    const { page } = reader
    const row = (text: RegExp) => page.getByRole('table', { name: 'Budgets' }).getByRole('row', { name: text })
    await page.getByRole('button', { name: 'New budget' }).click()
    await page.getByLabel('For', { exact: false }).first().fill('/spends')
    await page.getByLabel('Amount').fill('2.5')
    await page.getByRole('button', { name: 'Save' }).click()
    await row(/\/spends.*of \$2\.50/).waitFor()
    expect([await chat('/spends'), await chat('/spends/more'), await chat('/spends')]).to.deep.equal([200, 200, 429])
    await page.reload()
    await row(/\/spends.*\$4\.00 of \$2\.50/)
      .getByRole('button', { name: 'Edit' })
      .click()
    await page.getByLabel('Amount').fill('4.5')
    await page.getByRole('button', { name: 'Save' }).click()
    await row(/\$4\.00 of \$4\.50.*\$0\.50/)
      .getByRole('button', { name: 'Reset' })
      .click()
    expect(await violations(page)).to.deep.equal([])
    await page.getByRole('dialog').getByRole('button', { name: 'Reset' }).click()
    await row(/\$0\.00 of \$4\.50/)
      .getByRole('button', { name: 'Delete' })
      .click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await row(/\/spends/).waitFor({ state: 'detached' })
    expect((await dashboard.asked<BudgetList>('/budgets')).budgets.filter(({ source }) => source === 'manual')).to.deep.equal([])
    expect(reader.complaints).to.deep.equal([])
  })

  it('shows each child of a template, keeps what the configuration says, and finds by the address', async () => {
    await using reader = await dashboard.open('limits?search=/team/2')
    const { page } = reader
    const rows = page.getByRole('table', { name: 'Budgets' }).getByRole('row')
    await rows.filter({ hasText: '/team/2' }).getByText('each path below /team').waitFor()
    expect(await rows.count()).to.equal(2)
    await price(1)
    expect(await chat('/team/2')).to.equal(200)
    await page.reload()
    await page.getByText('$1.00 of $3.00').waitFor()
    expect(await rows.nth(1).getByRole('button').allInnerTexts()).to.deep.equal(['Reset'])
    await page.getByLabel('Search').fill('elsewhere')
    await page.getByLabel('Search').press('Enter')
    await page.getByText('None fits.').first().waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('makes, moves, resets and deletes a rate limit', async () => {
    await using reader = await dashboard.open('limits?search=/busy')
    const { page } = reader
    const row = (text: RegExp) => page.getByRole('table', { name: 'Rate limits' }).getByRole('row', { name: text })
    const rules = async () =>
      (await dashboard.asked<RateLimitList>('/rate-limits')).rate_limits.map(({ subject, period_label }) => `${subject} ${period_label}`)
    await page.getByRole('button', { name: 'New rate limit' }).click()
    await page.getByLabel('For', { exact: false }).first().fill('/busy')
    await page.locator('[name=period]').selectOption('day')
    await page.getByLabel('Requests').fill('1')
    await page.getByRole('button', { name: 'Save' }).click()
    await row(/\/busy.*day.*0 of 1/).waitFor()
    expect([await chat('/busy'), await chat('/busy')]).to.deep.equal([200, 429])
    await page.reload()
    await row(/1 of 1/)
      .getByRole('button', { name: 'Reset' })
      .click()
    await page.getByRole('dialog').getByRole('button', { name: 'Reset' }).click()
    await row(/0 of 1/).waitFor()
    expect(await chat('/busy')).to.equal(200)
    await row(/\/busy/)
      .getByRole('button', { name: 'Edit' })
      .click()
    await page.getByLabel('For', { exact: false }).first().fill('/busy/desk')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await row(/\/busy\/desk.*day/).waitFor()
    expect(await rules()).to.deep.equal(['/busy/desk day'])
    await row(/\/busy\/desk/)
      .getByRole('button', { name: 'Delete' })
      .click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await row(/\/busy\/desk/).waitFor({ state: 'detached' })
    expect(await rules()).to.deep.equal([])
    expect(reader.complaints).to.deep.equal([])
  })
})
