/** What holds for the whole gateway. */

import { expect } from 'chai'
import type { BudgetList, BudgetSettings } from '../../schemas/admin/budgets.schema.ts'
import type { RateLimitList } from '../../schemas/admin/rate-limits.schema.ts'
import type { TaggingSettings } from '../../schemas/admin/tagging.schema.ts'
import { violations } from '../support/axe.ts'
import { Dashboard, signIn } from '../support/dashboard.ts'
import { hello } from '../support/serve.ts'
import { until } from '../support/until.ts'

describe('the page Settings', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this, { config: { tagging: { headers: [{ header: 'X-Team' }] } } })
  })

  after(async () => {
    await dashboard?.close()
  })

  const written = async (path: string, body: object) => await dashboard.served.call('PUT', `/admin${path}`, body)

  it('sets when budgets begin, and says when they do next, in the time zone that is chosen', async () => {
    for (const period of ['daily', 'weekly', 'monthly'])
      await written('/budgets', { scope: 'user_path', subject: '/team', per_child: false, budget_key: { period }, amount: 5 })
    await using reader = await dashboard.open('settings')
    const { page } = reader
    await page.getByLabel('Days begin at').fill('06:30')
    await page.getByLabel('Weeks begin on').selectOption('Sunday')
    await page.getByLabel('Weeks begin at').fill('23:59')
    await page.getByLabel('Months begin on day').selectOption('last day')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('Saved.').waitFor()
    expect(await dashboard.asked<BudgetSettings>('/budgets/settings')).to.include({
      daily_reset_hour: 6,
      daily_reset_minute: 30,
      weekly_reset_weekday: 7,
      weekly_reset_hour: 23,
      weekly_reset_minute: 59,
      monthly_reset_day: 31,
      monthly_reset_hour: 0,
    })
    const { budgets } = await dashboard.asked<BudgetList>('/budgets')
    const ends = (zone: string) => budgets.map(({ period_end: end }) => new Date(end).toLocaleString('sv-SE', { timeZone: zone })).sort()
    const shown = async () => (await page.getByRole('table', { name: 'Periods' }).locator('td:last-child').allInnerTexts()).sort()
    expect(await shown()).to.deep.equal(ends('UTC'))
    await page.getByLabel('Time zone').selectOption('Asia/Tokyo')
    expect(await shown()).to.deep.equal(ends('Asia/Tokyo'))
    await page.reload()
    expect(await page.getByLabel('Time zone').inputValue()).to.equal('Asia/Tokyo')
    expect(reader.complaints).to.deep.equal([])
  })

  it('resets all budgets and all rate limits, once the word is typed', async () => {
    await written('/budgets', { scope: 'user_path', subject: '/reset', per_child: false, budget_key: { period: 'daily' }, amount: 5 })
    await written('/rate-limits', { scope: 'user_path', subject: '/reset', per_child: false, limit_key: { period: 'day' }, max_requests: 5, max_tokens: null })
    // One that the cache does not know: what it answers counts under no limit.
    await dashboard.served.chat({ ...hello, temperature: 0.5 }, { 'x-tapline-user-path': '/reset' })
    const used = async () => (await dashboard.asked<RateLimitList>('/rate-limits')).rate_limits[0]?.requests_used
    expect(await used()).to.equal(1)
    await using reader = await dashboard.open('settings', { bypassCSP: true })
    const { page } = reader
    for (const what of ['budgets', 'rate limits']) {
      await page.getByRole('button', { name: `Reset all ${what}` }).click()
      const act = page.getByRole('dialog').getByRole('button', { name: 'Reset' })
      expect(await act.isDisabled()).to.equal(true)
      await page.getByLabel('Type reset').fill('reset')
      if (what === 'budgets') expect(await violations(page)).to.deep.equal([])
      await act.click()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    expect(await used()).to.equal(0)
    const { budgets } = await dashboard.asked<BudgetList>('/budgets')
    expect(budgets.every(({ last_reset_at: at }) => at !== undefined)).to.equal(true)
    expect(reader.complaints).to.deep.equal([])
  })

  it('names the headers that labels come in, beside those of the configuration', async () => {
    await using reader = await dashboard.open('settings')
    const { page } = reader
    const headers = page.getByRole('table', { name: 'Headers with labels' })
    const own = headers.getByRole('row', { name: /X-Feature/ })
    await headers.getByRole('row', { name: /X-Team.*Config/ }).waitFor()
    await page.getByRole('button', { name: 'New header' }).click()
    await page.locator('[name=header]').fill('Authorization')
    await page.getByRole('button', { name: 'Save', exact: true }).last().click()
    await page.getByRole('alert').waitFor()
    expect(await page.locator('[name=header]').getAttribute('aria-invalid')).to.equal('true')
    await page.locator('[name=header]').fill('X-Feature')
    await page.locator('[name=prefix]').fill('feature:')
    await page.getByRole('button', { name: 'Save', exact: true }).last().click()
    await own.waitFor()
    await dashboard.served.chat(hello, { 'x-feature': 'feature:search' })
    await until(async () => JSON.stringify(await dashboard.asked<object>('/usage/labels')).includes('"search"'))
    await own.getByRole('button', { name: 'Edit' }).click()
    await page.getByLabel('Stays in the gateway').check()
    await page.getByRole('button', { name: 'Save', exact: true }).last().click()
    await own.getByText('yes').waitFor()
    await own.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await own.waitFor({ state: 'detached' })
    expect((await dashboard.asked<TaggingSettings>('/tagging/settings')).headers.map(({ header }) => header)).to.deep.equal(['X-Team'])
    expect(reader.complaints).to.deep.equal([])
  })

  it('says what runs and what it was told, and refreshes it', async () => {
    await using reader = await dashboard.open('settings')
    const { page } = reader
    await page.getByText('not looked up').waitFor()
    await page.getByRole('row', { name: /logging\.enabled true file, line \d+/ }).waitFor()
    await page.getByLabel('Setting', { exact: true }).fill('usage.enabled')
    await page.getByLabel('Setting', { exact: true }).press('Enter')
    await page.getByText('No setting fits').waitFor()
    await page.getByLabel('With defaults').check()
    await page.getByRole('row', { name: /usage\.enabled true default/ }).waitFor()
    await page.getByRole('button', { name: 'Refresh' }).click()
    await page
      .getByRole('table', { name: 'Steps of the refresh' })
      .getByRole('row', { name: /auth keys ok/ })
      .waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('shows administrators of one path what holds for them, and lets them change nothing', async () => {
    const { value } = JSON.parse(
      (await dashboard.served.call('POST', '/admin/auth-keys', { name: 'one path', user_path: '/team', dashboard_access: true })).body.toString(),
    ) as { value: string }
    await using reader = await dashboard.open('settings')
    const { page } = reader
    await page.getByRole('button', { name: 'Sign out' }).click()
    await signIn(page, value)
    await page.getByText('below /team').waitFor()
    expect(await page.getByLabel('Days begin at').isDisabled()).to.equal(true)
    expect(await page.locator('main').getByRole('button').allInnerTexts()).to.deep.equal([])
  })
})
