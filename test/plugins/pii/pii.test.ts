import { expect } from 'chai'
import { runPlugin, type PluginRunOptions } from '../../../core/testing/run-plugin.ts'
import plugin from '../../../plugins/pii/index.ts'

const run = (options: object = {}, more: PluginRunOptions = {}) => runPlugin(plugin, { options: options as Record<string, unknown>, ...more })
const said = (content: unknown, role = 'user') => ({ role, content })
const textsOf = (upstream: Readonly<Record<string, unknown>> | undefined) =>
  (upstream?.['messages'] as { content: unknown }[] | undefined)?.map(({ content }) => content)
const mail = 'ann@example.org'
const other = 'bob@example.org'

describe('pii in a prompt', () => {
  it('puts a placeholder in the place of each value, the same for the same', async () => {
    const { upstream } = await run({}, { request: { messages: [said(`${mail}, ${other}`), said(`${mail} 203.0.113.9`, 'assistant'), said(`${other}!`)] } })
    expect(textsOf(upstream)).to.deep.equal(['<EMAIL_ADDRESS_1>, <EMAIL_ADDRESS_2>', '<EMAIL_ADDRESS_1> <IP_ADDRESS_1>', '<EMAIL_ADDRESS_2>!'])
  })

  it('knows numbers with typographic spaces, hyphens and digits of full width', async () => {
    const content = [
      '4111\u00a01111\u00a01111\u00a01111',
      '4111\u20111111\u20111111\u20111111',
      '４１１１１１１１１１１１１１１１',
      '+49\u202f151\u202f12345678',
      '0049 151 12345678',
      'bob＠example.com',
    ].join(', ')
    expect(textsOf((await run({}, { request: { messages: [said(content)] } })).upstream)).to.deep.equal([
      '<CREDIT_CARD_1>, <CREDIT_CARD_2>, <CREDIT_CARD_3>, <PHONE_NUMBER_1>, <PHONE_NUMBER_2>, <EMAIL_ADDRESS_1>',
    ])
  })

  it('never uses a number that stands in the text', async () => {
    const { upstream } = await run({}, { request: { messages: [said(mail), said('what is <EMAIL_ADDRESS_1>, and <email_address_2>?')] } })
    expect(textsOf(upstream)).to.deep.equal(['<EMAIL_ADDRESS_3>', 'what is <EMAIL_ADDRESS_1>, and <email_address_2>?'])
  })

  it('numbers very many values in no more than their share of time', async () => {
    const content = Array.from({ length: 30_000 }, (_, i) => `u${i}@e.org`).join(' ')
    const begun = process.cpuUsage()
    const { upstream } = await run({ entities: ['EMAIL_ADDRESS'] }, { request: { messages: [said(content)] } })
    expect(textsOf(upstream)?.[0]).to.satisfy((text: string) => text.endsWith('<EMAIL_ADDRESS_29999> <EMAIL_ADDRESS_30000>'))
    // Looking through all of them for each took half a minute.
    expect(process.cpuUsage(begun).user / 1000).to.be.below(8000)
  })

  it('looks at the messages of the roles that are listed', async () => {
    const messages = [said(mail, 'system'), said(mail), said(mail, 'assistant'), said('ok')]
    expect(textsOf((await run({ roles: ['user'] }, { request: { messages } })).upstream)).to.deep.equal([mail, '<EMAIL_ADDRESS_1>', mail, 'ok'])
    expect(textsOf((await run({ roles: ['system', 'assistant'] }, { request: { messages } })).upstream)).to.deep.equal([
      '<EMAIL_ADDRESS_1>',
      mail,
      '<EMAIL_ADDRESS_1>',
      'ok',
    ])
  })

  it('spells placeholders as it is told', async () => {
    const { upstream } = await run({ placeholder_format: '[{n}:{entity}]' }, { request: { messages: [said(`${mail} [1:EMAIL_ADDRESS]`)] } })
    expect(textsOf(upstream)).to.deep.equal(['[2:EMAIL_ADDRESS] [1:EMAIL_ADDRESS]'])
  })

  for (const format of ['{entity}_{n}', '<{entity}>', '<{n}>', '<{entity}_{n}', '', '< {entity}{entity}_{n}>']) {
    it(`refuses placeholders spelled ${JSON.stringify(format)}`, async () => {
      let refused: unknown
      await run({ placeholder_format: format }).catch((cause: unknown) => {
        refused = cause
      })
      expect(String(refused)).to.include('placeholder_format')
    })
  }

  it('refuses an unknown entity, and a pattern that could explode', async () => {
    for (const options of [{ entities: ['SHOE_SIZE'] }, { patterns: [{ entity: 'X', pattern: '(?=a)' }] }, { patterns: [{ entity: 'lower', pattern: 'a' }] }]) {
      let refused: unknown
      await run(options).catch((cause: unknown) => {
        refused = cause
      })
      expect(refused, JSON.stringify(options)).to.be.instanceOf(Error)
    }
  })

  it('blocks, answers, or warns', async () => {
    const request = { messages: [said(mail)] }
    const blocked = await run({ action: 'block', message: 'No personal data' }, { request })
    expect([blocked.status, blocked.body.error.code, blocked.body.error.message, blocked.upstream]).to.deep.equal([
      400,
      'guardrail_blocked',
      'No personal data',
      undefined,
    ])
    const answered = await run({ action: 'respond', message: 'Let us not' }, { request })
    expect([answered.status, answered.reply.text, answered.upstream]).to.deep.equal([200, 'Let us not', undefined])
    const warned = await run({ action: 'warn' }, { request })
    expect(warned.headers['x-tapline-guardrail']).to.equal('warn; code=guardrail_warning')
    expect(textsOf(warned.upstream)).to.deep.equal([mail])
  })
})

