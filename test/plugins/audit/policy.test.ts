/** What the audit log says of the steps of policy, and of the names of models. */

import { expect } from 'chai'
import { chatChunks } from '../../../core/testing/chat-samples.ts'
import { Audited } from '../../support/audit.ts'
import { recorded } from '../../support/recorded.ts'
import { helloStream } from '../../support/serve.ts'

const guard = (taps: string) => ({
  files: { 'guard.ts': `export default { name: 'guard', setup: () => ({ ${taps} }) }` },
  config: { pipelines: { inference: [{ insert: './guard.ts', before: 'retry' }] } },
})

const strategy = (choose: string) =>
  `export default { name: 'told', needs: ['models'], setup: ({ services: { models } }) => ({ open: async () => { models.strategy({ name: 'told', choose: ({ options }) => ${choose} }) } }) }`

const smart = { virtual_models: [{ source: 'smart', targets: [{ model: 'gpt-test' }] }] }
const twoModels = { env: { OPENAI_MODELS: 'gpt-test,gpt-other' } }
const hi = (model: string) => ({ model, messages: [{ role: 'user', content: 'hi' }] })

const streams: Readonly<Record<string, { readonly taps: string; readonly pieces: readonly string[]; readonly said: object }>> = {
  'changed nothing': { taps: `stream: { text: text => text }`, pieces: ['a', 'b'], said: { edited: false, replaced_events: 0, dropped_events: 0 } },
  'changed the texts of two events': {
    taps: `stream: { text: text => text.replace('bad', '***') }`,
    pieces: ['bad', 'good', 'bad bad'],
    said: { edited: true, replaced_events: 2, dropped_events: 0 },
  },
  'changed one text that came in two events, looking at it again and again': {
    taps: `stream: { lookbehind: 8, text: text => text.replace('badword', '***') }`,
    pieces: ['bad', 'word', ' is', ' no', ' word', ' of', ' mine'],
    said: { edited: true, replaced_events: 1, dropped_events: 0 },
  },
  'edited an event past its texts': {
    taps: `stream: { observe: event => { const { document } = event; if (event.data?.includes('"a"')) document.set(document.root, 'service_tier', '"odd"') } }`,
    pieces: ['a', 'b'],
    said: { edited: true, replaced_events: 1, dropped_events: 0 },
  },
  'withheld an event': {
    taps: `stream: { observe: event => event.data?.includes('"b"') ? 'drop' : undefined }`,
    pieces: ['a', 'b', 'c'],
    said: { edited: true, replaced_events: 0, dropped_events: 1 },
  },
}

describe('the audit log says', () => {
  for (const [name, { taps, pieces, said }] of Object.entries(streams)) {
    it(`of a step that ${name} how many events became others`, async () => {
      await using audited = await Audited.start(guard(taps))
      audited.served.upstream.always({ chunks: chatChunks({ pieces }) })
      await audited.served.chat(helloStream)
      const { data } = await audited.row()
      expect(data.guardrails).to.have.length(1)
      expect(data.guardrails[0]).to.include({ phase: 'stream', instance: 'guard', action: 'allow', target: null, ...said })
    })
  }

  it('of two steps on one stream whose doing it was', async () => {
    const letter = (from: string, to: string) =>
      `export default { name: 'swap-${from}', setup: () => ({ stream: { text: text => text.replace('${from}', '${to}') } }) }`
    const files = { 'a.ts': letter('a', 'x'), 'b.ts': letter('b', 'y') }
    await using audited = await Audited.start({
      files,
      config: {
        pipelines: {
          inference: [
            { insert: './a.ts', before: 'retry' },
            { insert: './b.ts', before: 'retry' },
          ],
        },
      },
    })
    audited.served.upstream.always({ chunks: chatChunks({ pieces: ['a', 'ab', 'c'] }) })
    await audited.served.chat(helloStream)
    const { data } = await audited.row()
    expect(Object.fromEntries(data.guardrails.map((entry: Record<string, unknown>) => [entry['type'], entry['replaced_events']]))).to.deep.equal({
      'swap-a': 2,
      'swap-b': 1,
    })
  })

  it('of a step on a prompt that no events were any affair of it', async () => {
    await using audited = await Audited.start(guard(`prompt: ({ conversation }) => { conversation.rewrite(text => text + '!') }`))
    await audited.served.chat()
    expect((await audited.row()).data.guardrails[0]).to.include({ phase: 'prompt', edited: true, target: null, replaced_events: null, dropped_events: null })
  })

  it('in lists nothing of what a step found, and in the whole row all of it', async () => {
    const source = `import { definePlugin, warn } from 'tapline'
      export default definePlugin({ name: 'guard', setup: () => ({ prompt: () => warn('odd', 'It is odd', { words: 2 }) }) })`
    await using audited = await Audited.start({ ...guard(''), files: { 'guard.ts': source } })
    await audited.served.chat()
    const { data } = await audited.row()
    const { json } = await audited.read('/audit/log')
    expect(data.guardrails[0].detail).to.deep.equal({ words: 2 })
    expect(json.entries[0].data.guardrails[0]).to.include({ code: 'odd' }).and.not.have.property('detail')
  })

  for (const [name, said] of [
    ['smart', true],
    ['gpt-test', false],
    ['openai/gpt-test', false],
  ] as const) {
    it(`of ${name} that it is ${said ? 'a virtual model' : 'a model'}`, async () => {
      await using audited = await Audited.start({ ...twoModels, config: smart })
      await audited.served.chat(JSON.stringify(hi(name)))
      expect(await audited.row()).to.include({ alias_used: said, requested_model: name, resolved_model: 'gpt-test' })
    })
  }

  it('of a name that is a virtual model for others that it is none', async () => {
    await using audited = await Audited.start({
      ...twoModels,
      config: { virtual_models: [{ source: 'gpt-test', targets: [{ model: 'gpt-other' }], user_paths: ['/team'] }] },
    })
    await audited.served.chat(JSON.stringify(hi('gpt-test')))
    await audited.served.chat(JSON.stringify(hi('gpt-test')), { 'x-tapline-user-path': '/team' })
    expect((await audited.rows(2)).map(({ alias_used: used }) => used)).to.deep.equal([false, true])
  })

  const strategies: readonly (readonly [name: string, choose: string, said: object])[] = [
    ['chose', `options.findIndex(({ selector }) => selector === 'gpt-other')`, { action: 'allow', target: 'gpt-other', error: null, fail_mode: null }],
    ['chose none', '7', { action: 'allow', target: null, error: null }],
    ['failed', `{ throw new Error('no idea') }`, { action: 'failure', target: null, error: 'no idea', fail_mode: 'open' }],
  ]
  for (const [name, choose, said] of strategies) {
    it(`of a strategy that ${name} which target that was`, async () => {
      await using audited = await Audited.start({
        ...twoModels,
        files: { 'told.ts': strategy(choose) },
        config: { pipelines: { services: [{ insert: './told.ts', after: 'models-admin' }] } },
      })
      await audited.admin.call('PUT', '/virtual-models', {
        body: { source: 'smart', strategy: 'plugin', strategy_plugin: 'told', targets: [{ model: 'gpt-test' }, { model: 'gpt-other' }] },
      })
      await audited.served.chat(JSON.stringify(hi('smart')))
      await recorded(audited.served, 1)
      const row = (await audited.rows(1, 'path=/v1/chat/completions'))[0]
      expect(row?.data.guardrails).to.have.length(1)
      expect(row?.data.guardrails[0]).to.include({ seq: 1, phase: 'route', instance: 'told', step: null, edited: false, replaced_events: null, ...said })
    })
  }
})
