/** The leak matrix: a word that must not pass, in every place of every request and reply, before every guardrail that looks at texts. */

import { expect } from 'chai'
import { request } from 'undici'
import { embeddings } from '../../core/testing/chat-samples.ts'
import type { ReceivedRequest } from '../../core/testing/received-request.ts'
import type { Script } from '../../core/testing/script.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { callerDialects, type CallerDialect } from '../support/caller-streams.ts'
import { BatchVendor } from '../support/batch-vendor.ts'
import { canaries } from '../support/canaries.ts'
import { paths, promptPlaces, replyPlaces, requestWith, requestWithFile, speechWith, textsIn, type Place } from '../support/leak-cells.ts'
import { speakers, speakersEnv, spokenReply, spokenStream, upstreamDialects, type SpokenDialect } from '../support/model-streams.ts'
import { masterKey, Served } from '../support/serve.ts'
import { page } from '../docs/manual.ts'

interface Guard {
  readonly canary: string
  /** @param hook the address of a service that takes the canary of `string_replace` out */
  readonly rule: (hook: string) => { readonly type: string; readonly config: object }
}

const fruit = 'tangerine'

const guards: Readonly<Record<string, Guard>> = {
  pii: { canary: 'ann.canary@leak.example', rule: () => ({ type: 'pii', config: {} }) },
  secrets: { canary: canaries['aws']?.[0] ?? '', rule: () => ({ type: 'secrets', config: {} }) },
  string_replace: { canary: fruit, rule: () => ({ type: 'string_replace', config: { rules: `${fruit} => [redacted]`, roles: ['all'] } }) },
  webhook: { canary: fruit, rule: url => ({ type: 'webhook', config: { url, roles: ['all'] } }) },
}

/** From whom answers come split, too: without translation, and with. */
const splitFrom: Readonly<Record<CallerDialect, readonly SpokenDialect[]>> = {
  'openai-chat': ['openai-chat', 'anthropic-messages'],
  'openai-responses': ['openai-responses', 'bedrock-converse'],
  'anthropic-messages': ['anthropic-messages', 'openai-responses'],
}
const places: readonly Place[] = [...promptPlaces, ...replyPlaces]
let cells = 0
/** Models that embed, without translation and with. */
const embedders: Readonly<Record<string, (count: number) => object>> = {
  'openai/gpt-test': count => embeddings({ vectors: Array.from({ length: count }, () => [1, 2]) }),
  'gemini/m': count => ({ embeddings: Array.from({ length: count }, () => ({ values: [1, 2] })) }),
}
const isReply = (place: Place) => (replyPlaces as readonly Place[]).includes(place)

/** What the text says besides, so that its arrival can be told. */
const marker = 'sings at dawn'

interface Cell {
  readonly caller: CallerDialect
  readonly vendor: SpokenDialect
  readonly isStream: boolean
  readonly place: Place
  readonly isSplit: boolean
}

