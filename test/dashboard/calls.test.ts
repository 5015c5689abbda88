/** Calls: those that were made, that are under way, and that are tried by hand. */

import { expect } from 'chai'
import { chatCompletion, samplePieces, sampleStream } from '../../core/testing/chat-samples.ts'
import { Dashboard } from '../support/dashboard.ts'
import { hello } from '../support/serve.ts'
import { until } from '../support/until.ts'

describe('the pages Audit log, Live and Playground', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this)
  })

  after(async () => {
    await dashboard?.close()
  })

  it('opens a call by keyboard, shows what was said, and closes it again', async () => {
    await using reader = await dashboard.open('audit?status_code=200')
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

  it('shows a call while it happens', async () => {
    await using reader = await dashboard.open('live')
    const { page } = reader
    await page.getByText('live', { exact: true }).waitFor()
    await dashboard.served.chat(hello, { 'x-tapline-user-path': '/seen/live' })
    await page.getByRole('row', { name: /\/seen\/live.*flushed/ }).press('Enter')
    await page.getByRole('dialog', { name: 'Call' }).getByText('/seen/live', { exact: true }).waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('tries a model in each dialect, streamed or not, and shows what came back', async () => {
    await using reader = await dashboard.open('playground')
    const { page } = reader
    await page.getByLabel('Model').fill('gpt-test')
    await page.getByLabel('User', { exact: true }).fill('Hello')
    for (const dialect of ['Chat Completions', 'Messages']) {
      await page.locator('[name=dialect]').selectOption(dialect)
      for (const streamed of [true, false]) {
        await page.getByLabel('Stream').setChecked(streamed)
        dashboard.served.upstream.reply(streamed ? { chunks: sampleStream } : { body: chatCompletion({ content: `As ${dialect}.` }) })
        await page.getByRole('button', { name: 'Send' }).click()
        await until(async () =>
          (await page.getByLabel('Text', { exact: true }).innerText()).includes(streamed ? samplePieces.join('').trim() : `As ${dialect}.`),
        )
      }
    }
    await page.locator('[name=dialect]').selectOption('Responses')
    dashboard.served.upstream.reply({ body: { id: 'resp_1', object: 'response', status: 'completed', output: [spoken('As Responses.')] } })
    await page.getByRole('button', { name: 'Send' }).click()
    await until(async () => (await page.getByLabel('Text', { exact: true }).innerText()) === 'As Responses.')
    await page.getByLabel('Model').fill('unheard-of')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('400', { exact: true }).waitFor()
    expect(reader.complaints).to.deep.equal([])
  })
})

/** An item of a response. */
function spoken(text: string): object {
  return { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] }
}
