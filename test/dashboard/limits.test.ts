/** How much may be used. */

import { expect } from 'chai'
import { Dashboard } from '../support/dashboard.ts'

describe('the page Limits', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this)
  })

  after(async () => {
    await dashboard?.close()
  })

  it('makes, changes and deletes a budget', async () => {
    await using reader = await dashboard.open('limits')
    const { page } = reader
    const budgets = page.getByRole('table', { name: 'Budgets' })
    await page.getByRole('button', { name: 'New budget' }).click()
    await page.getByLabel('For', { exact: false }).first().fill('/team/spends')
    await page.getByLabel('Amount').fill('2.5')
    await page.getByRole('button', { name: 'Save' }).click()
    await budgets
      .getByRole('row', { name: /\/team\/spends.*of \$2\.50/ })
      .getByRole('button', { name: 'Edit' })
      .click()
    await page.getByLabel('Amount').fill('4')
    await page.getByRole('button', { name: 'Save' }).click()
    await budgets
      .getByRole('row', { name: /of \$4\.00/ })
      .getByRole('button', { name: 'Delete' })
      .click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('row', { name: /\/team\/spends/ }).waitFor({ state: 'detached' })
    expect(reader.complaints).to.deep.equal([])
  })
})
