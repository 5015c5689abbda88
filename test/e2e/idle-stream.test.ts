/** Streams whose provider is silent for a while, and what their callers hear meanwhile. */

import { expect } from 'chai'
import { Gate } from '../../core/testing/gate.ts'
import { TurnedClock } from '../../core/testing/turned-clock.ts'
import { heard, type CallerDialect } from '../support/caller-streams.ts'
import { judge, redact } from '../support/guardrails.ts'
import { speakers, speakersEnv, spokenStream, type SpokenDialect } from '../support/model-streams.ts'
import { Served } from '../support/serve.ts'
import { until } from '../support/until.ts'

const routes: Readonly<Record<CallerDialect, string>> = {
  'openai-chat': '/v1/chat/completions',
  'openai-responses': '/v1/responses',
  'anthropic-messages': '/v1/messages',
}
const speech = { pieces: ['one ', 'two ', 'three'] }

/** A stream that stands still before one of its events, with a caller who listens. */
class Silence implements AsyncDisposable {
  readonly served: Served
  readonly #clock: TurnedClock
  readonly #gates: ReadonlyMap<string, Gate>
  #text = ''
  #ended = false

  private constructor(served: Served, clock: TurnedClock, gates: ReadonlyMap<string, Gate>) {
    this.served = served
    this.#clock = clock
    this.#gates = gates
  }

  /** @param before the piece of text before which the provider falls silent */
  static async begin(vendor: SpokenDialect, caller: CallerDialect, before: string, guardrail?: string, signal?: AbortSignal): Promise<Silence> {
    const clock = new TurnedClock()
    const steps =
      guardrail === undefined ? {} : { pipelines: { inference: [{ insert: { use: './guardrail.ts', options: { word: 'two' } }, before: 'retry' }] } }
    const served = await Served.start({ clock, env: speakersEnv, config: { providers: speakers, ...steps }, files: { 'guardrail.ts': guardrail ?? '' } })
    const gates = new Map(speech.pieces.map(piece => [piece.trim(), new Gate()]))
    const { events, contentType } = spokenStream(vendor, speech)
    const beforeChunk = Object.fromEntries([...gates].map(([piece, gate]) => [events.findIndex(event => event.includes(`"${piece}`)), gate]))
    served.upstream.always({ chunks: events, trickle: true, headers: { 'content-type': contentType }, gates: { beforeChunk } })
    const silence = new Silence(served, clock, gates)
    const body = {
      model: `${vendor}/m`,
      stream: true,
      ...(caller === 'openai-responses' ? { input: 'hi' } : { messages: [{ role: 'user', content: 'hi' }] }),
      ...(caller === 'anthropic-messages' ? { max_tokens: 100 } : {}),
    }
    // So that its waits end at other times than those that began with the gateway.
    clock.advance(7)
    const opening = served.open('POST', routes[caller], body, {}, signal)
    await silence.goOnTo(before)
    if (guardrail === judge) await until(() => clock.waitsMs.includes(15_000))
    void opening.then(answer => {
      answer.body.on('data', (chunk: Buffer) => {
        silence.#text += chunk.toString()
      })
      answer.body.on('end', () => {
        silence.#ended = true
      })
      answer.body.on('error', () => {})
    })
    return silence
  }

  get text(): string {
    return this.#text
  }

  /** Whether the gateway still waits for a moment to say something, if its wait began just now. */
  get isWatched(): boolean {
    return this.#clock.waitsMs.includes(15_000)
  }

