/** The names that callers may use. */

import { expect } from 'chai'
import type { VirtualModelView } from '../../schemas/admin/virtual-models.schema.ts'
import { violations } from '../support/axe.ts'
import { Dashboard } from '../support/dashboard.ts'
import { hello } from '../support/serve.ts'

describe('the page Virtual models', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this, { config: { providers: { spare: { type: 'demo' } } } })
  })

  after(async () => {
    await dashboard?.close()
  })

  const kept = async (source: string) => (await dashboard.asked<VirtualModelView[]>('/virtual-models')).find(model => model.source === source)
  const status = async (model: string) => (await dashboard.served.chat({ ...hello, model })).status

  it('makes an alias that calls may name, puts its targets into another order, renames it, and switches it off', async () => {
    await using reader = await dashboard.open('aliases', { bypassCSP: true })
    const { page } = reader
    await page.getByRole('button', { name: 'New alias' }).click()
    await page.getByLabel('Name').fill('clever')
    await page
      .getByRole('textbox', { name: 'Target 1' })
      .or(page.getByRole('combobox', { name: 'Target 1' }))
      .fill('spare/demo-chat')
    await page.getByRole('button', { name: 'Add target' }).click()
    await page.getByLabel('Target 2', { exact: true }).fill('gpt-test')
    await page.getByRole('button', { name: 'Move target 2 up' }).click()
    await page.getByLabel('Chosen by').selectOption('plugin:cheapest_healthy')
    await page.getByLabel('Prefer').selectOption('fastest')
    expect(await violations(page)).to.deep.equal([])
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /clever.*gpt-test.*spare\/demo-chat.*cheapest healthy/ }).waitFor()
    expect(await kept('clever')).to.deep.include({ strategy_plugin: 'cheapest_healthy', strategy_config: { prefer: 'fastest' } })
    expect(await status('clever')).to.equal(200)
    const row = page.getByRole('row', { name: /clever/ })
    await row.getByRole('button', { name: 'Edit' }).click()
    await page.getByLabel('Name').fill('cleverer')
    await page.getByLabel('Chosen by').selectOption('round_robin')
    await page.getByLabel('Weight of target 2').fill('3')
    await page.getByLabel('Lock targets').check()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /cleverer.*× 3.*locked/ }).waitFor()
    expect([await status('cleverer'), await status('clever')]).to.deep.equal([200, 400])
    await row.getByRole('button', { name: 'Edit' }).click()
    expect(await page.getByLabel('Chosen by').isDisabled()).to.equal(true)
    await page.getByLabel('although they are locked').check()
    await page.getByRole('button', { name: 'Remove target 2' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /× 3/ }).waitFor({ state: 'detached' })
    await row.getByRole('button', { name: 'Disable' }).click()
    await row.getByRole('button', { name: 'Enable' }).waitFor()
    expect(await status('cleverer')).to.equal(400)
    expect(reader.complaints).to.deep.equal([])
  })

  it('suggests what could stand in for a model', async () => {
    await dashboard.served.call('PUT', '/admin/virtual-models', { source: 'twin', targets: [{ model: 'spare/demo-chat' }] })
    await using reader = await dashboard.open('aliases')
    const { page } = reader
    await page.getByRole('row', { name: /twin/ }).getByRole('button', { name: 'Edit' }).click()
    await page.getByRole('button', { name: 'Suggest failover' }).click()
    await page.getByText(/could stand in for spare\/demo-chat/).waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('shows where calls go and who gets there, and warns before that way is gone', async () => {
    await dashboard.served.call('PUT', '/admin/virtual-models', { source: 'inner', targets: [{ model: 'gpt-test' }] })
    await dashboard.served.call('PUT', '/admin/virtual-models', { source: 'outer', targets: [{ model: 'inner' }] })
    await dashboard.served.call('PUT', '/admin/users', { user_path: '/kept', allowed_models: ['gpt-test'] })
    await dashboard.served.call('PUT', '/admin/users', { user_path: '/far', allowed_models: ['spare/*'] })
    await using reader = await dashboard.open('aliases', { bypassCSP: true })
    const { page } = reader
    await page.getByRole('button', { name: 'outer' }).click()
    const drawer = page.getByRole('dialog', { name: 'outer' })
    await drawer.getByRole('listitem').filter({ hasText: 'inner' }).getByText('gpt-test').waitFor()
    await drawer.getByText('can user path /kept').waitFor()
    await drawer.getByText('cannot user path /far').waitFor()
    expect(await violations(page)).to.deep.equal([])
    await page.keyboard.press('Escape')
    const remove = async (source: string) =>
      await page
        .getByRole('row', { name: new RegExp(`^${source}`) })
        .getByRole('button', { name: 'Delete' })
        .click()
    await remove('inner')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await dialog.getByText('is a target of "outer"').waitFor()
    await page.keyboard.press('Escape')
    await remove('outer')
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await dialog.getByText('the user path /kept may reach models by "outer"').waitFor()
    await dialog.getByRole('button', { name: 'Delete anyway' }).click()
    await page.getByRole('row', { name: /^outer/ }).waitFor({ state: 'detached' })
    expect(await kept('outer')).to.equal(undefined)
    expect(reader.complaints).to.deep.equal([])
  })

  it('makes a rule about who may use a model, and takes it back', async () => {
    await using reader = await dashboard.open('aliases')
    const { page } = reader
    const asked = async () => (await dashboard.served.chat({ ...hello, model: 'spare/demo-chat' }, { 'x-tapline-user-path': '/elsewhere' })).status
    await page.getByRole('button', { name: 'New rule' }).click()
    await page.getByLabel('Models', { exact: false }).fill('spare/demo-chat')
    await page.getByLabel('For user paths').fill('/research')
    await page.getByRole('button', { name: 'Save' }).click()
    const row = page.getByRole('table', { name: 'Rules' }).getByRole('row', { name: /spare\/demo-chat.*\/research/ })
    await row.waitFor()
    expect(await asked()).to.equal(400)
    await row.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await row.waitFor({ state: 'detached' })
    expect(await asked()).to.equal(200)
    expect(reader.complaints).to.deep.equal([])
  })
})
