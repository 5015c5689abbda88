/** Calls: those that were made, and that are under way. */

import { expect } from 'chai'
import { Dashboard } from '../support/dashboard.ts'
import { hello } from '../support/serve.ts'

describe('the pages Audit log and Live', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this, { config: { logging: { enabled: true, log_bodies: true, flush_interval: '50ms' } } })
  })

  after(async () => {
    await dashboard?.close()
  })

  it('opens a call by keyboard, shows what was said, and closes it again', async () => {
    await using reader = await dashboard.open('audit?status_code=200')
    const { page } = reader
    await page
      .getByRole('row', { name: /gpt-test/ })
      .first()
      .press('Enter')
    const drawer = page.getByRole('dialog', { name: 'Call' })
    await drawer.getByText('"content": "hello"').first().waitFor()
    expect(page.url()).to.match(/open=/)
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
    await page.waitForURL(({ search }) => !search.includes('open='))
    expect(reader.complaints).to.deep.equal([])
  })

  it('shows a call while it happens', async () => {
    await using reader = await dashboard.open('live')
    const { page } = reader
    await page.getByText('live', { exact: true }).waitFor()
    await dashboard.served.chat(hello, { 'x-tapline-user-path': '/seen/live' })
    await page.getByRole('row', { name: /\/seen\/live.*stored/ }).press('Enter')
    await page.getByRole('dialog', { name: 'Call' }).getByText('/seen/live', { exact: true }).waitFor()
    expect(reader.complaints).to.deep.equal([])
  })
})
