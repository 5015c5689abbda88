/** Who is let in, what is asked of whom, and whether everybody can read it. */

import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { chatCompletion } from '../../core/testing/chat-samples.ts'
import { pages } from '../../dashboard/pages/paths.ts'
import { violations } from '../support/axe.ts'
import { Reader } from '../support/browser.ts'
import { config, Dashboard, signIn } from '../support/dashboard.ts'
import { Served } from '../support/serve.ts'

describe('the dashboard', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this)
  })

  after(async () => {
    await dashboard?.close()
  })

  it('asks for the key, says if it is not known, keeps it for the session, and forgets it on demand', async () => {
    await using reader = await Reader.open(dashboard.browser)
    const { page } = reader
    await page.goto(`${dashboard.served.url}/admin/dashboard`)
    await page.getByLabel('Master key').fill('wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('This key is not known here.').waitFor()
    await signIn(page)
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    expect(await page.evaluate(() => [sessionStorage.length, localStorage.length])).to.deep.equal([1, 0])
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(await page.evaluate(() => sessionStorage.length)).to.equal(0)
    expect(reader.complaints).to.deep.equal([])
  })

  it('forgets a key that the gateway no longer takes, in the middle of a page and in every tab', async () => {
    const made = await dashboard.served.call('POST', '/admin/auth-keys', { name: 'for a while', dashboard_access: true })
    const { id, value } = JSON.parse(made.body.toString()) as { id: string; value: string }
    await using reader = await Reader.open(dashboard.browser)
    const one = reader.page
    await one.goto(`${dashboard.served.url}/admin/dashboard`)
    await one.getByLabel('Keep it').check()
    await signIn(one, value)
    await one.getByRole('heading', { name: 'Overview' }).waitFor()
    const other = await one.context().newPage()
    await other.goto(`${dashboard.served.url}/admin/dashboard/live`)
    await other.getByText('live', { exact: true }).waitFor()
    await dashboard.served.call('POST', `/admin/auth-keys/${id}/deactivate`, {})
    await one.getByRole('link', { name: 'Models', exact: true }).click()
    for (const page of [one, other]) await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(await one.evaluate(() => [sessionStorage.length, localStorage.length])).to.deep.equal([0, 0])
    await one.getByLabel('Keep it').check()
    await signIn(one)
    await one.getByRole('heading', { name: 'Models', level: 1 }).waitFor()
    await other.getByRole('heading', { name: 'Live', level: 1 }).waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('says that the gateway is away, or that a proxy speaks for it, and goes on when it is back', async () => {
    await dashboard.served.call('POST', '/admin/auth-keys', { name: 'of nobody' })
    await using reader = await dashboard.open('keys')
    const { page } = reader
    await page.getByRole('table', { name: 'Keys' }).waitFor()
    await page.route('**/admin/**', async route => await route.abort())
    await page.getByRole('link', { name: 'Models', exact: true }).click()
    await page.getByText('What is shown may be old').waitFor()
    await page.unroute('**/admin/**')
    await page.getByText('What is shown may be old').waitFor({ state: 'detached' })
    await page.getByRole('table', { name: 'Models' }).first().waitFor()
    await page.route('**/admin/**', async route => await route.fulfill({ status: 200, contentType: 'text/html', body: '<p>Sign in to the proxy' }))
    await page.getByRole('link', { name: 'User paths' }).click()
    await page.getByRole('alert').getByText('something else answered for it').first().waitFor()
    await page.unroute('**/admin/**')
    await page.getByRole('alert').first().waitFor({ state: 'detached' })
    await page.route('**/admin/auth-keys', async route => await route.fulfill({ status: 429, json: { error: { message: 'too much is asked' } } }))
    await page.reload()
    await page.getByRole('link', { name: 'API keys' }).click()
    await page.getByRole('alert').getByText('too much is asked').waitFor()
    await page.unroute('**/admin/auth-keys')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('table', { name: 'Keys' }).waitFor()
  })

  it('says that records wait, and that some were lost', async () => {
    await using reader = await Reader.open(dashboard.browser)
    const { page } = reader
    const health = { status: 'degraded', checks: { storage: 'down', audit: 'down' }, lost_records: { audit: 0, usage: 1200 } }
    await page.route('**/admin/runtime/health', async route => await route.fulfill({ json: health }))
    await page.goto(`${dashboard.served.url}/admin/dashboard/models`)
    await signIn(page)
    await page.getByText('Records wait to be stored (audit)').waitFor()
    await page.getByText('1,200 of usage.').waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('is read without a pointer, and on a telephone', async () => {
    await using reader = await dashboard.open('models', { viewport: { width: 400, height: 800 } })
    const { page } = reader
    await page.getByRole('heading', { name: 'Models', level: 1 }).waitFor()
    expect(await page.title()).to.equal('Models · Tapline')
    const link = page.getByRole('link', { name: 'Virtual models' })
    expect(await link.isVisible()).to.equal(false)
    await page.getByRole('button', { name: 'Menu' }).click()
    await link.click()
    await page.getByRole('heading', { name: 'Virtual models', level: 1 }).waitFor()
    expect([await page.title(), await link.isVisible()]).to.deep.equal(['Virtual models · Tapline', false])
    await page.reload()
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('main:focus').waitFor()
    await page.goto(`${dashboard.served.url}/admin/dashboard/keys`)
    for (const leave of ['Escape', 'Tab Tab Enter']) {
      const button = page.getByRole('button', { name: 'Create a key' })
      await button.press('Enter')
      const dialog = page.getByRole('dialog')
      expect(await dialog.getByLabel('Name', { exact: true }).evaluate(field => field.matches(':focus'))).to.equal(true)
      await dialog.getByLabel('May administer').focus()
      for (const key of leave.split(' ')) await page.keyboard.press(key)
      await dialog.waitFor({ state: 'detached' })
      expect(await button.evaluate(element => element.matches(':focus'))).to.equal(true)
    }
    await page.goto(`${dashboard.served.url}/admin/dashboard/nothing`)
    await page.getByText('There is no such page here').waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  for (const [way, key] of [
    ['Escape', 'Escape'],
    ['its cross', 'Enter'],
  ] as const)
    it(`opens a dialog again that was left by ${way} just before, however fast the keys come`, async () => {
      await using reader = await dashboard.open('keys')
      const { page } = reader
      await page.getByRole('button', { name: 'Create a key' }).press('Enter')
      const dialog = page.getByRole('dialog', { name: 'Create a key' })
      await dialog.getByLabel('Name', { exact: true }).fill('given up')
      await dialog.getByRole('button', { name: 'Close' }).focus()
      await Promise.all([page.keyboard.press(key), page.keyboard.press('Enter')])
      await dialog.locator('input[name="name"]:focus').waitFor()
      expect(await dialog.getByLabel('Name', { exact: true }).inputValue()).to.equal('')
      await page.keyboard.press('Escape')
      await page.locator('dialog').waitFor({ state: 'detached' })
      expect(reader.complaints).to.deep.equal([])
    })

  it('shows who administers one path that path, and no page about the whole gateway', async () => {
    const made = await dashboard.served.call('POST', '/admin/auth-keys', { name: 'of a team', user_path: '/team/1', dashboard_access: true })
    await using reader = await Reader.open(dashboard.browser)
    const { page } = reader
    await page.goto(`${dashboard.served.url}/admin/dashboard`)
    await signIn(page, (JSON.parse(made.body.toString()) as { value: string }).value)
    await page.getByText('below /team/1').waitFor()
    expect(await page.getByRole('navigation').getByRole('link').allInnerTexts())
      .to.include('Usage')
      .and.not.include('Providers')
    expect(reader.complaints).to.deep.equal([])
  })

  it('works below a base path, asks nobody but the gateway, and breaks none of its own rules', async () => {
    await using other = await Served.start({ config: { ...config, server: { base_path: '/g', demo_mode: true } } })
    await using reader = await Reader.open(dashboard.browser)
    const { page } = reader
    await page.goto(`${other.url}/admin/dashboard`)
    await signIn(page)
    const example = await page.getByText(`curl ${other.url}/v1/chat/completions`).innerText()
    other.upstream.always({ body: chatCompletion({ content: 'Good morning.' }) })
    expect((await other.chat(JSON.parse(/-d '(.*)'/.exec(example)?.[1] ?? '') as object)).status).to.equal(200)
    await page.getByText('curl').waitFor({ state: 'detached' })
    for (const { path, title } of pages) {
      await page.goto(`${other.url}/admin/dashboard${path}`)
      await page.getByRole('heading', { level: 1, name: title }).waitFor()
      await page.getByText('Do not give it real keys').waitFor()
    }
    expect([...reader.hosts]).to.deep.equal([new URL(other.url).host])
    expect(reader.complaints).to.deep.equal([])
  })

  it('sorts a table by its columns, in the address too, and saves it as CSV and JSON', async () => {
    const made = ['second', '=first', 'third']
    for (const name of made) await dashboard.served.call('POST', '/admin/auth-keys', { name, labels: ['sorted', 'a "b"'] })
    await using reader = await dashboard.open('keys')
    const { page } = reader
    const table = page.getByRole('table', { name: 'Keys' })
    const names = async () => (await table.locator('tbody td:first-child').allInnerTexts()).filter(name => made.includes(name))
    const header = table.getByRole('columnheader', { name: 'Name' })
    await header.getByRole('button').focus()
    await page.keyboard.press('Enter')
    expect([await header.getAttribute('aria-sort'), await names()]).to.deep.equal(['ascending', ['=first', 'second', 'third']])
    await page.keyboard.press('Enter')
    await page.reload()
    await header.waitFor()
    expect([await header.getAttribute('aria-sort'), await names()]).to.deep.equal(['descending', ['third', 'second', '=first']])
    const csv = await saved(page, 'CSV')
    expect(csv)
      .to.match(/^Name,.*\r\nthird,.*\r\n/)
      .and.include('"sorted a ""b"""')
      .and.include("'=first,")
      .and.not.include('Actions')
    expect((JSON.parse(await saved(page, 'JSON')) as { name: string }[])[0]).to.include({ name: 'third', active: true })
    await header.getByRole('button').click()
    expect(await header.getAttribute('aria-sort')).to.equal(null)
    expect(reader.complaints).to.deep.equal([])
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`can be read by everybody (${colorScheme})`, async () => {
      await using reader = await dashboard.open('', { colorScheme, bypassCSP: true })
      const { page } = reader
      const found: string[] = []
      for (const { path, title } of pages) {
        await page.goto(`${dashboard.served.url}/admin/dashboard${path}`)
        await page.getByRole('heading', { level: 1, name: title }).waitFor()
        await page.getByText('Loading …').first().waitFor({ state: 'detached' })
        found.push(...(await violations(page)).map(violation => `${path}: ${violation}`))
      }
      expect(found).to.deep.equal([])
    })
  }
})

/** What is in the file. */
async function saved(page: Page, format: string): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: format }).click()])
  return await readFile(await file.path(), 'utf8')
}
