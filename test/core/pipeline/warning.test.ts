import { expect } from 'chai'
import { block, definePlugin, warn, type Exchange, type StreamTap, type Taps } from '../../../core/index.ts'
import { runPlugin, type PluginRunOptions } from '../../../core/testing/run-plugin.ts'
import { Audited } from '../../support/audit.ts'

const run = (taps: Taps, options: PluginRunOptions = {}) => runPlugin(definePlugin({ name: 'guard', setup: () => taps }), options)
const header = 'x-tapline-guardrail'

describe('a warning', () => {
  const cases: Readonly<Record<string, [Taps, string]>> = {
    'in a prompt': [{ prompt: () => warn() }, 'warn; code=guardrail_warning'],
    'that took a while': [{ prompt: () => Promise.resolve(warn('late')) }, 'warn; code=late'],
    'of a reply': [{ response: () => warn('odd_reply', 'It is odd', { odd: 1 }), stream: 'pass' }, 'warn; code=odd_reply'],
  }
  for (const [name, [taps, expected]] of Object.entries(cases)) {
    it(`${name} lets the call go on, and says so in the header`, async () => {
      const { status, reply, headers } = await run(taps)
      expect([status, reply.text]).to.deep.equal([200, 'Hello!'])
      expect([headers[header], headers['x-gomodel-guardrail']]).to.deep.equal([expected, expected])
    })
  }

  it('is given once for each code, whoever gives it', async () => {
    const { exchange } = await run({ prompt: () => warn('one'), lookup: () => warn('one'), response: () => warn('two'), stream: 'pass' })
    expect(exchange.warnings.map(({ phase, warning: { code } }) => [phase, code])).to.deep.equal([
      ['prompt', 'one'],
      ['lookup', 'one'],
      ['response', 'two'],
    ])
    expect(exchange.sentHeaders.filter(value => value.startsWith('warn;'))).to.deep.equal([
      'warn; code=one',
      'warn; code=one',
      'warn; code=two',
      'warn; code=two',
    ])
  })

  it('may be given in a stream, as long as headers can be', async () => {
    const plugin = definePlugin({
      name: 'guard',
      setup({ warnInStream }) {
        const stream: StreamTap<Exchange> = {
          open: exchange => exchange,
          text: (text, _, exchange) => {
            warnInStream(exchange, 'seen', 'It was there', { words: 1 })
            return text
          },
        }
        return { stream }
      },
    })
    const { headers, exchange } = await runPlugin(plugin, { request: { stream: true } })
    expect(exchange.warnings.map(({ instance, phase, warning: { code, message, detail } }) => [instance, phase, code, message, detail])).to.deep.equal([
      ['guard', 'stream', 'seen', 'It was there', { words: 1 }],
    ])
    expect(headers[header]).to.be.oneOf([undefined, 'warn; code=seen'])
  })

  it('is in the header of a refusal that follows it', async () => {
    const { status, headers } = await run({ prompt: () => warn('first'), lookup: () => block('no', 'No') })
    expect([status, headers[header]]).to.deep.equal([400, 'warn; code=first'])
  })

  it('has a code that can stand in a header', () => {
    for (const code of ['', 'a b', 'a\nb', 'ä', 'x'.repeat(65)]) expect(() => warn(code), code).to.throw(TypeError)
  })

  it('is in the audit record, with what was found and not with what was said', async () => {
    const source = `import { definePlugin, warn } from 'tapline'
      export default definePlugin({ name: 'guard', setup: () => ({ prompt: () => warn('odd', 'It is odd', { words: 2 }) }) })`
    await using audited = await Audited.start({
      files: { 'guard.ts': source },
      config: { pipelines: { inference: [{ insert: './guard.ts', before: 'retry' }] } },
    })
    await audited.served.chat()
    const { data } = await audited.row()
    expect(data.guardrails[0]).to.include({ instance: 'guard', phase: 'prompt', action: 'warn', code: 'odd', message: 'It is odd' })
    expect(data.guardrails[0].detail).to.deep.equal({ words: 2 })
  })

  it('is not given under the compatible name if the operator does not want that', async () => {
    const source = `import { definePlugin, warn } from 'tapline'
      export default definePlugin({ name: 'guard', setup: () => ({ prompt: () => warn() }) })`
    await using audited = await Audited.start({
      files: { 'guard.ts': source },
      config: { server: { compat_headers: false }, pipelines: { inference: [{ insert: './guard.ts', before: 'retry' }] } },
    })
    const { headers } = await audited.served.chat()
    expect([headers[header], headers['x-gomodel-guardrail']]).to.deep.equal(['warn; code=guardrail_warning', undefined])
  })
})
