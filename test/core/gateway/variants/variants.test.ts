import { expect } from 'chai'
import type { Patch } from '../../../../core/pipeline/plan/source.ts'
import { VariantError, type Variant, type Variants } from '../../../../core/services/variants.ts'
import { startTestGateway } from '../../../../core/testing/gateway.ts'

interface Test {
  variants: Variants
  variant: Variant | undefined
  events: string[]
  /** What every configuration compiles before it serves. */
  atOpen: readonly Patch[] | undefined
}

/** What the plugins below share with the test. */
const shared = globalThis as unknown as { variantTest: Test }

/** Takes the test's variant for whoever asks for it. */
const chooser = `
export default {
  name: 'chooser', needs: ['variants'],
  setup({ services }) {
    globalThis.variantTest.variants = services.variants
    return {
      async open() {
        const { atOpen } = globalThis.variantTest
        if (atOpen !== undefined) globalThis.variantTest.variant = await services.variants.compile(atOpen)
      },
      route(exchange) { if (exchange.request.query === '?variant') globalThis.variantTest.variant.take(exchange) },
    }
  },
}`

/** Answers with its word, after the test lets it. */
const speaker = `
import { Reply } from 'tapline'
export default {
  name: 'speaker',
  schema: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
  setup({ options: { word } }) {
    const { events } = globalThis.variantTest
    events.push('set up ' + word)
    return {
      open: async () => { events.push('open ' + word) },
      start: () => { events.push('start ' + word) },
      lookup: async () => { await globalThis.variantTest.gate; return new Reply({ status: 200, body: Buffer.from(word) }) },
      close: () => { events.push('close ' + word) },
    }
  },
}`
const early = `export default { name: 'early', setup: () => ({ request: () => undefined }) }`
const offering = `export default { name: 'offering', provides: 'tenants', setup: () => ({ service: {} }) }`

const said = (word: string) => ({ use: './speaker.ts', name: 'speaker', options: { word } })
const pipeline = (route: string, ...steps: readonly unknown[]) => ({ route, operation: 'say', body: 'none', steps: ['./early.ts', './chooser.ts', ...steps] })
const config = {
  pipelines: { say: pipeline('GET /say', said('base')), other: pipeline('GET /other', { use: './speaker.ts', name: 'another', options: { word: 'another' } }) },
}
const files = { 'chooser.ts': chooser, 'speaker.ts': speaker, 'early.ts': early, 'offering.ts': offering }
const other: Patch = { set: 'speaker', options: { word: 'variant' } }

