/** Guardrails that ask somebody, a service or a model: in every place, over every dialect, plain and streamed, native and translated. */

import { expect } from 'chai'
import { chatCompletion } from '../../core/testing/chat-samples.ts'
import type { ReceivedRequest } from '../../core/testing/received-request.ts'
import type { Script } from '../../core/testing/script.ts'
import { FakeAnalyzer } from '../support/analyzer.ts'
import { callerDialects, type CallerDialect } from '../support/caller-streams.ts'
import { paths, promptPlaces, replyPlaces, requestWith, speechWith, textsIn, type Place } from '../support/leak-cells.ts'
import { speakers, speakersEnv, spokenReply, spokenStream, upstreamDialects, type SpokenDialect } from '../support/model-streams.ts'
import { Served } from '../support/serve.ts'

const places: readonly Place[] = [...promptPlaces, ...replyPlaces]
/** With a space, so that no id that is made at random holds it. */
const name = 'Ada Lovelace'
const marker = 'sings at dawn'
const text = `The bird ${name} ${marker}.`
const isReply = (place: Place) => (replyPlaces as readonly Place[]).includes(place)

/** The model of the operator's own: it judges texts with the name in them, and rewrites them without. */
function asked({ body }: ReceivedRequest): Script | undefined {
  const { model, messages } = JSON.parse(body.toString()) as { readonly model: string; readonly messages?: readonly { readonly content: string }[] }
  if (model !== 'gpt-test') return undefined
  const said = messages?.at(-1)?.content ?? ''
  const isJudge = messages?.[0]?.content.includes('verdict') === true
  return { body: chatCompletion({ content: isJudge ? `{"verdict": "${said.includes(name) ? 'block' : 'allow'}"}` : said.replaceAll(name, 'someone') }) }
}

function spoken(vendor: SpokenDialect, said: string, place: Place, isStream: boolean): Script {
  const speech = speechWith(said, place, isStream)
  if (!isStream) return { body: spokenReply(vendor, speech) }
  const { events, contentType } = spokenStream(vendor, speech)
  return { chunks: events, headers: { 'content-type': contentType } }
}

async function call(served: Served, caller: CallerDialect, vendor: SpokenDialect, said: string, place: Place, isStream: boolean) {
  served.upstream.requests.length = 0
  served.upstream.always(request => asked(request) ?? spoken(vendor, said, place, isStream))
  const { status, headers, body } = await served.call('POST', paths[caller], requestWith(said, place, caller, `${vendor}/m`, isStream))
  const sent = served.upstream.requests.map(request => request.body.toString()).filter(request => !request.includes('"gpt-test"'))
  return { status, headers, body: body.toString(), sent: sent.join('\n'), calls: sent.length }
}

function serve(rule: object): Promise<Served> {
  return Served.start({
    env: speakersEnv,
    config: { providers: speakers, guardrails: { rules: [{ name: 'asking', ...rule }] }, resilience: { retry: { max_retries: 0 } } },
  })
}

/** Whose places are looked at, and by whom. */
const editing: Readonly<Record<string, (analyzer: string) => object>> = {
  presidio: url => ({ type: 'presidio', config: { analyzer_url: url, roles: ['all'] } }),
  llm_based_altering: () => ({ type: 'llm_based_altering', config: { model: 'openai/gpt-test', roles: ['all'] } }),
}

for (const [type, rule] of Object.entries(editing)) {
  describe(`${type} over all dialects`, () => {
    let served: Served
    let analyzer: FakeAnalyzer
    before(async () => {
      analyzer = await FakeAnalyzer.start()
      served = await serve(rule(analyzer.url))
    })
    after(() => Promise.all([served.close(), analyzer.server.close()]))

    for (const caller of callerDialects) {
      for (const vendor of upstreamDialects) {
        for (const isStream of [false, true]) {
          it(`takes a name out of every place, from ${caller} to ${vendor}, ${isStream ? 'streamed' : 'plain'}`, async () => {
            for (const place of places) {
              const { status, body, sent } = await call(served, caller, vendor, text, place, isStream)
              expect(status, `${place}: ${body}`).to.equal(200)
              const arrived = textsIn(isReply(place) ? body : sent)
              expect(
                [...textsIn(body), ...textsIn(sent)].filter(one => one.includes(name)),
                place,
              ).to.deep.equal([])
              // Thoughts that were changed say nothing to their vendor.
              if (place !== 'earlier reasoning')
                expect(
                  arrived.some(one => one.includes(marker)),
                  `${place} was lost: ${body}${sent}`,
                ).to.equal(true)
            }
          })
        }
      }
    }
  })
}

describe('llm_judge over all dialects', () => {
  let served: Served
  before(async () => {
    served = await serve({ type: 'llm_judge', config: { model: 'openai/gpt-test', prompt: 'Block names', target: 'conversation' } })
  })
  after(() => served.close())

  for (const caller of callerDialects) {
    for (const vendor of [caller, caller === 'openai-chat' ? 'anthropic-messages' : 'openai-chat'] as const) {
      for (const isStream of [false, true]) {
        it(`blocks a name in every place, and nothing else, from ${caller} to ${vendor}, ${isStream ? 'streamed' : 'plain'}`, async () => {
          for (const place of places) {
            const bad = await call(served, caller, vendor, text, place, isStream)
            expect([bad.status, bad.calls], `${place}: ${bad.body}`).to.deep.equal(isReply(place) ? [502, 1] : [400, 0])
            const good = await call(served, caller, vendor, `The bird ${marker}.`, place, isStream)
            expect([good.status, good.calls], `${place}: ${good.body}`).to.deep.equal([200, 1])
          }
        })
      }
    }
  }
})
