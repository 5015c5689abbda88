import { expect } from 'chai'
import { runPlugin, type PluginRunOptions } from '../../../core/testing/run-plugin.ts'
import plugin from '../../../plugins/secrets/index.ts'
import { canaries, privateKey } from '../../support/canaries.ts'

const run = (options: object = {}, more: PluginRunOptions = {}) => runPlugin(plugin, { options: options as Record<string, unknown>, ...more })
const textsOf = (upstream: Readonly<Record<string, unknown>> | undefined) =>
  (upstream?.['messages'] as { content: unknown }[] | undefined)?.map(({ content }) => content)
const [secret = ''] = canaries['aws'] ?? []
const messages = ['system', 'user', 'assistant'].map(role => ({ role, content: `my ${secret}` }))

describe('secrets in a prompt', () => {
  it('are redacted in all messages, or in those of the roles that are listed', async () => {
    expect(textsOf((await run({}, { request: { messages } })).upstream)).to.deep.equal(['my [redacted]', 'my [redacted]', 'my [redacted]'])
    expect(textsOf((await run({ roles: ['user'], replacement: '***' }, { request: { messages } })).upstream)).to.deep.equal([
      `my ${secret}`,
      'my ***',
      `my ${secret}`,
    ])
  })

  it('lead to a refusal, an answer, or a warning', async () => {
    const blocked = await run({ action: 'block', block_status: 422 }, { request: { messages } })
    expect([blocked.status, blocked.body.error.code, blocked.upstream]).to.deep.equal([422, 'guardrail_blocked', undefined])
    expect((await run({ action: 'respond', message: 'Keep it' }, { request: { messages } })).reply.text).to.equal('Keep it')
    const warned = await run({ action: 'warn' }, { request: { messages } })
    expect(warned.headers['x-tapline-guardrail']).to.equal('warn; code=guardrail_warning')
    expect(textsOf(warned.upstream)).to.deep.equal(messages.map(({ content }) => content))
  })

  it('are known by their randomness, unless that is switched off', async () => {
    const request = { messages: [{ role: 'user', content: 'tGzv3JOkF0XG5Qx2TlKWIA' }] }
    expect(textsOf((await run({}, { request })).upstream)).to.deep.equal(['[redacted]'])
    expect(textsOf((await run({ entropy: 0 }, { request })).upstream)).to.deep.equal(['tGzv3JOkF0XG5Qx2TlKWIA'])
  })

  it('are of vendors that are known', async () => {
    let refused: unknown
    await run({ vendors: ['acme'] }).catch((cause: unknown) => {
      refused = cause
    })
    expect(String(refused)).to.include('vendors')
  })
})

describe('secrets in a stream', () => {
  const text = `first ${secret}, then ${canaries['jwt']?.[0]} and all is well`
  it('are redacted wherever they are split', async () => {
    for (const pieces of [[text], [...text], ...Array.from({ length: text.length - 1 }, (_, i) => [text.slice(0, i + 1), text.slice(i + 1)])]) {
      const { reply } = await run({ entropy: 0 }, { request: { stream: true }, answer: pieces })
      expect(reply.text, JSON.stringify(pieces)).to.equal('first [redacted], then [redacted] and all is well')
    }
  })

  it('are redacted also where they are longer than what is held back, as private keys are', async () => {
    for (const eol of ['\n', '\\n']) {
      const key = privateKey(eol)
      for (const size of [1, 7, 64, 300]) {
        const pieces = `Here: ${key} is it`.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
        const { reply } = await run({ entropy: 0 }, { request: { stream: true }, answer: pieces })
        expect(reply.text, `${size}`).to.match(/^Here: (?:\[redacted\])+ is it$/)
      }
    }
  })

  it('end it before they leave', async () => {
    const { reply } = await run({ action: 'block' }, { request: { stream: true }, answer: ['x '.repeat(300), secret.slice(0, 9), secret.slice(9), ' more'] })
    expect(reply.text).to.match(/^(?:x ?)+$/)
  })
})