describe('pii in a reply', () => {
  it('anonymizes, and goes on counting', async () => {
    const { reply } = await run({}, { request: { messages: [said(mail)] }, answer: `${mail} or ${other}` })
    expect(reply.text).to.equal('<EMAIL_ADDRESS_1> or <EMAIL_ADDRESS_2>')
  })

  it('blocks with 502', async () => {
    expect((await run({ action: 'block' }, { answer: mail })).status).to.equal(502)
  })

  const restored: Readonly<Record<string, readonly [answer: string, reply: string]>> = {
    'as it was written': ['Write to <EMAIL_ADDRESS_1>.', `Write to ${mail}.`],
    'in another case': ['Write to <Email_address_1>.', `Write to ${mail}.`],
    'escaped for HTML': ['<a>&lt;EMAIL_ADDRESS_1&gt;</a>', `<a>${mail}</a>`],
    'escaped for JSON': ['{"to":"\\u003cEMAIL_ADDRESS_1\\u003e"}', `{"to":"${mail}"}`],
    'escaped for Markdown': ['**<EMAIL\\_ADDRESS\\_1>**', `**${mail}**`],
    'escaped for an address': ['?to=%3CEMAIL_ADDRESS_1%3E', `?to=${mail}`],
    'as the value itself': [`Write to ${mail}.`, `Write to ${mail}.`],
    'with a number that nobody gave': ['<EMAIL_ADDRESS_7> <PHONE_NUMBER_1>', '<EMAIL_ADDRESS_7> <PHONE_NUMBER_1>'],
    'beside a value that the model made up': [`<EMAIL_ADDRESS_1> not ${other}`, `${mail} not <EMAIL_ADDRESS_3>`],
    'beside a value of the instructions': ['<EMAIL_ADDRESS_1> or <EMAIL_ADDRESS_2>', `${mail} or <EMAIL_ADDRESS_2>`],
  }
  for (const [name, [answer, expected]] of Object.entries(restored)) {
    it(`puts a value back where its placeholder stands ${name}`, async () => {
      const messages = [said(mail), said('ask boss@example.org', 'system')]
      const numbered = [said('ask boss@example.org', 'system'), said(mail)]
      // Instructions are counted first.
      const swap = (text: string) => text.replaceAll(/(ADDRESS\\?_|address_)([12])/g, (_, head: string, n: string) => head + (n === '1' ? '2' : '1'))
      for (const request of [{ messages }, { messages: numbered }]) {
        const { reply } = await run({ restore: true }, { request, answer: swap(answer) })
        expect(reply.text).to.equal(swap(expected))
        const whole = swap(answer)
        const streamed = await run({ restore: true }, { request: { ...request, stream: true }, answer: [...whole] })
        expect(streamed.reply.text).to.equal(swap(expected))
      }
    })
  }

  it('does not let an answer be cached for others where something may be put back, and else does', async () => {
    const cacheOf = async (options: object, content: string) => (await run(options, { request: { messages: [said(content)] } })).exchange.cache
    expect(await cacheOf({ restore: true }, mail)).to.equal('bypass')
    expect(await cacheOf({ restore: true }, 'hi')).to.equal(undefined)
    expect(await cacheOf({}, mail)).to.equal(undefined)
  })
})

describe('pii in a stream', () => {
  const text = `Ask ${mail} (+44 20 7946 0958), or 4111 1111 1111 1111 and ${mail}`
  const expected = 'Ask <EMAIL_ADDRESS_1> (<PHONE_NUMBER_1>), or <CREDIT_CARD_1> and <EMAIL_ADDRESS_1>'
  it('finds what is split over events, and numbers it as in a whole reply', async () => {
    expect((await run({}, { answer: text })).reply.text).to.equal(expected)
    for (const pieces of [[text], [...text], ...Array.from({ length: text.length - 1 }, (_, i) => [text.slice(0, i + 1), text.slice(i + 1)])]) {
      const { reply } = await run({}, { request: { stream: true }, answer: pieces })
      expect(reply.text, JSON.stringify(pieces)).to.equal(expected)
    }
  })

  it('cuts before a value leaves', async () => {
    const { reply } = await run({ action: 'block' }, { request: { stream: true }, answer: ['x'.repeat(100), ' ann@exam', 'ple.org', ' more'] })
    expect(reply.text).to.match(/^x+ ?$/)
  })

  it('answers instead', async () => {
    const { reply } = await run({ action: 'respond', message: 'Let us not' }, { request: { stream: true }, answer: ['ann@exam', 'ple.org'] })
    expect(reply.text).to.equal('Let us not')
  })
})
