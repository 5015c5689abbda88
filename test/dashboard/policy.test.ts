/** What is done to calls. */

import { expect } from 'chai'
import { violations } from '../support/axe.ts'
import { Dashboard } from '../support/dashboard.ts'
import { hello } from '../support/serve.ts'

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
    await page.getByText('config.nested is no JSON').waitFor()
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
    const row = page.getByRole('row', { name: /no-keys.*everything.*Config/ })
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

describe('the page Workflows', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this, {
      config: {
        cache: {},
        header_policies: { policies: [{ name: 'region', actions: [{ action: 'set', header: 'x-region', value: 'eu' }] }] },
        workflows: { rules: [{ name: 'legal', scope_user_path: '/legal', workflow_payload: { schema_version: 2, features: { cache: true, audit: true } } }] },
      },
    })
    await define(polite)
  })

  after(async () => {
    await dashboard?.close()
  })

  const polite = { type: 'string_replace', config: { rules: 'hello => goodbye' } }
  const define = (definition: object) => dashboard.served.call('PUT', '/admin/guardrails', { name: 'polite', ...definition })
  const sentFor = async (path: string) => {
    await dashboard.served.chat(hello, { 'x-tapline-user-path': path })
    const { body, headers } = dashboard.served.upstream.requests.at(-1)!
    return { said: body.includes('goodbye') ? 'goodbye' : 'hello', region: headers['x-region'] }
  }

  it('makes a workflow of scope, features, steps and header policies, which calls get', async () => {
    await using reader = await dashboard.open('workflows', { bypassCSP: true })
    const { page } = reader
    await page.getByRole('button', { name: 'New workflow' }).click()
    await page.getByLabel(/^Name/).fill('guarded')
    await page
      .getByRole('dialog')
      .getByLabel(/^User path/)
      .fill('/guarded')
    await page.getByRole('button', { name: 'Add a guardrail' }).click()
    await page.getByLabel('Guardrail', { exact: true }).selectOption('polite')
    // It begins with what holds for everything.
    expect(await page.getByLabel('Header policy').inputValue()).to.equal('region')
    await page.getByRole('group', { name: 'Header policies' }).getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('button', { name: 'Add a header policy' }).click()
    await page.getByLabel('Header policy').selectOption('region')
    expect(await violations(page)).to.deep.equal([])
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /\/guarded.*guarded version 1.*polite/ }).waitFor()
    expect(await sentFor('/guarded')).to.deep.equal({ said: 'goodbye', region: 'eu' })
    expect(await sentFor('/other')).to.deep.include({ said: 'hello' })
    await page.getByLabel('User path', { exact: true }).fill('/guarded/deep')
    await page.getByLabel('User path', { exact: true }).press('Enter')
    await page.getByText('guarded (version 1').waitFor()
    await page.getByRole('list', { name: 'prompt' }).getByText('polite').waitFor()
    await define({ type: 'json_schema', config: {} })
    await page.reload()
    await page.getByText(/Does not compile: .*polite.* does not act on prompt/).waitFor()
    await define(polite)
    expect(reader.complaints).to.deep.equal([])
  })

  it('compares a new version with the one that it replaces, tells what is wrong, and deactivates it', async () => {
    await using reader = await dashboard.open('workflows')
    const { page } = reader
    const row = page.getByRole('row', { name: /\/guarded/ })
    await row.getByRole('button', { name: 'New version' }).click()
    await page.getByLabel('Failover').uncheck()
    await page.getByRole('button', { name: 'Remove 1 of Header policies' }).click()
    await page.getByRole('button', { name: 'Add a guardrail' }).click()
    await page.getByLabel('Guardrail', { exact: true }).last().selectOption('polite')
    await page.getByRole('button', { name: 'Compare' }).click()
    const changes = await page.locator('.changes li').allTextContents()
    expect(changes).to.include.members(['− Failover: on', '+ Failover: off', '− header policy region'])
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('alert').getByText('stands in prompt already').waitFor()
    expect(await page.getByLabel('Guardrail', { exact: true }).last().getAttribute('aria-invalid')).to.equal('true')
    await page.getByRole('button', { name: 'Remove 2 of Guardrails' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /\/guarded.*version 2/ }).waitFor()
    await row.getByRole('button', { name: 'Deactivate' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click()
    await row.waitFor({ state: 'detached' })
    expect(await sentFor('/guarded')).to.deep.include({ said: 'hello' })
  })

  it('strikes out what the gateway has off, and lets nobody change or end what the configuration says', async () => {
    await using reader = await dashboard.open('workflows')
    const { page } = reader
    const legal = page.getByRole('row', { name: /\/legal/ })
    await legal.getByTitle('The gateway has it off: CACHE_ENABLED.').waitFor()
    expect(await legal.getByRole('button').count()).to.equal(0)
    const everything = page.getByRole('row', { name: /everything/ })
    expect(await everything.getByRole('button').allTextContents()).to.deep.equal(['Replace'])
  })

  it('takes changes to pipelines as JSON', async () => {
    await using reader = await dashboard.open('workflows')
    const { page } = reader
    await page.getByRole('button', { name: 'New workflow' }).click()
    await page.getByLabel(/^Name/).fill('patched')
    await page.getByLabel('Provider').last().selectOption('openai')
    await page.getByLabel('Model').last().fill('gpt-test')
    await page.getByLabel('What it does').selectOption('patch')
    await page.getByLabel(/^Changes/).fill('[{ "remove": "failover" }]')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /openai\/gpt-test.*patched/ }).waitFor()
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