for (const [name, { canary, rule }] of Object.entries(guards)) {
  describe(`the leak matrix of ${name}`, () => {
    let served: Served
    let hook: ScriptedUpstream
    before(async () => {
      hook = (await ScriptedUpstream.start()).always(redacting)
      served = await Served.start({
        env: speakersEnv,
        config: { providers: speakers, guardrails: { rules: [{ name, ...rule(hook.url) }] }, resilience: { retry: { max_retries: 0 } } },
      })
    })
    after(() => Promise.all([served.close(), hook.close()]))

    const texts = { canary: `The bird ${canary} ${marker}.`, clean: `The bird of 1984 ${marker}.` }

    for (const caller of callerDialects) {
      for (const vendor of upstreamDialects) {
        for (const isStream of [false, true]) {
          it(`is zero from ${caller} to ${vendor}, ${isStream ? 'streamed' : 'plain'}`, async () => {
            const leaks: string[] = []
            for (const place of places) {
              for (const isSplit of isReply(place) && !splitFrom[caller].includes(vendor) ? [false] : [false, true]) {
                for (const [kind, text] of Object.entries(texts)) {
                  const fault = await faultOf(served, { caller, vendor, isStream, place, isSplit }, text, canary)
                  if (fault !== undefined) leaks.push(`${kind}, ${place}, ${isSplit ? 'split' : 'whole'}: ${fault}`)
                  cells += 1
                }
              }
            }
            expect(leaks.join('\n')).to.equal('')
          })
        }
      }

      it(`is zero in a text file that ${caller} sends as data`, async () => {
        for (const vendor of upstreamDialects) {
          for (const text of Object.values(texts)) {
            served.upstream.requests.length = 0
            served.upstream.always({ body: spokenReply(vendor, { pieces: ['Fine.'] }) })
            const answer = await call(served, paths[caller], requestWithFile(text, caller, `${vendor}/m`), false)
            const sent = served.upstream.requests.map(({ body }) => withDataRead(body.toString())).join('\n')
            expect(answer.status, `${vendor}: ${answer.body}`).to.equal(200)
            expect(sent, vendor).to.include(marker).and.not.include(canary)
            cells += 1
          }
        }
      })

      for (const run of ['by the provider', 'by the gateway'] as const) {
        it(`is zero in a batch of ${caller}, run ${run}`, async () => {
          for (const text of Object.values(texts)) {
            const leaks = await batchFaults(served, caller, run, text, canary)
            expect(leaks.join('\n')).to.equal('')
            cells += places.length
          }
        })
      }
    }

    for (const [model, reply] of Object.entries(embedders)) {
      it(`is zero in the input of embeddings, to ${model}`, async () => {
        for (const text of Object.values(texts)) {
          for (const input of [text, [text, 'more']]) {
            served.upstream.requests.length = 0
            served.upstream.always({ body: reply(Array.isArray(input) ? 2 : 1) })
            const answer = await call(served, '/v1/embeddings', { model, input }, true)
            const sent = served.upstream.requests.map(({ body }) => body.toString()).join('\n')
            expect(answer.status, answer.body).to.equal(200)
            expect(sent).to.include(marker).and.not.include(canary)
            cells += 1
          }
        }
      })
    }
  })
}

describe('the leak matrix', () => {
  it('has so many cells as the manual says', () => expect(page('docs/guardrails.md').text).to.include(`${cells.toLocaleString('en')} cells`))
})

/** The decision of a webhook. */
function redacting({ body }: ReceivedRequest): Script {
  const { texts } = JSON.parse(body.toString()) as { texts: readonly { readonly id: string; readonly text: string }[] }
  return {
    body: {
      decision: 'allow',
      edits: texts.filter(({ text }) => text.includes(fruit)).map(({ id, text }) => ({ id, text: text.replaceAll(fruit, '[redacted]') })),
    },
  }
}

/** A body, and behind it what its base64 says. */
function withDataRead(body: string): string {
  return [body, ...(body.match(/[\w+/]{24,}={0,2}/g) ?? []).map(data => Buffer.from(data, 'base64').toString())].join('\n')
}

/** What is wrong with one cell. */
async function faultOf(served: Served, { caller, vendor, isStream, place, isSplit }: Cell, text: string, canary: string): Promise<string | undefined> {
  served.upstream.requests.length = 0
  served.upstream.always(answering(vendor, text, place, { isStream, isSplit: isSplit && isReply(place) }))
  const answer = await call(served, paths[caller], requestWith(text, place, caller, `${vendor}/m`, isStream), isSplit && !isReply(place))
  const sent = served.upstream.requests.map(received => received.body.toString()).join('\n')
  if (answer.status !== 200) return `blocked: ${answer.body}`
  if (saysAnywhere(sent, canary)) return `went to the provider: ${sent}`
  if (saysAnywhere(answer.body, canary)) return `went to the client: ${answer.body}`
  // Thoughts of one vendor say nothing to another, and those that were changed nothing to their own.
  const arrived = isReply(place) ? answer.body : sent
  return textsIn(arrived).some(said => said.includes(marker)) || place === 'earlier reasoning' ? undefined : `was lost: ${arrived}`
}