  async says(text: string): Promise<void> {
    await until(() => this.#text.includes(text))
  }

  pass(ms: number): void {
    this.#clock.advance(ms)
  }

  /** The provider goes on until the next such piece. */
  async goOnTo(piece: string): Promise<void> {
    for (const [name, gate] of this.#gates) {
      if (name === piece) return await gate.reached
      gate.open()
    }
  }

  /** The provider goes on, to its end. */
  async end(): Promise<string> {
    for (const gate of this.#gates.values()) gate.open()
    await until(() => this.#ended)
    return this.#text
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.served.close()
  }
}

const pings = (text: string) => text.split('event: ping\ndata: {"type":"ping"}\n\n').length - 1

describe('a stream whose provider is silent', () => {
  for (const vendor of ['openai-chat', 'openai-responses', 'gemini', 'bedrock-converse', 'cohere'] as const) {
    it(`has a ping every 15 s for a caller of messages, from ${vendor}`, async () => {
      await using silence = await Silence.begin(vendor, 'anthropic-messages', 'three')
      await silence.says('two')
      silence.pass(14_999)
      silence.pass(1)
      await until(() => pings(silence.text) === 1)
      silence.pass(30_000)
      await until(() => pings(silence.text) === 3)
      const text = await silence.end()
      expect(heard('anthropic-messages', text)).to.include({ text: 'one two three', pings: 3, finish: 'end_turn', error: undefined })
      await until(() => !silence.isWatched)
    })
  }

  it('has none before 15 s have passed since the last event', async () => {
    await using silence = await Silence.begin('openai-chat', 'anthropic-messages', 'three')
    await silence.says('two')
    silence.pass(14_999)
    expect(pings(await silence.end())).to.equal(0)
  })

  it('counts from the last event, not from the first', async () => {
    await using silence = await Silence.begin('openai-chat', 'anthropic-messages', 'two')
    await silence.says('one')
    silence.pass(10_000)
    await silence.goOnTo('three')
    await silence.says('two')
    silence.pass(14_999)
    expect(pings(silence.text)).to.equal(0)
    silence.pass(1)
    await until(() => pings(silence.text) === 1)
    expect(pings(await silence.end())).to.equal(1)
  })

  it('has pings only behind what was begun', async () => {
    await using silence = await Silence.begin('gemini', 'anthropic-messages', 'one')
    silence.pass(60_000)
    expect(heard('anthropic-messages', await silence.end())).to.include({ pings: 0, text: 'one two three' })
  })

  it('has them while a guardrail reads along', async () => {
    await using silence = await Silence.begin('openai-chat', 'anthropic-messages', 'three', redact)
    await silence.says('message_start')
    silence.pass(15_000)
    await until(() => pings(silence.text) === 1)
    expect(heard('anthropic-messages', await silence.end())).to.include({ pings: 1, text: 'one [redacted] three' })
  })

  for (const vendor of ['openai-chat', 'anthropic-messages'] as const) {
    it(`has them while a guardrail waits for the whole answer, from ${vendor}`, async () => {
      await using silence = await Silence.begin(vendor, 'anthropic-messages', 'three', judge.replace('instead } })', 'instead = "2" } })'))
      await until(() => silence.isWatched)
      silence.pass(15_000)
      await until(() => pings(silence.text) === 1)
      silence.pass(15_000)
      await until(() => pings(silence.text) === 2)
      expect(silence.text).to.not.include('message_start')
      const text = await silence.end()
      expect(text).to.not.match(/^:/m)
      expect(heard('anthropic-messages', text)).to.include({ pings: 2, text: 'one 2 three' })
    })
  }

  it("stays as the provider sends it if that speaks the caller's dialect", async () => {
    await using silence = await Silence.begin('anthropic-messages', 'anthropic-messages', 'three')
    await silence.says('two')
    expect(silence.isWatched).to.equal(false)
    silence.pass(60_000)
    expect(await silence.end()).to.equal(Buffer.concat(spokenStream('anthropic-messages', speech).events).toString())
  })

  for (const caller of ['openai-chat', 'openai-responses'] as const) {
    it(`has nothing of the kind for a caller of ${caller}, whose clients know no such event`, async () => {
      await using silence = await Silence.begin('cohere', caller, 'three')
      await silence.says('two')
      expect(silence.isWatched).to.equal(false)
      silence.pass(60_000)
      const text = await silence.end()
      expect(text).to.not.include('event: ping')
      expect(heard(caller, text)).to.include({ text: 'one two three', error: undefined })
    })
  }

  it('is not watched any more when the caller has left', async () => {
    const leaving = new AbortController()
    await using silence = await Silence.begin('openai-chat', 'anthropic-messages', 'three', undefined, leaving.signal)
    await silence.says('two')
    expect(silence.isWatched).to.equal(true)
    leaving.abort()
    await silence.served.upstream.requests[0]?.aborted
    await until(() => !silence.isWatched)
  })
})

describe('a translated stream that is complete, whose provider keeps the connection open', () => {
  let clock: TurnedClock
  let served: Served
  beforeEach(async () => {
    clock = new TurnedClock()
    served = await Served.start({ clock, env: speakersEnv, config: { providers: speakers } })
  })
  afterEach(() => served.close())

  const ask = async (vendor: SpokenDialect, caller: CallerDialect, end: Gate) => {
    const { events, contentType } = spokenStream(vendor, speech)
    served.upstream.always({ chunks: events, headers: { 'content-type': contentType }, gates: { beforeEnd: end } })
    const body = {
      model: `${vendor}/m`,
      stream: true,
      ...(caller === 'openai-responses' ? { input: 'hi' } : { messages: [{ role: 'user', content: 'hi' }] }),
      ...(caller === 'anthropic-messages' ? { max_tokens: 100 } : {}),
    }
    return heard(caller, (await served.call('POST', routes[caller], body)).body.toString())
  }

  for (const vendor of ['openai-chat', 'openai-responses', 'anthropic-messages', 'bedrock-converse', 'cohere'] as const) {
    const caller = vendor === 'anthropic-messages' ? 'openai-responses' : 'anthropic-messages'
    it(`ends for a caller of ${caller} with the last event of ${vendor}, with its tokens; the provider is soon given up`, async () => {
      expect(await ask(vendor, caller, new Gate())).to.include({ text: 'one two three', error: undefined })
      expect((await served.completions.ended()).usage).to.include({ inputTokens: 20, outputTokens: 10 })
      const received = await served.upstream.received()
      expect(received.state).to.equal('open')
      clock.advance(1_000)
      await received.aborted
    })
  }

  it('has its connection used again if it ends in a moment', async () => {
    const end = new Gate()
    await ask('openai-chat', 'anthropic-messages', end)
    const { connections } = served.upstream
    const waiting = clock.pending
    end.open()
    await until(() => clock.pending < waiting)
    await ask('openai-chat', 'anthropic-messages', end)
    expect(served.upstream.connections).to.equal(connections)
  })
})
