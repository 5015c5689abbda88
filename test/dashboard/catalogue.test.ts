/** The models that callers may name: what they cost, who may use them, and how they are doing. */

import { expect } from 'chai'
import type { Page } from 'playwright-core'
import type { MetadataOverride } from '../../schemas/admin/model-metadata.schema.ts'
import type { AdminModel } from '../../schemas/admin/models.schema.ts'
import type { PricingOverrideView } from '../../schemas/admin/pricing.schema.ts'
import { violations } from '../support/axe.ts'
import { Dashboard } from '../support/dashboard.ts'
import { hello } from '../support/serve.ts'
import { until } from '../support/until.ts'

/** A provider whose price depends on the hour, and that does not answer. */
const night = { label: 'night', utc_ranges: [{ start: '22:00', end: '06:00' }], pricing: { input_per_mtok: 0.2 } }
const house = {
  type: 'openai-compatible',
  base_url: 'http://127.0.0.1:1/v1',
  models: [{ id: 'house-model', metadata: { modes: ['embedding'], pricing: { input_per_mtok: 0.4, time_windows: [night] } } }],
}

describe('the page Models', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this, {
      config: { providers: { house }, rate_limits: { models: [{ model: 'gpt-test', limits: [{ period: 'hour', max_requests: 1000 }] }] } },
    })
  })

  after(async () => {
    await dashboard?.close()
  })

  const chat = async () => (await dashboard.served.chat(hello, { 'cache-control': 'no-store' })).status
  const known = async () => (await dashboard.asked<AdminModel[]>('/models')).find(({ model: { id } }) => id === 'gpt-test')
  const row = (page: Page) => page.getByRole('table', { name: 'Models of openai' }).getByRole('row', { name: /gpt-test/ })
  const drawer = (page: Page) => page.getByRole('dialog', { name: /gpt-test/ }).first()

  it('lists the models of each provider, by category, with their prices, limits and failures', async () => {
    await using reader = await dashboard.open('models', { bypassCSP: true })
    const { page } = reader
    const dear = page.getByRole('table', { name: 'Models of house' }).getByRole('row', { name: /house-model/ })
    await dear.getByText('$0.40 *').waitFor()
    await dear.getByText('config', { exact: true }).waitFor()
    expect(await dear.getByText('$0.40 *').getAttribute('title')).to.equal('$0.20 night: 22:00–06:00 UTC')
    await page.getByRole('meter', { name: /of 1,000 calls per hour/ }).waitFor()
    expect(await violations(page)).to.deep.equal([])
    await page.getByRole('button', { name: 'Embedding 1' }).click()
    await page.getByRole('table', { name: 'Models of openai' }).waitFor({ state: 'detached' })
    await dear.click()
    await page.getByText('* $0.20 night: 22:00–06:00 UTC').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByLabel('Search').fill('nothing like it')
    await page.evaluate(`history.replaceState(history.state, '', location.href + '&anew')`)
    await page.getByLabel('Search').press('Enter')
    await page.getByText('No model fits.').waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('sets prices and metadata, by model and by selector, and takes them back', async () => {
    await using reader = await dashboard.open('models?open=openai%2Fgpt-test', { bypassCSP: true })
    const { page } = reader
    await drawer(page).getByRole('button', { name: 'Set prices' }).click()
    await page.getByLabel('Input', { exact: true }).fill('2.5')
    await page.getByText('More prices').click()
    await page.getByLabel('By length').fill('[{ "up_to_tokens": ')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('is no JSON').waitFor()
    expect(await page.getByLabel('By length').getAttribute('aria-invalid')).to.equal('true')
    expect(await violations(page)).to.deep.equal([])
    await page.getByLabel('By length').fill('')
    await page.getByRole('button', { name: 'Save' }).click()
    await drawer(page)
      .getByRole('row', { name: /Input.*\$2\.50.*override/ })
      .waitFor()
    expect((await known())?.pricing).to.deep.equal({ input_per_mtok: 2.5 })

    await drawer(page).getByRole('button', { name: 'Set metadata' }).click()
    await page.getByLabel('Name for people').fill('Our model')
    await page.getByLabel('Context window').fill('4096')
    await page.getByText('Capabilities', { exact: true }).last().click()
    await page.getByLabel('vision').selectOption('yes')
    expect(await violations(page)).to.deep.equal([])
    await page.getByRole('button', { name: 'Save' }).click()
    await drawer(page).getByText('4,096 tokens').waitFor()
    expect(await dashboard.asked<MetadataOverride[]>('/model-metadata-overrides')).to.have.nested.property('[0].metadata.capabilities.vision', true)
    await page.keyboard.press('Escape')

    await page.getByRole('button', { name: 'Set prices' }).click()
    await page.getByLabel('For', { exact: false }).first().fill('openai/gpt-test')
    await page.getByLabel('Output', { exact: true }).fill('10')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Something is set for openai/gpt-test already').waitFor()
    await page.getByLabel('For', { exact: false }).first().fill('openai/*')
    await page.getByRole('button', { name: 'Save' }).click()
    const overrides = page.getByRole('table', { name: 'Overrides' })
    await overrides.getByRole('row', { name: /openai\/\* prices output \$10\.00/ }).waitFor()
    await overrides
      .getByRole('row', { name: /openai\/gpt-test prices/ })
      .getByRole('button', { name: 'Delete' })
      .click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await overrides.getByRole('row', { name: /openai\/gpt-test prices/ }).waitFor({ state: 'detached' })
    expect((await dashboard.asked<PricingOverrideView[]>('/model-pricing-overrides')).map(({ selector }) => selector)).to.deep.equal(['openai/'])
    expect(reader.complaints).to.deep.equal([])
  })

  it('disables a model, enables it, and keeps it to a user path', async () => {
    await using reader = await dashboard.open('models')
    const { page } = reader
    await row(page).click()
    await drawer(page).getByRole('button', { name: 'Disable' }).click()
    await drawer(page).getByText('nobody may use it').waitFor()
    expect(await chat()).to.equal(400)
    await drawer(page).getByRole('button', { name: 'Enable' }).click()
    await drawer(page).getByText('Everybody may use it').waitFor()
    expect(await chat()).to.equal(200)
    await drawer(page).getByRole('button', { name: 'Edit access' }).click()
    await page.getByLabel('For user paths').fill('/research')
    await page.getByRole('button', { name: 'Save' }).click()
    await drawer(page).getByText('Only /research may use it.').waitFor()
    expect(await chat()).to.equal(400)
    await page.keyboard.press('Escape')
    await row(page).getByText('not for all').waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('copies a selector, leads to the playground and to the limits, and asks the providers anew', async () => {
    await using reader = await dashboard.open('models', { permissions: ['clipboard-read', 'clipboard-write'] })
    const { page } = reader
    await row(page).getByRole('button', { name: 'Copy' }).click()
    await until(async () => (await page.evaluate('navigator.clipboard.readText()')) === 'openai/gpt-test')
    await row(page).press('Enter')
    expect(await drawer(page).getByRole('link', { name: 'Limits' }).getAttribute('href')).to.match(/\/limits\?scope=model&search=gpt-test$/)
    await drawer(page).getByRole('link', { name: 'Open in Playground' }).click()
    await page.getByRole('heading', { level: 1, name: 'Playground' }).waitFor()
    expect(new URL(page.url()).searchParams.get('model')).to.equal('openai/gpt-test')
    await page.goBack()
    await drawer(page).getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Refresh' }).click()
    await page.getByText(/models of \d+ providers/).waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('shows administrators of one path what is open to them, and lets them change nothing', async () => {
    const made = await dashboard.served.call('POST', '/admin/auth-keys', { name: 'of research', user_path: '/research', dashboard_access: true })
    await using reader = await dashboard.open('models?open=openai%2Fgpt-test', {}, (JSON.parse(made.body.toString()) as { value: string }).value)
    const { page } = reader
    await drawer(page).getByText('Only /research may use it.').waitFor()
    expect(await drawer(page).getByRole('button').allInnerTexts()).to.deep.equal(['✕', 'Copy selector'])
    await page.keyboard.press('Escape')
    expect(await page.getByRole('button', { name: /Set|Refresh/ }).count()).to.equal(0)
    expect(reader.complaints).to.deep.equal([])
  })
})
