/** What is done to calls. */

import { expect } from 'chai'
import { violations } from '../support/axe.ts'
import { Dashboard } from '../support/dashboard.ts'

describe('the page Guardrails', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this, {
      config: {
        guardrails: { rules: [{ name: 'no-keys', type: 'secrets' }] },
        plugins: { load: [{ file: './asker.ts' }] },
      },
      files: { 'asker.ts': asker },
    })
  })

  after(async () => {
    await dashboard?.close()
  })

  it('makes a guardrail of the form of its type, tries it on a text, changes it and deletes it', async () => {
    await using reader = await dashboard.open('guardrails', { bypassCSP: true })
    const { page } = reader
    const stored = async () => (await dashboard.asked<{ name: string }[]>('/guardrails')).find(({ name }) => name === 'ask')
    await page.getByRole('button', { name: 'New guardrail' }).click()
    await page.getByLabel(/^Name/).fill('ask')
    await page.locator('select[name=type]').selectOption('asker')
    expect(await violations(page)).to.deep.equal([])
    await page.getByLabel(/^Key/).fill('sk-secret')
    await page.getByLabel(/^Mode/).selectOption('b')
    await page.getByLabel('Often').check()
    await page.getByLabel('Words').fill('one\ntwo')
    await page.getByLabel('tool', { exact: true }).check()
    await page.getByLabel('Nested').fill('{ "a": ')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('config.nested is not JSON').waitFor()
    await page.getByLabel('Nested').fill('{ "a": 1 }')
    await page.getByLabel('Count').fill('7')
    await page.getByLabel('If it fails').selectOption('closed')
    await page.getByLabel(/^Text/).fill('a crow')
    await page.getByRole('button', { name: 'Test', exact: true }).last().click()
    await page.getByText('blocks it').waitFor()
    await page.getByText('no crow').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /ask.*asker.*prompt.*refused.*ok/ }).waitFor()
    const config = { key: '********', mode: 'b', often: true, count: 7, roles: ['user', 'tool'], words: ['one', 'two'], nested: { a: 1 } }
    expect(await stored()).to.deep.include({ config, fail_mode: 'closed' })
    await page.getByRole('row', { name: /ask/ }).getByRole('button', { name: 'Edit' }).click()
    expect(await page.getByLabel(/^Key/).getAttribute('placeholder')).to.equal('unchanged')
    await page.getByLabel(/^Mode/).selectOption('a')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    const { mode: _, ...changed } = config
    expect(await stored()).to.deep.include({ config: changed })
    await page.getByRole('row', { name: /ask/ }).getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('row', { name: /asker/ }).waitFor({ state: 'detached' })
    expect(await stored()).to.equal(undefined)
    expect(reader.complaints).to.deep.equal([])
  })

  it('shows where guardrails of the configuration are used, and lets nobody change them', async () => {
    await using reader = await dashboard.open('guardrails')
    const { page } = reader
    const row = page.getByRole('row', { name: /no-keys.*everything.*config/ })
    await row.getByRole('button', { name: 'Test' }).click()
    expect(await row.getByRole('button', { name: 'Edit' }).count()).to.equal(0)
    await page.getByLabel(/^Text/).fill('AKIAIOSFODNN7EXAMPLE')
    await page.getByRole('dialog').getByRole('button', { name: 'Test' }).click()
    await page.getByText('edits it').waitFor()
  })

  it('lists the types, and the plugins with where they come from', async () => {
    await using reader = await dashboard.open('guardrails?tab=types')
    const { page } = reader
    await page
      .getByRole('row', { name: /asker.*Asks.*prompt.*no.*asker\.ts/ })
      .getByRole('img', { name: 'Guardrail' })
      .waitFor()
    await page.getByRole('button', { name: 'Plugins' }).click()
    await page.getByRole('row', { name: /asker.*guardrail.*asker\.ts.*ok/ }).waitFor()
    await page.getByRole('row', { name: /retry.*step.*the gateway/ }).waitFor()
  })

  it('makes a header policy by conditions and actions, and deletes it', async () => {
    await using reader = await dashboard.open('guardrails?tab=headers', { bypassCSP: true })
    const { page } = reader
    await page.getByRole('button', { name: 'New header policy' }).click()
    await page.getByLabel(/^Name/).fill('tenant')
    await page.getByRole('button', { name: 'Add a condition' }).click()
    expect(await violations(page)).to.deep.equal([])
    await page.locator('[name="when.0.header"]').fill('X-Tenant')
    await page.locator('[name="when.0.test"]').selectOption('matches')
    await page.locator('[name="when.0.value"]').fill('^[a-z]+$')
    await page.locator('[name="actions.0.action"]').selectOption('copy')
    await page.locator('[name="actions.0.header"]').fill('Authorization')
    await page.locator('[name="actions.0.value"]').fill('X-Tenant')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.locator('[name="actions.0.header"]').getAttribute('aria-invalid')).to.equal('true')
    await page.locator('[name="actions.0.header"]').fill('X-Vendor-Tenant')
    await page.getByRole('button', { name: 'Save' }).click()
    const row = page.getByRole('row', { name: /tenant.*X-Tenant matches \^\[a-z\]\+\$.*sets X-Vendor-Tenant from X-Tenant/ })
    await row.waitFor()
    expect((await dashboard.asked<object[]>('/header-policies'))[0]).to.deep.include({
      when: [{ header: 'X-Tenant', matches: '^[a-z]+$' }],
      actions: [{ action: 'set', header: 'X-Vendor-Tenant', from_header: 'X-Tenant' }],
    })
    await row.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await row.waitFor({ state: 'detached' })
    expect(reader.complaints).to.deep.equal([])
  })
})

const asker = `
import { block, definePlugin } from 'tapline'
export default definePlugin({
  name: 'asker', guardrail: true, edits: false, phases: ['prompt'], description: 'Asks.',
  schema: { type: 'object', required: ['key'], properties: {
    key: { type: 'string', secret: true }, mode: { type: 'string', enum: ['a', 'b'], default: 'a' }, often: { type: 'boolean', default: false }, count: { type: 'integer' },
    roles: { type: 'array', items: { type: 'string', enum: ['user', 'tool'] }, default: ['user'] }, words: { type: 'array', items: { type: 'string' } },
    nested: { type: 'object', additionalProperties: true },
  } },
  setup: () => ({ prompt: ({ conversation }) => conversation.texts().some(({ text }) => text.includes('crow')) ? block('crow_found', 'no crow') : undefined }),
})
`
