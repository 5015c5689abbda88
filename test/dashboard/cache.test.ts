/** What the response cache answered. */

import { expect } from 'chai'
import { violations } from '../support/axe.ts'
import { Dashboard } from '../support/dashboard.ts'
import { hello } from '../support/serve.ts'

describe('the page Cache', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this)
  })

  after(async () => {
    await dashboard?.close()
  })

  it('shows what was saved, and how the layers are configured', async () => {
    await using reader = await dashboard.open('cache')
    const { page } = reader
    await page.getByText('11 of 13 requests').waitFor()
    await page.getByRole('row', { name: /exact.*3,600 s.*2,048 KiB/ }).waitFor()
    await page.getByRole('img', { name: 'Hits by day' }).waitFor()
    await page.getByRole('button', { name: 'Tokens' }).click()
    await page.getByRole('img', { name: 'Tokens by day' }).waitFor()
    expect(page.url()).to.contain('show=tokens')
    expect(reader.complaints).to.deep.equal([])
  })

  it('forgets the answers of a model once the word is typed', async () => {
    await using reader = await dashboard.open('cache', { bypassCSP: true })
    const { page } = reader
    const calls = () => dashboard.served.upstream.requests.length
    const before = calls()
    await page.getByRole('button', { name: 'Clear …' }).click()
    expect(await violations(page)).to.deep.equal([])
    await page.getByLabel('Model').fill(hello.model)
    await page.getByLabel('Type clear').fill('yes')
    await page.getByRole('button', { name: 'Clear', exact: true }).click()
    await page.getByRole('alert').waitFor()
    await dashboard.served.chat(hello)
    expect(calls()).to.equal(before)
    await page.getByLabel('Type clear').fill('clear')
    await page.getByRole('button', { name: 'Clear', exact: true }).click()
    await page.getByText(`The answers of ${hello.model} are forgotten.`).waitFor()
    await dashboard.served.chat(hello)
    expect(calls()).to.equal(before + 1)
  })
})
