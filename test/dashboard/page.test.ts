/** The dashboard in a real browser, on a gateway with the default set. */

import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import { chatCompletion, samplePieces, sampleStream } from '../../core/testing/chat-samples.ts'
import { pages } from '../../dashboard/pages/paths.ts'
import { buildPage, openBrowser, Reader } from '../support/browser.ts'
import { hello, helloStream, masterKey, Served } from '../support/serve.ts'
import { until } from '../support/until.ts'

/** With every feature that has a page. */
const config = { logging: { enabled: true, log_bodies: true }, cache: { response: { simple: {} } } }

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

describe('the dashboard in a browser', () => {
  let browser: Browser
  let served: Served

  before(async function () {
    browser = await openBrowser(this)
    buildPage()
    served = await Served.start({ config })
    served.upstream.always({ body: chatCompletion({ content: 'Good morning.' }) })
    for (let sent = 0; sent < 12; sent++) await served.chat(hello, { 'x-tapline-user-path': `/team/${sent % 3}` })
    served.upstream.reply({ chunks: sampleStream })
    await served.chat(helloStream)
    await served.chat({ ...hello, model: 'unheard-of' })
    await until(async () => (await read(served, '/audit/log')).total === 14 && (await read(served, '/usage/log?cache_mode=all')).total === 13)
  })

  after(async () => {
    await browser?.close()
    await served?.close()
  })

  it('asks for the key, says if it is not known, keeps it for the session, and forgets it on demand', async () => {
    await using reader = await Reader.open(browser)
    const { page } = reader
    await page.goto(`${served.url}/admin/dashboard`)
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

  it('shows what was asked, answered and spent', async () => {
    await using reader = await signedIn(browser, served, 'overview')
    const { page } = reader
    await page.getByText('92.9 %').waitFor()
    expect(await page.locator('.cards').first().innerText()).to.include('Requests\n13')
    expect(reader.complaints).to.deep.equal([])
  })

  it('groups usage, filters it by what the address says, and lists each request', async () => {
    await using reader = await signedIn(browser, served, 'usage?by=user-paths')
    const { page } = reader
    await page
      .getByRole('row', { name: /\/team\/1/ })
      .first()
      .waitFor()
    await page.getByLabel('User path').fill('/team/2')
    await page.getByLabel('User path').press('Enter')
    await page.waitForURL(/user_path=%2Fteam%2F2/)
    await until(async () => (await page.getByRole('table', { name: 'Requests' }).getByRole('row').count()) === 5)
    expect(reader.complaints).to.deep.equal([])
  })

  it('opens a call by keyboard, shows what was said, and closes it again', async () => {
    await using reader = await signedIn(browser, served, 'audit?status_code=200')
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
    expect(page.url()).not.to.match(/open=/)
    expect(reader.complaints).to.deep.equal([])
  })

  it('makes a key that works, and takes its power away', async () => {
    await using reader = await signedIn(browser, served, 'keys')
    const { page } = reader
    await page.getByRole('button', { name: 'Create a key' }).click()
    await page.getByLabel('Name').fill('for a test')
    await page.getByLabel('User path').fill('/team/keys')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    const value = await page.locator('.secret').innerText()
    expect((await served.chat(hello, { authorization: `Bearer ${value}` })).status).to.equal(200)
    await page.getByRole('button', { name: 'Done' }).click()
    await page
      .getByRole('row', { name: /for a test/ })
      .getByRole('button', { name: 'Deactivate' })
      .click()
    await page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click()
    await page.getByRole('row', { name: /for a test.*inactive/ }).waitFor()
    await until(async () => (await served.chat(hello, { authorization: `Bearer ${value}` })).status === 401)
    expect(reader.complaints).to.deep.equal([])
  })

  it('tries a model in each dialect, streamed or not, and shows what came back', async () => {
    await using reader = await signedIn(browser, served, 'playground')
    const { page } = reader
    await page.getByLabel('Model').fill('gpt-test')
    await page.getByLabel('User', { exact: true }).fill('Hello')
    for (const dialect of ['Chat Completions', 'Messages']) {
      await page.locator('[name=dialect]').selectOption(dialect)
      for (const streamed of [true, false]) {
        await page.getByLabel('Stream').setChecked(streamed)
        served.upstream.reply(streamed ? { chunks: sampleStream } : { body: chatCompletion({ content: `As ${dialect}.` }) })
        await page.getByRole('button', { name: 'Send' }).click()
        await until(async () =>
          (await page.getByLabel('Text', { exact: true }).innerText()).includes(streamed ? samplePieces.join('').trim() : `As ${dialect}.`),
        )
      }
    }
    await page.locator('[name=dialect]').selectOption('Responses')
    served.upstream.reply({ body: { id: 'resp_1', object: 'response', status: 'completed', output: [spoken('As Responses.')] } })
    await page.getByRole('button', { name: 'Send' }).click()
    await until(async () => (await page.getByLabel('Text', { exact: true }).innerText()) === 'As Responses.')
    await page.getByLabel('Model').fill('unheard-of')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('400', { exact: true }).waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('shows a call while it happens', async () => {
    await using reader = await signedIn(browser, served, 'live')
    const { page } = reader
    await page.getByText('live', { exact: true }).waitFor()
    await served.chat(hello, { 'x-tapline-user-path': '/seen/live' })
    await page.getByRole('row', { name: /\/seen\/live.*flushed/ }).press('Enter')
    await page.getByRole('dialog', { name: 'Call' }).getByText('/seen/live', { exact: true }).waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('makes, changes and deletes a budget', async () => {
    await using reader = await signedIn(browser, served, 'limits')
    const { page } = reader
    const budgets = page.getByRole('table', { name: 'Budgets' })
    await page.getByRole('button', { name: 'New budget' }).click()
    await page.getByLabel('For', { exact: false }).first().fill('/team/spends')
    await page.getByLabel('Amount').fill('2.5')
    await page.getByRole('button', { name: 'Save' }).click()
    await budgets
      .getByRole('row', { name: /\/team\/spends.*of \$2\.50/ })
      .getByRole('button', { name: 'Edit' })
      .click()
    await page.getByLabel('Amount').fill('4')
    await page.getByRole('button', { name: 'Save' }).click()
    await budgets
      .getByRole('row', { name: /of \$4\.00/ })
      .getByRole('button', { name: 'Delete' })
      .click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('row', { name: /\/team\/spends/ }).waitFor({ state: 'detached' })
    expect(reader.complaints).to.deep.equal([])
  })

  it('makes an alias that calls may name', async () => {
    await using reader = await signedIn(browser, served, 'aliases')
    const { page } = reader
    await page.getByRole('button', { name: 'New alias' }).click()
    await page.getByLabel('Name').fill('clever')
    await page.getByLabel('Stands for').fill('gpt-test')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /clever.*gpt-test/ }).waitFor()
    expect((await served.chat({ ...hello, model: 'clever' })).status).to.equal(200)
    expect(reader.complaints).to.deep.equal([])
  })

  it('defines a guardrail, and a workflow that applies it to one path', async () => {
    await using reader = await signedIn(browser, served, 'guardrails')
    const { page } = reader
    await page.getByRole('button', { name: 'New guardrail' }).click()
    await page.getByLabel('Name').fill('no-secrets')
    await page.locator('[name=type]').selectOption('string_replace')
    await page.getByLabel('Options').fill('{ "rules": "hello => goodbye" }')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /no-secrets/ }).waitFor()
    await page.getByRole('link', { name: 'Workflows' }).click()
    await page.getByRole('button', { name: 'New workflow' }).click()
    await page.getByLabel('Name').fill('guarded')
    await page.getByLabel('For user path').fill('/guarded')
    await page
      .getByLabel('Features')
      .fill('{ "schema_version": 2, "features": { "guardrails": true }, "steps": [{ "ref": "no-secrets", "phase": "prompt", "step": 1 }] }')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /guarded.*no-secrets/ }).waitFor()
    await page.getByLabel('User path', { exact: true }).fill('/guarded')
    await page.getByLabel('User path', { exact: true }).press('Enter')
    await page.getByText('guarded (version 1').waitFor()
    await until(async () => {
      await served.chat(hello, { 'x-tapline-user-path': '/guarded' })
      return served.upstream.requests.at(-1)!.body.includes('goodbye')
    })
    expect(reader.complaints).to.deep.equal([])
  })

  it('gives a user path a rule, and shows what is left to it', async () => {
    await using reader = await signedIn(browser, served, 'users')
    const { page } = reader
    await page.getByRole('button', { name: 'New rule' }).click()
    await page.getByLabel('User path').fill('/team/few')
    await page.getByLabel('Models').fill('openai/nothing')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /\/team\/few.*openai\/nothing.*none/ }).waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('says which field of a key is wrong', async () => {
    await using reader = await signedIn(browser, served, 'keys')
    const { page } = reader
    await page.getByRole('button', { name: 'Create a key' }).click()
    await page.getByLabel('Name').fill('wrong')
    await page.getByLabel('User path').fill('/team//..')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByLabel('User path').getAttribute('aria-invalid')).to.equal('true')
  })

  it('shows who administers one path that path, and no page about the whole gateway', async () => {
    const made = await served.call('POST', '/admin/auth-keys', { name: 'of a team', user_path: '/team/1', dashboard_access: true })
    await using reader = await Reader.open(browser)
    const { page } = reader
    await page.goto(`${served.url}/admin/dashboard`)
    await signIn(page, (JSON.parse(made.body.toString()) as { value: string }).value)
    await page.getByText('below /team/1').waitFor()
    expect(await page.getByRole('navigation').getByRole('link').allInnerTexts())
      .to.include('Usage')
      .and.not.include('Providers')
    expect(reader.complaints).to.deep.equal([])
  })

  it('works below a base path, asks nobody but the gateway, and breaks none of its own rules', async () => {
    await using other = await Served.start({ config: { ...config, server: { base_path: '/g' } } })
    await using reader = await Reader.open(browser)
    const { page } = reader
    await page.goto(`${other.url}/admin/dashboard`)
    await signIn(page)
    for (const { path, title } of pages) {
      await page.goto(`${other.url}/admin/dashboard${path}`)
      await page.getByRole('heading', { level: 1, name: title }).waitFor()
    }
    expect([...reader.hosts]).to.deep.equal([new URL(other.url).host])
    expect(reader.complaints).to.deep.equal([])
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`can be read by everybody (${colorScheme})`, async () => {
      await using reader = await Reader.open(browser, { colorScheme, bypassCSP: true })
      const { page } = reader
      await page.goto(`${served.url}/admin/dashboard`)
      await signIn(page)
      const found: string[] = []
      for (const { path, title } of pages) {
        await page.goto(`${served.url}/admin/dashboard${path}`)
        await page.getByRole('heading', { level: 1, name: title }).waitFor()
        await page.getByText('Loading …').first().waitFor({ state: 'detached' })
        await page.evaluate(axe)
        const { violations } = (await page.evaluate('axe.run()')) as { violations: { id: string; nodes: { html: string }[] }[] }
        found.push(...violations.map(({ id, nodes }) => `${path}: ${id} ${nodes.map(({ html }) => html).join(' ')}`))
      }
      expect(found).to.deep.equal([])
    })
  }
})

async function signedIn(browser: Browser, served: Served, path: string): Promise<Reader> {
  const reader = await Reader.open(browser)
  await reader.page.goto(`${served.url}/admin/dashboard/${path}`)
  await signIn(reader.page)
  return reader
}

/** An item of a response. */
function spoken(text: string): object {
  return { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] }
}

async function signIn(page: Page, key = masterKey): Promise<void> {
  await page.getByLabel('Master key').fill(key)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function read(served: Served, path: string): Promise<{ readonly total: number }> {
  return JSON.parse((await served.call('GET', `/admin${path}`)).body.toString()) as { total: number }
}
