/** Who may call, and what. */

import { createHash } from 'node:crypto'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import type { AuthKeyView } from '../../schemas/admin/auth-keys.schema.ts'
import { violations } from '../support/axe.ts'
import { Dashboard } from '../support/dashboard.ts'
import { hello } from '../support/serve.ts'
import { until } from '../support/until.ts'

describe('the page API keys', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this)
  })

  after(async () => {
    await dashboard?.close()
  })

  const statusWith = async (key: string) => (await dashboard.served.chat(hello, { authorization: `Bearer ${key}` })).status
  const keyNamed = async (name: string) => (await dashboard.asked<AuthKeyView[]>('/auth-keys')).find(key => key.name === name)!
  const openKey = async (page: Page, name: string) => await page.getByRole('row', { name: new RegExp(name) }).click()

  it('makes a key that works, and takes its power away', async () => {
    await using reader = await dashboard.open('keys', { permissions: ['clipboard-read', 'clipboard-write'] })
    const { page } = reader
    await page.getByRole('button', { name: 'Create a key' }).click()
    await page.getByLabel('Name').fill('for a test')
    await page.getByLabel('User path').fill('/team/keys')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    const value = await page.locator('.secret').innerText()
    expect(await statusWith(value)).to.equal(200)
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(value)
    await page.getByRole('button', { name: 'Done' }).click()
    await openKey(page, 'for a test')
    await page.getByRole('button', { name: 'Deactivate' }).click()
    await page.getByRole('dialog', { name: 'Deactivate' }).getByRole('button', { name: 'Deactivate' }).click()
    await page.getByRole('dialog').getByText('inactive').waitFor()
    await page.getByRole('dialog', { name: 'Deactivate' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('row', { name: /for a test.*inactive/ }).waitFor()
    await until(async () => (await statusWith(value)) === 401)
    expect(reader.complaints).to.deep.equal([])
  })

  it('finds a key by its name, path, label or user', async () => {
    const user = JSON.parse((await dashboard.served.call('PUT', '/admin/directory/users', { name: 'Sought Person' })).body.toString()) as { id: string }
    for (const key of [
      { name: 'sought by name', labels: ['blue-sought'] },
      { name: 'another', user_path: '/sought/path' },
      { name: 'of a person', user_id: user.id },
    ])
      await dashboard.served.call('POST', '/admin/auth-keys', key)
    await using reader = await dashboard.open('keys')
    const { page } = reader
    const rows = page.getByRole('table', { name: 'Keys' }).locator('tbody tr')
    for (const [search, name] of [
      ['Sought by N', 'sought by name'],
      ['blue-', 'sought by name'],
      ['/sought/', 'another'],
      ['sought person', 'of a person'],
    ] as const) {
      await page.getByRole('searchbox', { name: 'Search' }).fill(search)
      await page.keyboard.press('Enter')
      await until(async () => (await rows.count()) === 1)
      expect(await rows.first().innerText(), search).to.include(name)
    }
    await page.getByRole('searchbox', { name: 'Search' }).fill('nothing like it')
    await page.keyboard.press('Enter')
    await page.getByText('None fits.').waitFor()
    expect(reader.complaints).to.deep.equal([])
    await dashboard.served.call('DELETE', '/admin/directory/users', { id: user.id })
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

  it('changes what a key may do and whose it is, and renames its label', async () => {
    const { value } = JSON.parse(
      (await dashboard.served.call('POST', '/admin/auth-keys', { name: 'to be changed', user_path: '/here', labels: ['old'] })).body.toString(),
    ) as { value: string }
    await dashboard.served.call('PUT', '/admin/directory/users', { name: 'ann' })
    await using reader = await dashboard.open('keys', { bypassCSP: true })
    const { page } = reader
    await openKey(page, 'to be changed')
    await page.getByRole('button', { name: 'Edit' }).click()
    expect(await violations(page)).to.deep.equal([])
    await page.getByLabel('Labels').fill('old, ci')
    await page.getByLabel('Models').fill('unheard-of')
    await page.locator('[name=user_id]').selectOption('/ann')
    await page.getByLabel('May administer').check()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('dialog', { name: 'Edit' }).waitFor({ state: 'detached' })
    await page.getByRole('dialog').getByText('None', { exact: true }).waitFor()
    const { id, user_path: path, ...changed } = await keyNamed('to be changed')
    expect([id === '', path]).to.deep.equal([false, '/ann'])
    expect(changed).to.deep.include({ labels: ['old', 'ci'], allowed_models: ['unheard-of'], dashboard_access: true })
    expect(await statusWith(value)).to.equal(400)
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Rename a label' }).click()
    await page.locator('[name=from]').selectOption('old')
    await page.getByLabel('New name').fill('new')
    await page.getByRole('button', { name: 'Rename', exact: true }).click()
    await page.getByText('The label old is new now, on one key.').waitFor()
    expect((await keyNamed('to be changed')).labels).to.deep.equal(['new', 'ci'])
    expect(reader.complaints).to.deep.equal([])
  })

  it('takes over a key of another gateway', async () => {
    await using reader = await dashboard.open('keys')
    const { page } = reader
    await page.getByRole('button', { name: 'Import a key' }).click()
    await page.getByLabel('Name').fill('from elsewhere')
    await page.getByLabel('SHA-256').fill(createHash('sha256').update('sk-of-litellm').digest('hex'))
    await page.getByLabel('Shown as').fill('sk-...llm')
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByRole('row', { name: /from elsewhere.*sk-\.\.\.llm/ }).waitFor()
    expect(await statusWith('sk-of-litellm')).to.equal(200)
    expect(reader.complaints).to.deep.equal([])
  })

  it('leaves what stands beside a long name within reach', async () => {
    await dashboard.served.call('PUT', '/admin/directory/users', { name: 'u'.repeat(120) })
    await dashboard.served.call('POST', '/admin/auth-keys', { name: 'n'.repeat(200), user_path: '/team/keys', labels: ['l'.repeat(100)] })
    await using reader = await dashboard.open('keys', { viewport: { width: 1360, height: 900 } })
    const { page } = reader
    await page.getByRole('row', { name: /n{200}/ }).waitFor()
    const { x, width } = (await page.getByRole('columnheader', { name: 'Labels' }).boundingBox())!
    expect(x + width).to.be.below(1360)
    await page.getByRole('button', { name: 'Create a key' }).click()
    await page.getByRole('option', { name: /u{120}/ }).waitFor({ state: 'attached' })
    expect(await page.getByRole('dialog').evaluate(dialog => dialog.scrollWidth - dialog.clientWidth)).to.equal(0)
  })
})
