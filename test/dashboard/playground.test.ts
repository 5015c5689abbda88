/** Calls that are tried by hand. */

import { expect } from 'chai'
import type { Page } from 'playwright-core'
import type { AuditLog } from '../../schemas/admin/audit.schema.ts'
import { chatChunks, chatCompletion, samplePieces, sampleStream } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import { violations } from '../support/axe.ts'
import { Dashboard } from '../support/dashboard.ts'
import { until } from '../support/until.ts'

describe('the page Playground', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this)
  })

  after(async () => {
    await dashboard?.close()
  })

  const lastSent = () => JSON.parse(dashboard.served.upstream.requests.at(-1)!.body.toString()) as Readonly<Record<string, unknown>>
  const send = async (page: Page) => await page.getByRole('button', { name: 'Send' }).click()
  const heard = async (page: Page, text: string) => await until(async () => (await page.getByLabel('Text', { exact: true }).innerText()).includes(text))

  it('tries a model in each dialect, streamed or not, and shows what came back', async () => {
    await using reader = await dashboard.open('playground?model=gpt-test')
    const { page } = reader
    await page.getByLabel('Message 1', { exact: true }).fill('Hello')
    for (const dialect of ['Chat Completions', 'Messages']) {
      await page.getByLabel('Endpoint').selectOption(dialect)
      for (const streamed of [true, false]) {
        await page.getByLabel('Stream').setChecked(streamed)
        dashboard.served.upstream.reply(streamed ? { chunks: sampleStream } : { body: chatCompletion({ content: `As ${dialect}.` }) })
        await send(page)
        await heard(page, streamed ? samplePieces.join('').trim() : `As ${dialect}.`)
      }
    }
    await page.getByLabel('Endpoint').selectOption('Responses')
    dashboard.served.upstream.reply({ body: { id: 'resp_1', object: 'response', status: 'completed', output: [spoken('As Responses.')] } })
    await send(page)
    await heard(page, 'As Responses.')
    await page.getByLabel('Model').fill('unheard-of')
    await send(page)
    await page.getByText('400', { exact: true }).waitFor()
    await page.getByRole('alert').filter({ hasText: 'unheard-of' }).waitFor()
    expect(page.url()).to.match(/model=unheard-of&endpoint=responses/)
    expect(reader.complaints).to.deep.equal([])
  })

  it('goes on with an answer, sends parameters, a path and headers, and leads to the row of the call', async () => {
    await using reader = await dashboard.open('playground?model=gpt-test', { bypassCSP: true })
    const { page } = reader
    await page.getByLabel('Message 1', { exact: true }).fill('And now?')
    await page.getByRole('button', { name: 'Add system message' }).click()
    await page.getByLabel('Message 1', { exact: true }).fill('Be short.')
    await page.getByLabel('Temperature').fill('0.3')
    await page.getByLabel('Stream').uncheck()
    await page.getByText('User path and headers').click()
    await page.getByLabel('User path').fill('/tried')
    await page.getByLabel('Headers').fill('Cache-Control: no-store')
    await send(page)
    await heard(page, 'Good morning.')
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByLabel('Message 4', { exact: true }).fill('And then?')
    await send(page)
    await until(() => dashboard.served.upstream.requests.at(-1)!.body.includes('And then?'))
    expect(lastSent()).to.deep.include({
      temperature: 0.3,
      messages: [
        { role: 'system', content: 'Be short.' },
        { role: 'user', content: 'And now?' },
        { role: 'assistant', content: 'Good morning.' },
        { role: 'user', content: 'And then?' },
      ],
    })
    expect(await violations(page)).to.deep.equal([])
    await page.getByRole('link', { name: /^[0-9a-f-]{36}$/ }).click()
    await page.getByRole('dialog').getByText('/tried', { exact: true }).waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('keeps the form and its JSON alike, with what the form does not know, and calls tools', async () => {
    await using reader = await dashboard.open('playground?model=gpt-test')
    const { page } = reader
    await page.getByText('JSON', { exact: true }).click()
    const json = page.getByLabel('Body')
    await page.getByLabel('Message 1', { exact: true }).fill('Weather?')
    await page.getByText('Tools', { exact: true }).click()
    await page.getByRole('button', { name: 'Add tool' }).click()
    await page.getByRole('group', { name: 'Tools' }).getByLabel('Name').fill('weather')
    const shown = JSON.parse(await json.inputValue()) as object
    expect(shown).to.deep.include({ messages: [{ role: 'user', content: 'Weather?' }] })
    await json.fill(JSON.stringify({ ...shown, seed: 7, stream: true, messages: [{ role: 'user', content: 'Rain?' }] }))
    expect(await page.getByLabel('Message 1', { exact: true }).inputValue()).to.equal('Rain?')
    await json.fill('{')
    await page.getByText('This is no JSON object').waitFor()
    await json.fill(JSON.stringify({ ...shown, seed: 7, stream: true }))
    dashboard.served.upstream.reply({ chunks: chatChunks({ toolCalls: [{ id: 'call_1', name: 'weather', arguments: ['{"at"', ':"Oslo"}'] }] }) })
    await send(page)
    await page.getByLabel('Call of weather').getByText('weather({"at":"Oslo"})').waitFor()
    expect(lastSent()).to.deep.include({ seed: 7 })
    expect(lastSent()['tools']).to.deep.equal([
      { type: 'function', function: { name: 'weather', description: '', parameters: { type: 'object', properties: {} } } },
    ])
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByLabel('As JSON').nth(1).fill('{"role":"tool","tool_call_id":"call_1","content":"It rains."}')
    dashboard.served.upstream.reply({ chunks: sampleStream })
    await send(page)
    await heard(page, samplePieces.join('').trim())
    expect((lastSent()['messages'] as object[]).at(-1)).to.deep.equal({ role: 'tool', tool_call_id: 'call_1', content: 'It rains.' })
    expect(reader.complaints).to.deep.equal([])
  })

  it('begins with the request of a call in the audit log', async () => {
    const { entries } = await dashboard.asked<AuditLog>('/audit/log?user_path=/team/1')
    await using reader = await dashboard.open(`playground?call=${entries[0]!.id}`)
    const { page } = reader
    await until(async () => (await page.getByLabel('Message 1', { exact: true }).inputValue()) === 'hello')
    expect(page.url()).to.match(/playground\?model=gpt-test&endpoint=chat$/)
    expect(reader.complaints).to.deep.equal([])
  })

  it('shows a stream as it comes, and stops it', async () => {
    await using reader = await dashboard.open('playground?model=gpt-test')
    const { page } = reader
    const gate = new Gate()
    dashboard.served.upstream.reply({ chunks: sampleStream, gates: { beforeChunk: { 3: gate } } })
    await page.getByLabel('Message 1', { exact: true }).fill('Slowly')
    await send(page)
    await heard(page, samplePieces[0]!)
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped.').waitFor()
    gate.open()
    await page.getByText(/^Raw events/).click()
    await page.getByText(/chat\.completion\.chunk/).waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('writes the request as a program', async () => {
    await using reader = await dashboard.open('playground?model=gpt-test', { bypassCSP: true, permissions: ['clipboard-read', 'clipboard-write'] })
    const { page } = reader
    await page.getByLabel('Message 1', { exact: true }).fill("It's me")
    await page.getByRole('button', { name: 'Code' }).click()
    const code = async (language: string) => {
      await page.getByRole('button', { name: language }).click()
      return await page.getByLabel(language, { exact: true }).innerText()
    }
    expect(await code('curl'))
      .to.contain(`-N ${dashboard.served.url}/v1/chat/completions`)
      .and.contain(String.raw`It'\''s me`)
    expect(await code('Python (OpenAI)'))
      .to.contain('client.chat.completions.create(')
      .and.contain('stream=True')
    expect(await code('JavaScript (OpenAI)')).to.contain('for await (const event of answer)')
    expect(await violations(page)).to.deep.equal([])
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).to.contain("import OpenAI from 'openai'")
    await page.keyboard.press('Escape')
    await page.getByLabel('Endpoint').selectOption('Messages')
    await page.getByRole('button', { name: 'Code' }).click()
    expect(await code('Python (Anthropic)')).to.contain('max_tokens=1024')
    expect(reader.complaints).to.deep.equal([])
  })
})

/** An item of a response. */
function spoken(text: string): object {
  return { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] }
}
