/**
 * Answers of which something is missing, twice there, out of place or of another type: whatever a provider sends, a caller hears a stream of
 * his dialect that ends once, or gets an error of the provider's. `FAULT_CASES` sets how many there are per pair of dialects; `FAULT_CASE` tries one.
 */

import { expect } from 'chai'
import { parseJson } from '../../core/neutral/json.ts'
import { AwsFrames } from '../../core/stream/aws-frames.ts'
import { EventSplitter, splitEvents } from '../../core/stream/borders.ts'
import { seededRandom } from '../../core/testing/seeded-random.ts'
import { awsEvent } from '../support/aws-frame.ts'
import { callerDialects, heard, type CallerDialect } from '../support/caller-streams.ts'
import { judge, redact } from '../support/guardrails.ts'
import { speakers, speakersEnv, spokenReply, spokenStream, upstreamDialects, type SpokenDialect } from '../support/model-streams.ts'
import { Served } from '../support/serve.ts'

const cases = Number(process.env['FAULT_CASES'] ?? 15)
const only = process.env['FAULT_CASE'] === undefined ? undefined : Number(process.env['FAULT_CASE'])

const speech = {
  thoughts: ['Need the ', 'tide.'],
  pieces: ['Let me ', 'have a look.'],
  calls: [
    { name: 'tide', arguments: ['{"port":"Br', 'est"}'] },
    { name: 'clock', arguments: ['{"zone":', '"UTC"}'] },
  ],
}

const asked: Readonly<Record<CallerDialect, readonly [path: string, body: object]>> = {
  'openai-chat': ['/v1/chat/completions', { messages: [{ role: 'user', content: 'hi' }], stream_options: { include_usage: true } }],
  'openai-responses': ['/v1/responses', { input: 'hi' }],
  'anthropic-messages': ['/v1/messages', { messages: [{ role: 'user', content: 'hi' }], max_tokens: 100 }],
}

interface Event {
  readonly name: string | undefined
  json: unknown
}

const values: readonly unknown[] = [null, true, 7, -1, 1e300, '', 'x', '__proto__', 'constructor', [], {}, [null], [[]], { a: null }, { type: 'x' }]

