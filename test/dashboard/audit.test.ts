/** The audit log as it is read: what is under way, sessions, one call with all that happened to it, and a conversation. */

import { expect } from 'chai'
import type { Locator } from 'playwright-core'
import { chatCompletion, errorBody } from '../../core/testing/chat-samples.ts'
import { Gate } from '../../core/testing/gate.ts'
import { violations } from '../support/axe.ts'
import { Dashboard } from '../support/dashboard.ts'
import { hello } from '../support/serve.ts'
import { until } from '../support/until.ts'

const rules = [
  { name: 'no-keys', type: 'secrets', config: { action: 'block' } },
  { name: 'no-names', type: 'pii', order: 1, config: { entities: ['EMAIL_ADDRESS'] } },
]
const config = {
  logging: { enabled: true, log_bodies: true, log_audio_bodies: true, log_image_bodies: true, flush_interval: '50ms' },
  media: { type: 'memory' },
  virtual_models: [
    {
      source: 'smart',
      strategy: 'failover',
      targets: [
        { provider: 'openai', model: 'gpt-first' },
        { provider: 'openai', model: 'gpt-test' },
      ],
    },
  ],
  guardrails: { rules },
}
const weather = { id: 'call_1', name: 'weather', arguments: '{"city":"Berlin"}' }
const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }]
const asked = { role: 'user', content: 'How warm is it?' }
const called = {
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: weather.arguments } }],
}

