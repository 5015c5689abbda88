/** The names that callers may use. */

import { expect } from 'chai'
import { Dashboard } from '../support/dashboard.ts'
import { hello } from '../support/serve.ts'

describe('the page Virtual models', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this)
  })

  after(async () => {
    await dashboard?.close()
  })

  it('makes an alias that calls may name', async () => {
    await using reader = await dashboard.open('aliases')
    const { page } = reader
    await page.getByRole('button', { name: 'New alias' }).click()
    await page.getByLabel('Name').fill('clever')
    await page.getByLabel('Stands for').fill('gpt-test')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /clever.*gpt-test/ }).waitFor()
    expect((await dashboard.served.chat({ ...hello, model: 'clever' })).status).to.equal(200)
    expect(reader.complaints).to.deep.equal([])
  })
})