/** Makes an answer faulty, the same way for the same seed. */
class Faults {
  readonly #random: () => number
  readonly done: string[] = []

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)] as T
  }

  /** One to three faults. */
  inEvents(events: Event[]): Event[] {
    for (let left = 1 + Math.floor(this.#random() * 3); left > 0; left--) this.#inEvents(events)
    return events
  }

  inValue(json: unknown): unknown {
    for (let left = 1 + Math.floor(this.#random() * 3); left > 0; left--) this.#inValue(json)
    return json
  }

  #inEvents(events: Event[]): void {
    const at = Math.floor(this.#random() * events.length)
    const event = events[at]
    if (event === undefined) return
    const fault = this.pick(['drop', 'repeat', 'swap', 'move', 'value', 'value', 'value', 'value'])
    this.done.push(`${fault} ${at}`)
    switch (fault) {
      case 'drop':
        events.splice(at, 1)
        break
      case 'repeat':
        events.splice(at, 0, structuredClone(event))
        break
      case 'swap':
        events.splice(at, 2, ...events.slice(at, at + 2).reverse())
        break
      case 'move':
        events.splice(at, 1)
        events.splice(Math.floor(this.#random() * events.length), 0, event)
        break
      default:
        this.#inValue(event.json)
    }
  }

  /** A member becomes another, or goes. */
  #inValue(json: unknown): void {
    const places = placesIn(json)
    if (places.length === 0) return
    const [holder, name] = this.pick(places)
    const value = this.pick(values)
    const goes = this.#random() < 0.3
    this.done.push(`${name} ${goes ? 'gone' : `= ${JSON.stringify(value)}`}`)
    if (!goes) holder[name] = structuredClone(value)
    else if (Array.isArray(holder)) holder.splice(Number(name), 1)
    else delete holder[name]
  }
}

function placesIn(json: unknown): readonly (readonly [holder: Record<string, unknown>, name: string])[] {
  if (typeof json !== 'object' || json === null) return []
  const holder = json as Record<string, unknown>
  return Object.keys(holder).flatMap(name => [[holder, name] as const, ...placesIn(holder[name])])
}

/** The events of a stream, taken apart; an event without JSON is a string. */
function eventsOf(vendor: SpokenDialect): Event[] {
  const bytes = Buffer.concat(spokenStream(vendor, speech).events)
  const splitter = vendor === 'bedrock-converse' ? new AwsFrames() : new EventSplitter('read')
  return splitEvents(splitter.push(bytes) ?? Buffer.alloc(0)).map(({ name, data = '' }) => ({ name, json: data === '[DONE]' ? data : parseJson(data) }))
}

function spell(vendor: SpokenDialect, { name, json }: Event): Buffer {
  if (vendor === 'bedrock-converse') return awsEvent(name ?? '', json)
  return Buffer.from(`${name === undefined ? '' : `event: ${name}\n`}data: ${json === '[DONE]' ? json : JSON.stringify(json)}\n\n`)
}

/** With a space, so that no id that is made at random holds it. */
const word = 'a look'

/** What stands between provider and caller; `undefined` for nothing. */
const policies = { 'as it comes': undefined, 'redacted as it flows': redact, 'held until it was seen whole': judge } as const

for (const [policy, guardrail] of Object.entries(policies)) {
  describe(`a faulty answer, ${policy},`, function () {
    this.timeout(3_600_000)
    let served: Served
    before(async () => {
      const options = guardrail === judge ? { word, instead: '[redacted]' } : { word }
      const pipelines = guardrail === undefined ? {} : { inference: [{ insert: { use: './guardrail.ts', options }, before: 'retry' }] }
      served = await Served.start({
        env: speakersEnv,
        files: { 'guardrail.ts': guardrail ?? '' },
        config: { providers: speakers, pipelines, resilience: { retry: { max_retries: 0 }, circuit_breaker: { enabled: false } } },
      })
    })
    after(() => served.close())

    for (const vendor of upstreamDialects) {
      for (const caller of callerDialects) {
        // What goes by in its own dialect is as faulty as it was.
        if (vendor === caller && guardrail === undefined) continue
        const [path, body] = asked[caller]
        const ask = (stream: boolean) => served.call('POST', path, { ...body, model: `${vendor}/m`, stream })
        const expectClean = (said: Buffer) => {
          if (guardrail !== undefined) expect(said.toString()).to.not.include(word)
        }

        it(`is a stream that ends once, or fails, from ${vendor} to ${caller}`, async () => {
          for (const seed of seeds()) {
            const faults = new Faults(seed)
            const events = faults.inEvents(eventsOf(vendor)).map(event => spell(vendor, event))
            served.upstream.always({
              chunks: events,
              headers: { 'content-type': vendor === 'bedrock-converse' ? 'application/vnd.amazon.eventstream' : 'text/event-stream' },
            })
            const { status, body: said } = await ask(true)
            told(seed, faults, said, () => {
              if (status !== 200) return expectFailure(status, said)
              if (vendor === caller) return guardrail === redact ? expectClean(said) : undefined
              expectClean(said)
              const { finish, error } = heard(caller, said)
              expect([finish, error].filter(end => end !== undefined)).to.have.length(1)
            })
          }
        })

        it(`is a reply, or fails, from ${vendor} to ${caller}`, async () => {
          for (const seed of seeds()) {
            const faults = new Faults(seed)
            served.upstream.always({ body: JSON.stringify(faults.inValue(JSON.parse(spokenReply(vendor, speech)))) })
            const { status, body: said } = await ask(false)
            told(seed, faults, said, () => {
              if (status !== 200) return expectFailure(status, said)
              JSON.parse(said.toString())
              expectClean(said)
            })
          }
        })
      }
    }
  })
}

function seeds(): readonly number[] {
  return only === undefined ? Array.from({ length: cases }, (_, seed) => seed) : [only]
}

function told(seed: number, { done }: Faults, said: Buffer, check: () => void): void {
  try {
    check()
  } catch (cause) {
    throw new Error(`case ${seed}, ${done.join('; ')}: ${(cause as Error).message}\n${said.toString().slice(-3000)}`, { cause })
  }
}

/** It is the provider's fault, not the gateway's. */
function expectFailure(status: number, body: Buffer): void {
  expect(status).to.be.within(502, 504)
  expect(JSON.parse(body.toString())).to.have.nested.property('error.message')
}