describe('the page Audit log', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this, { config, env: { OPENAI_MODELS: 'gpt-test,gpt-first' } })
  })

  after(async () => {
    await dashboard?.close()
  })

  it('shows a call under way until it is stored, where it fits the filters, and then its tokens', async () => {
    await using reader = await dashboard.open('audit?user_path=/under/way')
    const { page } = reader
    await page.getByText('live', { exact: true }).waitFor()
    const gate = new Gate()
    dashboard.served.upstream.reply({ body: chatCompletion({ usage: { prompt_tokens: 9, completion_tokens: 33 } }), gates: { beforeHeaders: gate } })
    const call = dashboard.served.chat(saying('under way'), { 'x-tapline-user-path': '/under/way/a' })
    const row = page.getByRole('row', { name: /\/under\/way\/a/ })
    await row.locator('.pending').waitFor()
    await dashboard.served.chat(hello, { 'x-tapline-user-path': '/elsewhere' })
    gate.open()
    await call
    await row.getByText('42', { exact: true }).waitFor()
    expect([await row.count(), await page.locator('.pending').count(), await page.getByText('/elsewhere').count()]).to.deep.equal([1, 0, 0])
    expect(reader.complaints).to.deep.equal([])
  })

  it('groups calls by session, lists those of one, and finds them by any filter', async () => {
    const { served } = dashboard
    for (const model of ['gpt-test', 'gpt-test', 'unheard-of']) await served.chat({ ...hello, model }, { 'x-session-id': 'grouped' })
    await using reader = await dashboard.open('audit')
    const { page } = reader
    await page.getByRole('button', { name: 'Sessions' }).click()
    await page.getByRole('button', { name: '3 calls of this session' }).click()
    await page.getByRole('button', { name: 'Calls', exact: true }).click()
    await page.getByRole('heading', { name: '3 calls' }).waitFor()
    await page.getByText('More filters').click()
    await page.getByLabel('Error').fill('invalid_request_error')
    await page.getByLabel('Error').press('Enter')
    await page.getByRole('heading', { name: '1 call of the whole session' }).waitFor()
    await page.getByLabel('Stream').selectOption('yes')
    await page.getByText('No call fits.').waitFor()
    await page.getByLabel('Stream').selectOption('any')
    await page.getByRole('row', { name: /unheard-of/ }).waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('tells the way of a call: its steps, its attempts, what was rewritten, and what the next one like it is', async () => {
    const { served } = dashboard
    served.upstream.reply({ status: 500, body: errorBody('Out of order.', 'server_error') })
    await served.chat({ model: 'smart', messages: [{ role: 'user', content: "It's anna@example.com" }] }, { 'x-tapline-user-path': '/way/1' })
    await using reader = await dashboard.open('audit?user_path=/way', { permissions: ['clipboard-read', 'clipboard-write'], bypassCSP: true })
    const { page } = reader
    await page.getByRole('row', { name: /smart → gpt-test.*failover.*edited/ }).press('Enter')
    const drawer = page.getByRole('dialog', { name: 'Call' })
    await drawer.getByRole('region', { name: 'Workflow' }).getByText('default-global, version 1').waitFor()
    expect(await steps(drawer)).to.deep.equal([
      'no-keys passed',
      'no-names edited',
      'Cache no hit',
      'openai answered at attempt 2',
      'no-names passed',
      'no-keys passed',
      'Answer 200',
    ])
    const attempts = drawer.getByRole('region', { name: 'Attempts' })
    expect(await attempts.getByText(/openai\/gpt/).allInnerTexts()).to.have.length(2)
    await attempts.getByText('Out of order.').first().waitFor()
    const diff = drawer.getByRole('region', { name: 'Rewritten by no-names' }).locator('.diff')
    expect(await diff.locator('.gone').innerText()).to.include('anna@example.com')
    expect(await diff.locator('.new').innerText()).to.include('EMAIL_ADDRESS')
    const request = drawer.getByRole('region', { name: 'Request' })
    await request.getByRole('button', { name: 'Raw' }).click()
    await request.getByText('{"model":"smart","messages"').waitFor()
    await request.getByRole('button', { name: 'Copy as curl' }).click()
    await request.getByText('Copied').waitFor()
    const command = await page.evaluate('navigator.clipboard.readText()')
    expect(command)
      .to.include(`curl -X POST '${served.url}/v1/chat/completions'`)
      .and.include(`-d '{"model":"smart"`)
      .and.include(String.raw`It'\''s anna`)
    expect(command).to.include('Authorization: Bearer $TAPLINE_API_KEY').and.include("'x-tapline-user-path: /way/1'").and.not.include('REDACTED')
    expect(await violations(page)).to.deep.equal([])
    expect(reader.complaints).to.deep.equal([])
  })

  it('tells which guardrail blocked a call, and which steps did not run because of it', async () => {
    await dashboard.served.chat(saying(`ghp_${'a1'.repeat(18)}`), { 'x-tapline-user-path': '/blocked' })
    await using reader = await dashboard.open('audit?user_path=/blocked')
    await reader.page.getByRole('row', { name: /400.*blocked/ }).press('Enter')
    const drawer = reader.page.getByRole('dialog', { name: 'Call' })
    await drawer.getByRole('region', { name: 'Workflow' }).getByText('version 1').waitFor()
    const [blocked, ...others] = await steps(drawer)
    expect([blocked, others.at(-1)]).to.deep.equal(['no-keys blocked', 'Answer 400'])
    expect(others.slice(0, -1)).to.deep.equal(['no-names not run', 'Cache not run', 'Provider not called', 'no-names not run', 'no-keys not run'])
    expect(await drawer.locator('.flow .bad, .flow .off').count()).to.equal(6)
    expect(reader.complaints).to.deep.equal([])
  })

  it('shows a conversation without what was repeated, with its tools, reasoning and errors, and leads to its calls', async () => {
    const session = { 'x-session-id': 'told', 'x-tapline-user-path': '/told' }
    const { served } = dashboard
    const said = chatCompletion({ content: '18 degrees.' })
    Object.assign(said.choices[0]?.message as object, { reasoning_content: 'They want a number.' })
    served.upstream.reply(
      { body: chatCompletion({ toolCalls: [weather], usage: { prompt_tokens: 7, completion_tokens: 5 } }) },
      { status: 400, body: errorBody('Too warm.') },
      { body: said },
    )
    const result = { role: 'tool', tool_call_id: 'call_1', content: '{"degrees":18}' }
    const messages = [asked, called, result]
    await served.chat({ ...hello, tools, messages: [asked] }, session)
    await served.chat({ ...hello, tools, messages }, session)
    await served.chat({ ...hello, tools, messages }, session)
    await using reader = await dashboard.open('audit?user_path=/told', { permissions: ['clipboard-read', 'clipboard-write'], bypassCSP: true })
    const { page } = reader
    await page.getByRole('row', { name: /200/ }).first().press('Enter')
    await page.getByRole('button', { name: 'Conversation' }).click()
    const drawer = page.getByRole('dialog', { name: 'Conversation' })
    await drawer.getByText('3 calls').waitFor()
    expect(await bubbles(drawer)).to.deep.equal(['user', 'assistant', 'tool', 'assistant'])
    await drawer.getByText('7 tokens in, 5 out').waitFor()
    await drawer.getByText('Too warm.').waitFor()
    await drawer.getByText('reasoning').click()
    await drawer.getByText('They want a number.').waitFor()
    expect(await violations(page)).to.deep.equal([])
    await drawer.getByRole('button', { name: 'Copy' }).click()
    await drawer.getByText('Copied').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).to.match(
      /^user: How warm is it\?\n\nassistant tool call weather: [^]*\n\ntool tool result: [^]*\n\nerror: Too warm\.\n\nassistant reasoning: They want a number\.\n\nassistant: 18 degrees\.$/,
    )
    await drawer
      .getByRole('button', { name: /Open the call/ })
      .nth(1)
      .click()
    await page.getByRole('dialog', { name: 'Call' }).getByText('Too warm.').first().waitFor()
    await page.getByRole('button', { name: 'Open in Playground' }).click()
    await page.getByRole('heading', { name: 'Playground', level: 1 }).waitFor()
    expect(reader.complaints).to.deep.equal([])
  })

  it('plays audio and shows images that were kept', async () => {
    const { served } = dashboard
    served.upstream.reply({ headers: { 'content-type': 'audio/wav' }, body: wave }, { body: { created: 1, data: [{ b64_json: pixel }] } })
    await served.call('POST', '/v1/audio/speech', { model: 'gpt-test', input: 'hi', voice: 'alloy' })
    await served.call('POST', '/v1/images/generations', { model: 'gpt-test', prompt: 'a dot' })
    await using reader = await dashboard.open('audit?path=/v1/audio/speech')
    const { page } = reader
    await page.getByRole('row', { name: /speech/ }).press('Enter')
    await until(async () => (await page.locator('audio').evaluate(audio => (audio as unknown as { duration: number }).duration)) === 1)
    await page.goto(`${served.url}/admin/dashboard/audit?path=/v1/images/generations`)
    await page.getByRole('row', { name: /images/ }).press('Enter')
    await until(
      async () => (await page.getByRole('img', { name: /image\/png/ }).evaluate(image => (image as unknown as { naturalWidth: number }).naturalWidth)) === 1,
    )
    expect(reader.complaints).to.deep.equal([])
  })
})

/** No cache has an answer to what was not asked before. */
function saying(content: string): object {
  return { ...hello, messages: [{ role: 'user', content }] }
}

/** Each with what it did. */
async function steps(drawer: Locator): Promise<readonly string[]> {
  return (await drawer.locator('.flow li').allInnerTexts()).map(text => text.replace(/\s+/g, ' '))
}

/** Who said something, in order. */
async function bubbles(drawer: Locator): Promise<readonly string[]> {
  return await drawer.locator('.bubble > small').allInnerTexts()
}

/** A second of silence, as little as it can be. */
const wave = Buffer.concat([
  Buffer.from('RIFF'),
  words(8036),
  Buffer.from('WAVEfmt '),
  words(16, 1 | (1 << 16), 8000, 8000, 1 | (8 << 16)),
  Buffer.from('data'),
  words(8000),
  Buffer.alloc(8000, 128),
])
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, at) => bytes.writeUInt32LE(value, 4 * at))
  return bytes
}
