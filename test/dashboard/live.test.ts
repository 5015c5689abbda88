/** Calls as they happen: what is held, taken away and looked for, and what becomes of them when the network is lost. */

import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { Gate } from '../../core/testing/gate.ts'
import { chatCompletion } from '../../core/testing/chat-samples.ts'
import { Dashboard } from '../support/dashboard.ts'
import { hello } from '../support/serve.ts'

describe('the live logs', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this, {
      config: { logging: { enabled: true, flush_interval: '50ms' }, admin: { live_logs: { replay_limit: 20 } } },
    })
  })

  after(async () => {
    await dashboard?.close()
  })

  const chat = async (path: string) => await dashboard.served.chat({ ...hello, user: path }, { 'x-tapline-user-path': path })

  it('are held and counted while they are paused, cleared, and filtered by path, model and status', async () => {
    await using reader = await dashboard.open('live')
    const { page } = reader
    await isLive(page)
    await page.getByRole('button', { name: 'Pause' }).click()
    await chat('/paused/1')
    await chat('/paused/2')
    await page.getByRole('button', { name: 'Resume (2)' }).waitFor()
    expect(await page.getByText('/paused/').count()).to.equal(0)
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('row', { name: /\/paused\/1/ }).waitFor()
    await page.getByLabel('User path').fill('/paused/2')
    await page.getByLabel('User path').press('Enter')
    await page.getByRole('row', { name: /\/paused\/1/ }).waitFor({ state: 'detached' })
    expect(await page.getByRole('row', { name: /\/paused\/2/ }).count()).to.equal(1)
    await page.getByLabel('Status').selectOption('under way')
    await page.getByText('No request fits.').waitFor()
    const gate = new Gate()
    dashboard.served.upstream.reply({ body: chatCompletion(), gates: { beforeHeaders: gate } })
    const call = chat('/paused/2/b')
    await page.getByRole('row', { name: /\/paused\/2/ }).waitFor()
    gate.open()
    await call
    await page.getByText('No request fits.').waitFor()
    await page.getByLabel('Status').selectOption('any')
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByText('Nothing has happened').waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('are live again after the network was lost, with each call that was missed, and none twice', async () => {
    await using reader = await dashboard.open('live')
    const { page } = reader
    await isLive(page)
    await chat('/lost/0')
    await page.getByRole('row', { name: /\/lost\/0.*stored/ }).waitFor()
    await lose(page)
    await chat('/lost/1')
    await chat('/lost/2')
    await page.context().setOffline(false)
    await isLive(page)
    await page.getByRole('row', { name: /\/lost\/2.*stored/ }).waitFor()
    expect(await paths(page)).to.deep.equal(['/lost/2', '/lost/1', '/lost/0'])
  })

  it('are read from the log where too much was missed to be told again', async () => {
    await using reader = await dashboard.open('live')
    const { page } = reader
    await isLive(page)
    await chat('/much/0')
    await page.getByRole('row', { name: /\/much\/0.*stored/ }).waitFor()
    await lose(page)
    for (let sent = 1; sent <= 8; sent++) await chat(`/much/${sent}`)
    await page.context().setOffline(false)
    await page.getByRole('row', { name: /\/much\/8.*stored/ }).waitFor()
    await chat('/much/9')
    await page.getByRole('row', { name: /\/much\/9.*stored/ }).waitFor()
    expect((await paths(page)).filter(path => path.startsWith('/much/'))).to.deep.equal([9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map(sent => `/much/${sent}`))
  })

  it('bring the audit log up to date after the network was lost', async () => {
    await using reader = await dashboard.open('audit?user_path=/gone')
    const { page } = reader
    await isLive(page)
    await lose(page)
    for (let sent = 0; sent < 8; sent++) await chat(`/gone/${sent}`)
    await page.context().setOffline(false)
    await isLive(page)
    await page.getByRole('heading', { name: '8 calls' }).waitFor()
    expect(await paths(page)).to.deep.equal([7, 6, 5, 4, 3, 2, 1, 0].map(sent => `/gone/${sent}`))
  })
})

async function isLive(page: Page): Promise<void> {
  await page.getByRole('status').getByText('live', { exact: true }).waitFor()
}

async function lose(page: Page): Promise<void> {
  await page.context().setOffline(true)
  await page.getByText('reconnecting').waitFor()
}

/** The user paths of the rows, in order. */
async function paths(page: Page): Promise<readonly string[]> {
  return await page.locator('tbody td:nth-child(6)').allInnerTexts()
}
