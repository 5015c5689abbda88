/** Providers: whether they answer, and whose keys they are called with. */

import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { chatCompletion } from '../../core/testing/chat-samples.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import type { ProviderCredentialView } from '../../schemas/admin/provider-credentials.schema.ts'
import { violations } from '../support/axe.ts'
import { Dashboard } from '../support/dashboard.ts'
import { hello } from '../support/serve.ts'
import { until } from '../support/until.ts'

describe('the page Providers', () => {
  let dashboard: Dashboard
  let vendor: ScriptedUpstream

  before(async function () {
    dashboard = await Dashboard.start(this, { config: { resilience: { retry: { max_retries: 0 }, circuit_breaker: { failure_threshold: 3 } } } })
    vendor = await ScriptedUpstream.start({ models: ['house-model'] })
    vendor.always({ body: chatCompletion({ content: 'Good morning.' }) })
  })

  after(async () => {
    await vendor?.close()
    await dashboard?.close()
  })

  const ask = async () => (await dashboard.served.chat({ ...hello, model: 'house/house-model' }, { 'cache-control': 'no-store' })).status
  const keyOfLast = () => vendor.requests.at(-1)?.headers['authorization']
  const kept = async () => (await dashboard.asked<ProviderCredentialView[]>('/provider-credentials')).find(({ name }) => name === 'house')
  const house = (page: Page) => page.getByRole('article', { name: 'house' })

  it('adds a provider by the form of its type, replaces one of its keys, and says what is wrong', async () => {
    await using reader = await dashboard.open('providers', { bypassCSP: true })
    const { page } = reader
    await page.getByRole('button', { name: 'Add a provider' }).click()
    await page.getByLabel('Type').selectOption('vertex')
    await page.getByLabel('Project').waitFor()
    await page.getByLabel('Type').selectOption('openai-compatible')
    await page.getByLabel('Name').fill('openai')
    await page.getByLabel('Base URL').fill(vendor.url)
    await page.getByLabel('API key').fill('sk-first')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('There is already a provider openai.').waitFor()
    expect(await page.getByLabel('Name').getAttribute('aria-invalid')).to.equal('true')
    expect(await violations(page)).to.deep.equal([])
    await page.getByLabel('Name').fill('house')
    await page.getByRole('button', { name: 'Add a key' }).click()
    await page.getByLabel('API key 2').fill('sk-second')
    await page.getByRole('button', { name: 'Save' }).click()
    await house(page).getByText('Healthy').waitFor()
    expect(await ask()).to.equal(200)

    await house(page).getByRole('button', { name: 'Edit' }).click()
    const first = page.getByLabel('API key 1')
    expect([await first.inputValue(), await first.getAttribute('placeholder')]).to.deep.equal(['', 'unchanged'])
    await page.getByRole('button', { name: 'Remove the last' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await until(async () => (await kept())?.api_keys.length === 1)
    expect(await ask()).to.equal(200)
    expect(keyOfLast()).to.equal('Bearer sk-first')
    await house(page).getByRole('button', { name: 'Edit' }).click()
    await page.getByLabel('API key').fill('sk-third')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await ask()).to.equal(200)
    expect(keyOfLast()).to.equal('Bearer sk-third')
    expect(reader.complaints).to.deep.equal([])
  })

  it('shows what fails, and closes the circuit breaker', async () => {
    await using reader = await dashboard.open('providers')
    const { page } = reader
    vendor.reply(...Array.from({ length: 3 }, () => ({ status: 500, body: { error: { message: 'out of order' } } })))
    for (let sent = 0; sent < 3; sent++) await ask()
    await page.getByRole('button', { name: 'Recheck now' }).click()
    await house(page).getByText('Circuit Open').waitFor()
    await house(page).getByText('500: out of order').waitFor()
    expect(await ask()).to.equal(503)
    await house(page).getByText('Resilience').click()
    await house(page).getByText('failure threshold').waitFor()
    await house(page).getByRole('button', { name: 'Reset' }).click()
    await house(page).getByText('closed').waitFor()
    expect(await ask()).to.equal(200)
    expect(reader.complaints).to.deep.equal([])
  })

  it('disables a provider, enables it with the keys that it had, and deletes it; not one of the configuration', async () => {
    await using reader = await dashboard.open('providers')
    const { page } = reader
    await house(page).getByRole('button', { name: 'Disable' }).click()
    await house(page).getByText('Disabled', { exact: true }).waitFor()
    expect(await ask()).to.equal(400)
    await house(page).getByRole('button', { name: 'Enable' }).click()
    await house(page).getByText('Healthy').waitFor()
    expect(await ask()).to.equal(200)
    expect(keyOfLast()).to.equal('Bearer sk-third')
    await house(page).getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await house(page).waitFor({ state: 'detached' })
    expect(await ask()).to.equal(400)
    const declared = page.getByRole('article', { name: 'openai' })
    await declared.getByText('Config', { exact: true }).waitFor()
    expect(await declared.getByRole('button').count()).to.equal(0)
    expect(reader.complaints).to.deep.equal([])
  })
})
