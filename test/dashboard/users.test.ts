/** Which models are open to whom. */

import { expect } from 'chai'
import { Dashboard } from '../support/dashboard.ts'

describe('the page User paths', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this)
  })

  after(async () => {
    await dashboard?.close()
  })

  it('gives a user path a rule, and shows what is left to it', async () => {
    await using reader = await dashboard.open('users')
    const { page } = reader
    await page.getByRole('button', { name: 'New rule' }).click()
    await page.getByLabel('User path').fill('/team/few')
    await page.getByLabel('Models').fill('openai/nothing')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /\/team\/few.*openai\/nothing.*none/ }).waitFor()
    expect(reader.complaints).to.deep.equal([])
  })
})