/** What is wrong with the lines of a batch, one for each place. */
async function batchFaults(
  served: Served,
  caller: CallerDialect,
  run: 'by the provider' | 'by the gateway',
  text: string,
  canary: string,
): Promise<readonly string[]> {
  const isMessages = caller === 'anthropic-messages'
  const vendor = run === 'by the provider' ? (isMessages ? 'anthropic-messages' : caller) : isMessages ? 'openai-chat' : 'anthropic-messages'
  const model = run === 'by the provider' && !isMessages ? 'openai/gpt-test' : `${vendor}/m`
  const reply = (body: string) => spokenReply(vendor, speechWith(text, places.find(place => body.includes(`place=${place}.`)) ?? 'system', false))
  const batches = new BatchVendor()
  served.upstream.requests.length = 0
  served.upstream.always(batches.cueWithBatches(({ body }) => ({ body: reply(body.toString()) })))
  const requests = places.map((place, i) => ({ custom_id: `line-${i}`, [isMessages ? 'params' : 'body']: requestWith(text, place, caller, model) }))
  const path = isMessages ? '/v1/messages/batches' : '/v1/batches'
  const started = await call(served, path, isMessages ? { requests } : { endpoint: paths[caller], requests }, false)
  const { id } = JSON.parse(started.body) as { id: string }
  batches.finish(({ body }) => ({ status: 200, body: JSON.parse(reply(JSON.stringify(body))) as unknown }))
  const results = await resultsOf(served, `${path}/${id}`)
  const sent = served.upstream.requests.flatMap(({ body }) => body.toString().split('\n'))
  return places.flatMap((place, i) => {
    const line = isReply(place) ? results.find(result => result.includes(`"line-${i}"`)) : sent.find(said => said.includes(`place=${place}.`))
    if (line === undefined || saysAnywhere(line, canary)) return [`${place}: ${line}`]
    return line.includes(marker) || place === 'earlier reasoning' ? [] : [`${place} was lost: ${line}`]
  })
}

/** The results of a batch, one by one, as soon as it has ended. */
async function resultsOf(served: Served, path: string): Promise<readonly string[]> {
  for (;;) {
    const { body } = await served.call('GET', path)
    const { status, processing_status: processing } = JSON.parse(body.toString()) as { status?: string; processing_status?: string }
    if (status === 'failed') throw new Error(body.toString())
    if (status === 'completed' || processing === 'ended') break
  }
  const results = (await served.call('GET', `${path}/results`)).body.toString()
  return path.includes('messages') ? results.split('\n') : (JSON.parse(results) as { data: object[] }).data.map(line => JSON.stringify(line))
}

function saysAnywhere(body: string, word: string): boolean {
  return body.includes(word) || textsIn(body).some(text => text.includes(word))
}

/** A vendor's answer; `isSplit`: its text in single characters, its bytes one by one. */
function answering(
  vendor: SpokenDialect,
  text: string,
  place: Place,
  { isStream, isSplit }: { readonly isStream: boolean; readonly isSplit: boolean },
): Script {
  const speech = speechWith(text, place, isSplit)
  if (!isStream) return { body: spokenReply(vendor, speech), ...(isSplit ? { splitAt: 'every byte' } : {}) }
  const { contentType, events } = spokenStream(vendor, speech)
  return { chunks: events, headers: { 'content-type': contentType }, ...(isSplit ? { splitAt: 'every byte' } : {}) }
}

/** `isSplit`: the request's bytes come one by one. */
async function call(served: Served, path: string, body: object, isSplit: boolean): Promise<{ readonly status: number; readonly body: string }> {
  const bytes = Buffer.from(JSON.stringify(body))
  const headers = { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json', 'anthropic-version': '2023-06-01' }
  const { statusCode: status, body: answer } = await request(served.url + path, {
    method: 'POST',
    headers,
    body: isSplit ? (Array.from(bytes, byte => Buffer.of(byte)).values() as never) : bytes,
  })
  return { status, body: await answer.text() }
}
