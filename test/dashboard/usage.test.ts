/** What was asked, answered and spent. */

import { expect } from 'chai'
import type { Page } from 'playwright-core'
import type { UsageLog } from '../../schemas/admin/usage.schema.ts'
import { violations } from '../support/axe.ts'
import { Dashboard } from '../support/dashboard.ts'
import { hello } from '../support/serve.ts'
import { until } from '../support/until.ts'
import { seed } from '../support/usage.ts'

/** A model that stands for one that is not there and, behind it, for one that is. */
const config = {
  virtual_models: [
    {
      source: 'either',
      strategy: 'failover',
      targets: [
        { provider: 'groq', model: 'llama' },
        { provider: 'openai', model: 'gpt-test' },
      ],
    },
  ],
}
const env = { GROQ_API_KEY: 'unused', GROQ_MODELS: 'llama' }

const dayMs = 86_400_000

describe('the pages Overview and Usage', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this, { config, env: { ...env, GROQ_BASE_URL: 'http://127.0.0.1:1/v1' } })
    await price('gpt-test', { input_per_mtok: 1 })
    await dashboard.served.chat({ ...hello, model: 'either' }, { 'x-tapline-user-path': '/either' })
    const facts = { model: 'costly', requested_model: 'costly', user_path: '/spender', labels: ['night'], session_id: 'trip', input_tokens: 3_000_000 }
    await seed(dashboard.served, [
      { id: 'one', ...facts, output_tokens: 1_000_000, total_tokens: 4_000_000, raw_data: { odd_tokens: 3 } },
      { id: 'two', ...facts, output_tokens: 0, total_tokens: 3_000_000, cache_type: 'exact', timestamp: Date.now() - 40 * dayMs },
    ])
  })

  async function price(selector: string, pricing: object): Promise<void> {
    await dashboard.served.call('PUT', '/admin/model-pricing-overrides', { selector, pricing })
  }

  after(async () => {
    await dashboard?.close()
  })

  it('shows how calls went, what they used and saved, and what stood in for what', async () => {
    await using reader = await dashboard.open('overview')
    const { page } = reader
    await page.getByText('93.8 %').waitFor()
    expect(await page.locator('.cards').first().innerText())
      .to.include('Requests\n15')
      .and.include('Cache hits\n11\n73.3 % of all requests')
    await page.getByRole('img', { name: 'Average duration by provider' }).waitFor()
    expect(await page.getByRole('listitem').filter({ hasText: 'groq/llama → openai/gpt-test' }).innerText()).to.match(/1$/)
    expect(reader.complaints).to.deep.equal([])
  })

  it('changes days, interval, metric and throughput, each by the address alone', async () => {
    await using reader = await dashboard.open('overview?days=90')
    const { page } = reader
    await press(page, 'By', 'Weeks')
    await page.getByRole('img', { name: 'Tokens, weekly' }).waitFor()
    await press(page, 'Chart of', 'Cost')
    await page.getByRole('img', { name: 'Cost, weekly' }).waitFor()
    await press(page, 'Buckets', 'Hours')
    await page.getByRole('img', { name: 'Tokens by hour' }).waitFor()
    expect(page.url()).to.match(/days=90&interval=weekly&show=cost&throughput=hour/)
    await page.reload()
    await page.getByRole('img', { name: 'Cost, weekly' }).waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('leads from a figure, from a day and from a failover to what they are made of', async () => {
    await using reader = await dashboard.open('overview')
    const { page } = reader
    await page.getByRole('link', { name: 'groq/llama → openai/gpt-test' }).click()
    await page
      .getByRole('table', { name: 'Calls' })
      .getByRole('row', { name: /either/ })
      .waitFor()
    expect(page.url()).to.match(/provider=openai&search=gpt-test/)
    await page.goBack()
    await page.getByRole('link', { name: 'Cache hits' }).click()
    await until(async () => (await requests(page)).every(row => row.includes('exact cache')))
    await page.goBack()
    const today = new Date().toISOString().slice(0, 10)
    await page.getByRole('link', { name: new RegExp(`^${today}: `) }).click()
    await page.waitForURL(new RegExp(`start_date=${today}&end_date=${today}`))
    await page.getByRole('table', { name: 'Requests' }).waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('sums up by model, path, label and session, in tokens and in money, and narrows what is shown to one of them', async () => {
    await using reader = await dashboard.open('usage?by=labels')
    const { page } = reader
    await page.getByRole('row', { name: /night.*3,000,000.*1,000,000.*4,000,000/ }).waitFor()
    await press(page, 'By', 'User path')
    await page
      .getByRole('row', { name: /^\/spender/ })
      .first()
      .press('Enter')
    await page.waitForURL(/user_path=%2Fspender/)
    await until(async () => (await requests(page)).length === 1)
    expect((await requests(page))[0]).to.match(/costly/)
    await press(page, 'By', 'Session')
    await press(page, 'Shown', 'Cost')
    await page.getByRole('row', { name: /trip/ }).click()
    await page.waitForURL(/audit\?.*session_id=trip/)
    expect(reader.complaints).to.deep.equal([])
  })

  it('opens the call that a record is about, and says so where the audit log does not have it', async () => {
    await using reader = await dashboard.open('usage?user_path=/team/2')
    const { page } = reader
    const table = page.getByRole('table', { name: 'Requests' })
    await table.getByRole('row').nth(1).press('Enter')
    await page.getByRole('dialog').getByText('/team/2', { exact: true }).waitFor()
    const [, request] = /request_id=([\w-]+)/.exec(page.url()) ?? []
    const { entries } = await dashboard.asked<UsageLog>('/usage/log?user_path=/team/2&cache_mode=all')
    expect(entries.map(({ request_id: id }) => id)).to.include(request)
    await page.goto(`${dashboard.served.url}/admin/dashboard/usage?user_path=/spender`)
    await table.getByRole('row', { name: /costly/ }).click()
    await page.getByText('The audit log has no entry of this request.').waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('recalculates costs at the prices of now, once the word is typed, and says how many', async () => {
    await using reader = await dashboard.open('usage?user_path=/spender&cache=uncached', { bypassCSP: true })
    const { page } = reader
    const row = page.getByRole('table', { name: 'Requests' }).getByRole('row', { name: /costly/ })
    await row.getByText('–').first().waitFor()
    await price('costly', { input_per_mtok: 2, output_per_mtok: 5 })
    await page.getByRole('button', { name: 'Recalculate costs' }).click()
    const asked = page.getByRole('dialog', { name: 'Recalculate costs?' })
    await asked.getByText('of the last 7 days with the user path /spender').waitFor()
    expect(await violations(page)).to.deep.equal([])
    await asked.getByRole('textbox').fill('recalculate')
    await asked.getByRole('button', { name: 'Recalculate' }).click()
    const done = page.getByRole('dialog', { name: 'Costs recalculated' })
    await until(async () => (await done.locator('dd').allInnerTexts()).join() === '1,1,1,0')
    expect(await violations(page)).to.deep.equal([])
    await page.keyboard.press('Escape')
    await row.getByText('$11.00').waitFor()
    expect(await row.innerText()).to.match(/prices.*unmapped token field: odd_tokens/)
    const { entries } = await dashboard.asked<UsageLog>('/usage/log?user_path=/spender')
    expect(entries.map(entry => entry['total_cost'])).to.deep.equal([11])
    expect(reader.complaints).to.deep.equal([])
  })
})

async function press(page: Page, group: string, button: string): Promise<void> {
  await page.getByRole('group', { name: group, exact: true }).getByRole('button', { name: button, exact: true }).click()
}

/** The text of each row of the log that is shown. */
async function requests(page: Page): Promise<readonly string[]> {
  return (await page.getByRole('table', { name: 'Requests' }).getByRole('row').allInnerTexts()).slice(1)
}
