import { expect } from 'chai'
import { block, definePlugin } from '../../../core/index.ts'
import { runPlugin } from '../../../core/testing/run-plugin.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { until } from '../../support/until.ts'

const never = () => new Promise<never>(() => {})

describe('runPlugin', () => {
  for (const [dialect, member] of [
    ['openai-chat', 'messages'],
    ['openai-responses', 'input'],
    ['anthropic-messages', 'messages'],
  ] as const) {
    describe(`in ${dialect}`, () => {
      const shout = definePlugin({
        name: 'shout',
        setup: () => ({
          prompt({ conversation }) {
            if (conversation.some(/forbidden/)) return block('forbidden', 'Say something else')
            conversation.rewrite(text => text.toUpperCase())
            return undefined
          },
          response: ({ reply }) => {
            reply?.conversation?.rewrite(text => text.replace('secret', '[redacted]'))
          },
          stream: { lookbehind: 5, text: text => text.replace('secret', '[redacted]') },
        }),
      })

      it('shows the plugin the prompt, and the provider what the plugin made of it', async () => {
        const { upstream, reply, status, failures } = await runPlugin(shout, { dialect, answer: 'A secret.' })
        expect([status, failures]).to.deep.equal([200, []])
        expect(JSON.stringify(upstream?.[member])).to.include('HELLO')
        expect(reply.text).to.equal('A [redacted].')
      })

      it('streams, with each text in an event of its own', async () => {
        const { reply, failures } = await runPlugin(shout, { dialect, request: { stream: true }, answer: ['A sec', 'ret', '.'] })
        expect([reply.text, failures]).to.deep.equal(['A [redacted].', []])
      })

      it('refuses in that dialect', async () => {
        const { status, body, upstream, reply } = await runPlugin(shout, { dialect, request: { [member]: [{ role: 'user', content: 'forbidden' }] } })
        expect([status, body.error.message, upstream, reply.text]).to.deep.equal([400, 'Say something else', undefined, ''])
      })
    })
  }

  const called = { name: 'look', arguments: '{"at":"a secret"}' }
  for (const [dialect, answer] of [
    ['openai-chat', { choices: [{ index: 0, finish_reason: 'tool_calls', message: { tool_calls: [{ id: 'c', type: 'function', function: called }] } }] }],
    ['openai-responses', { status: 'completed', output: [{ id: 'i', type: 'function_call', call_id: 'c', ...called }] }],
    ['anthropic-messages', { stop_reason: 'tool_use', content: [{ type: 'tool_use', id: 'c', name: 'look', input: { at: 'a secret' } }] }],
  ] as const) {
    it(`streams a whole body, for plugins that look at tool calls (${dialect})`, async () => {
      const channels: string[] = []
      const plugin = definePlugin({
        name: 'redact',
        setup: () => ({
          stream: {
            text: (text, channel) => {
              channels.push(channel)
              return text.replace('secret', '[redacted]')
            },
          },
        }),
      })
      const { reply, headers } = await runPlugin(plugin, { dialect, request: { stream: true }, answer })
      expect(headers['content-type']).to.match(/^text\/event-stream/)
      expect([reply.raw.includes('[redacted]'), reply.raw.includes('secret'), [...new Set(channels)]]).to.deep.equal([true, false, ['tool_arguments']])
    })
  }

  it('refuses a plugin that is not given a service that it needs, as a gateway does', async () => {
    const failure = await runPlugin(definePlugin({ name: 'needy', needs: ['models'], setup: () => ({}) })).catch((cause: unknown) => cause)
    expect(failure).to.be.an.instanceof(TypeError).with.property('message', 'needy needs the service "models": give one in services')
  })

  it('refuses a dialect in which nobody generates anything', async () => {
    const failure = await runPlugin(definePlugin({ name: 'idle', setup: () => ({}) }), { dialect: 'openai-media' }).catch((cause: unknown) => cause)
    expect(failure).to.be.an.instanceof(TypeError).with.property('message', 'openai-media is not spoken by callers and providers')
  })

  for (const [timeoutMs, own, given] of [
    [30_000, undefined, undefined],
    [700, 700, undefined],
    [900, 700, 900],
  ] as const) {
    it(`gives a tap ${timeoutMs} ms where the plugin says ${own ?? 'nothing'} and the pipeline ${given ?? 'nothing'}`, async () => {
      const clock = new TurnedClock()
      const plugin = definePlugin({ name: 'slow', edits: false, ...(own === undefined ? {} : { timeoutMs: own }), setup: () => ({ prompt: never }) })
      const running = runPlugin(plugin, { clock, ...(given === undefined ? {} : { timeoutMs: given }) })
      await until(() => clock.waitsMs.includes(timeoutMs))
      clock.advance(timeoutMs)
      expect((await running).status).to.equal(500)
    })
  }

  it('closes a plugin that could not be opened', async () => {
    const told: string[] = []
    const plugin = definePlugin({
      name: 'shut',
      setup: ({ signal }) => ({
        open: () => Promise.reject(new Error('nobody is there')),
        close: () => {
          told.push(`closed, ${signal.aborted ? 'aborted' : 'running'}`)
        },
      }),
    })
    const failure = await runPlugin(plugin).catch((cause: unknown) => cause)
    expect([String(failure), told]).to.deep.equal(['Error: nobody is there', ['closed, aborted']])
  })
})
