/** What was asked, answered and spent. */

import { expect } from 'chai'
import { Dashboard } from '../support/dashboard.ts'
import { until } from '../support/until.ts'

describe('the pages Overview and Usage', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this)
  })

  after(async () => {
    await dashboard?.close()
  })

  it('shows what was asked, answered and spent', async () => {
    await using reader = await dashboard.open('overview')
    const { page } = reader
    await page.getByText('92.9 %').waitFor()
    expect(await page.locator('.cards').first().innerText()).to.include('Requests\n13')
    expect(reader.complaints).to.deep.equal([])
  })

  it('groups usage, filters it by what the address says, and lists each request', async () => {
    await using reader = await dashboard.open('usage?by=user-paths')
    const { page } = reader
    await page
      .getByRole('row', { name: /\/team\/1/ })
      .first()
      .waitFor()
    await page.getByLabel('User path').fill('/team/2')
    await page.getByLabel('User path').press('Enter')
    await page.waitForURL(/user_path=%2Fteam%2F2/)
    await until(async () => (await page.getByRole('table', { name: 'Requests' }).getByRole('row').count()) === 5)
    expect(reader.complaints).to.deep.equal([])
  })
})
