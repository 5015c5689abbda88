/** Who may call, and what. */

import { expect } from 'chai'
import { Dashboard } from '../support/dashboard.ts'
import { hello } from '../support/serve.ts'
import { until } from '../support/until.ts'

describe('the pages API keys and User paths', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this)
  })

  after(async () => {
    await dashboard?.close()
  })

  it('makes a key that works, and takes its power away', async () => {
    await using reader = await dashboard.open('keys')
    const { page } = reader
    await page.getByRole('button', { name: 'Create a key' }).click()
    await page.getByLabel('Name').fill('for a test')
    await page.getByLabel('User path').fill('/team/keys')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    const value = await page.locator('.secret').innerText()
    expect((await dashboard.served.chat(hello, { authorization: `Bearer ${value}` })).status).to.equal(200)
    await page.getByRole('button', { name: 'Done' }).click()
    await page
      .getByRole('row', { name: /for a test/ })
      .getByRole('button', { name: 'Deactivate' })
      .click()
    await page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click()
    await page.getByRole('row', { name: /for a test.*inactive/ }).waitFor()
    await until(async () => (await dashboard.served.chat(hello, { authorization: `Bearer ${value}` })).status === 401)
    expect(reader.complaints).to.deep.equal([])
  })

  it('says which field of a key is wrong', async () => {
    await using reader = await dashboard.open('keys')
    const { page } = reader
    await page.getByRole('button', { name: 'Create a key' }).click()
    await page.getByLabel('Name').fill('wrong')
    await page.getByLabel('User path').fill('/team//..')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByLabel('User path').getAttribute('aria-invalid')).to.equal('true')
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