describe('a variant of the pipelines', () => {
  let events: string[]
  beforeEach(() => {
    events = []
    shared.variantTest = { events } as unknown as Test
  })
  const fresh = () => events.splice(0)
  const get = async (url: string) => await (await fetch(url)).text()

  it('serves those who take it, beside the pipelines as they are', async () => {
    await using gateway = await startTestGateway({ config, files })
    shared.variantTest.variant = await shared.variantTest.variants.compile([other])
    expect(await get(`${gateway.url}/say?variant`)).to.equal('variant')
    expect(await get(`${gateway.url}/say`)).to.equal('base')
    expect(await get(`${gateway.url}/other?variant`)).to.equal('another')
  })

  it('sets up what changed alone, and closes that when it is released', async () => {
    await using _ = await startTestGateway({ config, files })
    fresh()
    const { variants } = shared.variantTest
    const [one, two] = [await variants.compile([other]), await variants.compile([other, { remove: 'another' }])]
    expect(fresh()).to.deep.equal(['set up variant', 'open variant', 'start variant'])
    await one.release()
    expect(fresh()).to.deep.equal([])
    await two.release()
    expect(fresh()).to.deep.equal(['close variant'])
  })

  it('stays open for an exchange that took it, until that is over', async () => {
    await using gateway = await startTestGateway({ config, files })
    const variant = (shared.variantTest.variant = await shared.variantTest.variants.compile([other]))
    const gate = Promise.withResolvers<void>()
    Object.assign(shared.variantTest, { gate: gate.promise })
    const answer = get(`${gateway.url}/say?variant`)
    while (gateway.gateway.current.inFlight === 0) await new Promise(setImmediate)
    await variant.release()
    expect(events).to.not.include('close variant')
    gate.resolve()
    expect(await answer).to.equal('variant')
    while (gateway.gateway.current.inFlight > 0) await new Promise(setImmediate)
    expect(events.at(-1)).to.equal('close variant')
  })

  it('hands its plugins over to the next configuration', async () => {
    shared.variantTest.atOpen = [other]
    await using gateway = await startTestGateway({ config, files })
    const { variant, variants } = shared.variantTest
    fresh()
    await gateway.configure({ ...config, server: { body_size_limit: '1M' } })
    expect(await gateway.gateway.reload()).to.equal(true)
    expect(shared.variantTest.variants).to.not.equal(variants)
    expect(shared.variantTest.variant).to.not.equal(variant)
    expect(await get(`${gateway.url}/say?variant`)).to.equal('variant')
    expect(events).to.deep.equal([])
  })

  it('lists the steps of each pipeline, their phases, and where they come from', async () => {
    await using gateway = await startTestGateway({ config, files })
    const { variants } = shared.variantTest
    expect(variants.pipelines).to.include.members(['say', 'other', 'chat']).and.not.include('health')
    const variant = await variants.compile([other])
    const place = `${gateway.directory}/tapline.yaml`
    expect(variant.steps('say').map(({ from, ...step }) => ({ ...step, from: from.replace(/:\d+$/, '') }))).to.deep.equal([
      { name: 'early', type: 'early', phases: ['request'], from: place },
      { name: 'chooser', type: 'chooser', phases: ['route'], from: place },
      { name: 'speaker', type: 'speaker', phases: ['lookup'], from: '/0' },
    ])
    expect(variant.steps('nothing')).to.deep.equal([])
  })

  const wrong: readonly (readonly [what: string, patches: readonly Patch[], pointer: string, message: RegExp])[] = [
    ['a step that no pipeline has', [other, { remove: 'speeker' }], '/1/remove', /no pipeline has a step "speeker"; did you mean "speaker"\?/],
    ['a place that no pipeline has', [{ insert: './early.ts', after: 'nobody' }], '/0/after', /no pipeline has a step "nobody"/],
    [
      'steps of different pipelines',
      [{ insert: { use: './speaker.ts', name: 'x' }, after: 'speaker', before: 'another' }],
      '/0/before',
      /no pipeline has a step "another" and "speaker"/,
    ],
    ['a second step of one name', [{ insert: said('x'), before: 'speaker' }], '/0/insert', /there is a step "speaker" already/],
    ['a plugin that is not there', [{ insert: 'no-such-plugin' }], '/0/insert/use', /there is no plugin "no-such-plugin"/],
    [
      'options that the plugin does not take',
      [{ insert: { use: './speaker.ts', name: 'x', options: { wort: 1 } }, before: 'speaker' }],
      '/0/insert/options/wort',
      /unknown key; did you mean "word"\?/,
    ],
    ['a step whose work is done when it is chosen', [{ remove: 'early' }], '/0/remove', /does all its work before the pipeline is chosen/],
    ['a step that would be asked too early', [{ insert: { use: './early.ts', name: 'x' } }], '/0/insert', /acts on "request", which is over/],
    [
      'a step without work in its phases',
      [{ insert: { ...said('x'), name: 'x', phases: ['prompt'] } }],
      '/0/insert',
      /does nothing in the phases that it is given/,
    ],
    ['a step that offers a service', [{ insert: './offering.ts' }], '/0/insert', /belongs into the configuration/],
  ]
  for (const [what, patches, pointer, message] of wrong) {
    it(`is refused for ${what}, and leaves nothing behind`, async () => {
      await using _ = await startTestGateway({ config, files })
      fresh()
      const cause: unknown = await shared.variantTest.variants.compile(patches).catch((caught: unknown) => caught)
      expect(cause).to.be.instanceOf(VariantError)
      const { problems } = cause as VariantError
      expect(problems.map(problem => problem.pointer)).to.include(pointer)
      expect((cause as VariantError).message).to.match(message)
      const opened = events.filter(event => event.startsWith('set up')).length
      expect(events.filter(event => event.startsWith('close'))).to.have.length(opened)
    })
  }

  it('tries one step out alone, on a request or an answer', async () => {
    const loud = `
export default { name: 'loud', setup: () => ({
  prompt({ conversation }) { conversation.rewrite(text => text.toUpperCase()) },
  response({ reply }) { reply.conversation.rewrite(text => text + '!') },
}) }`
    const talk = { route: 'POST /talk', operation: 'chat', dialect: 'openai-chat', body: 'json', steps: ['./chooser.ts', said('never asked')] }
    await using _ = await startTestGateway({ config: { pipelines: { talk } }, files: { ...files, 'loud.ts': loud } })
    const variant = await shared.variantTest.variants.compile([{ insert: { use: './loud.ts', name: 'loud' }, before: 'speaker' }])
    const trial = {
      pipeline: 'talk',
      step: 'loud',
      request: Buffer.from('{"model":"m","messages":[{"role":"user","content":"hello"}]}'),
      caller: { method: 'extension' },
    }
    const asked = await variant.tryOut(trial)
    expect(asked).to.deep.include({ failure: undefined })
    expect(asked.outcome).to.include({ phase: 'prompt', instance: 'loud', said: undefined })
    expect(String(asked.left)).to.contain('HELLO')
    const answer = Buffer.from('{"choices":[{"index":0,"message":{"role":"assistant","content":"hi"}}]}')
    const answered = await variant.tryOut({ ...trial, answer })
    expect(answered.outcome?.phase).to.equal('response')
    expect(String(answered.left)).to.contain('hi!')
    await variant.release()
  })
  it('ends a trial for which nobody waits any more, of a step that never answers', async () => {
    const stuck = `export default { name: 'stuck', timeoutMs: 0, setup: () => ({ prompt: () => new Promise(() => {}) }) }`
    const talk = { route: 'POST /talk', operation: 'chat', dialect: 'openai-chat', body: 'json', steps: ['./chooser.ts', said('never asked')] }
    await using _ = await startTestGateway({ config: { pipelines: { talk } }, files: { ...files, 'stuck.ts': stuck } })
    const variant = await shared.variantTest.variants.compile([{ insert: { use: './stuck.ts', name: 'stuck' }, before: 'speaker' }])
    const request = Buffer.from('{"model":"m","messages":[{"role":"user","content":"hello"}]}')
    const trial = { pipeline: 'talk', step: 'stuck', request, caller: { method: 'extension' } }
    const leaving = new AbortController()
    const ended = variant.tryOut({ ...trial, signal: leaving.signal })
    leaving.abort()
    for (const { left, outcome } of [await ended, await variant.tryOut({ ...trial, signal: leaving.signal })]) {
      expect(left).to.include({ code: 'request_canceled' })
      expect(outcome).to.equal(undefined)
    }
    await variant.release()
  })
})
