/** One policy for all dialects: it leaves the bytes alone that it does not mean, and says the same of the same, whoever asks. */

import { expect } from 'chai'
import { callerDialects, heard, type CallerDialect } from '../support/caller-streams.ts'
import { canaries } from '../support/canaries.ts'
import { paths, promptPlaces, replyPlaces, requestWith, speechWith, type Place } from '../support/leak-cells.ts'
import { speakers, spokenReply, spokenStream } from '../support/model-streams.ts'
import { Served } from '../support/serve.ts'

const key = canaries['github']?.[0] ?? ''
const mail = 'ann@example.org'

function start(rules: readonly object[], more: object = {}): Promise<Served> {
  return Served.start({ config: { providers: speakers, guardrails: { rules }, resilience: { retry: { max_retries: 0 } }, ...more } })
}

describe('guardrails, a cache and failover that stand', () => {
  const all = [
    { name: 'mail', type: 'pii', order: 1 },
    { name: 'keys', type: 'secrets', order: 2 },
    { name: 'words', type: 'string_replace', order: 3, config: { rules: 'tangerine => orange', roles: ['all'] } },
  ]
  const aliases = [{ source: 'smart', strategy: 'failover', targets: callerDialects.map(model => ({ model: `${model}/m` })) }]
  let served: Served
  before(async () => {
    served = await start(all, { cache: { response: { simple: { enabled: true } } }, virtual_models: aliases })
  })
  after(() => served.close())
  beforeEach(() => {
    served.upstream.requests.length = 0
  })

  /** Spelled as no program would. */
  const odd = (body: object) =>
    JSON.stringify(body, undefined, 3)
      .replace(/^\{/, '{ "x\\u0031": 1.00, "seed": 12345678901234567890,')
      .replaceAll('Hello.', 'H\\u00e9llo \\/ \\ud83d\\ude00')
  const redacted: Readonly<Record<string, readonly [found: string, instead: string]>> = {
    mail: [mail, '<EMAIL_ADDRESS_1>'],
    key: [key, '[redacted]'],
    word: ['tangerine', 'orange'],
  }

  for (const caller of callerDialects) {
    const sentFor = async (body: string) => {
      served.upstream.always({ body: spokenReply(caller, { pieces: ['Fine.'] }) })
      expect((await served.call('POST', paths[caller], body, { 'cache-control': 'no-store' })).status).to.equal(200)
      return served.upstream.requests[0]?.body.toString()
    }
    const modelOnly = (body: string) => body.replace(`"${caller}/m"`, '"m"')

    it(`send a body of ${caller} on, byte for byte but for the model`, async () => {
      const body = odd(requestWith('It is 10:30 on 2024-01-02.', 'system', caller, `${caller}/m`))
      expect(await sentFor(body)).to.equal(modelOnly(body))
    })

    for (const [name, [found, instead]] of Object.entries(redacted)) {
      for (const place of promptPlaces) {
        // A thought that changed is none that its vendor would take back.
        if (place === 'earlier reasoning') continue
        it(`change of a body of ${caller} only the ${name} in its ${place}`, async () => {
          const body = odd(requestWith(`So: ${found}!`, place, caller, `${caller}/m`))
          expect(body).to.include(found)
          expect(await sentFor(body)).to.equal(modelOnly(body).replace(found, instead))
        })
      }
    }

    for (const place of replyPlaces) {
      it(`give the ${place} of ${caller} to the caller as it came, and but for what is found`, async () => {
        for (const [found, instead] of [['', ''], ...Object.values(redacted)] as const) {
          const reply = spokenReply(caller, speechWith(`So: ${found}!`, place, false))
          served.upstream.always({ body: reply })
          const answer = await served.call('POST', paths[caller], requestWith('x', 'system', caller, `${caller}/m`), { 'cache-control': 'no-store' })
          const expected = reply.replaceAll(found === '' ? /$^/g : found, instead)
          expect(answer.body.toString().replaceAll('"signature":""', '"signature":"SIG"')).to.equal(expected)
        }
      })
    }

    it(`give a stream of ${caller} to the caller with every character that came`, async () => {
      const { events } = spokenStream(caller, {
        thoughts: ['I think so, at least it is my opinion today. '.repeat(8)],
        pieces: ['It is so. '.repeat(60), 'And so on.'],
      })
      served.upstream.always({ chunks: events })
      const answer = await served.call('POST', paths[caller], requestWith('x', 'system', caller, `${caller}/m`, true))
      const { thoughts, text, finish, error } = heard(caller, answer.body)
      const came = heard(caller, events.join(''))
      expect({ thoughts, text, finish, error }).to.deep.equal({ thoughts: came.thoughts, text: came.text, finish: came.finish, error: undefined })
    })
  }
})

type Verdict = 'pass' | 'edit' | 'block' | 'respond' | 'warn'

/** A rule, what is said where, and what becomes of it. */
const verdicts: readonly (readonly [rule: { readonly type: string; readonly config: object }, text: string, place: Place, verdict: Verdict])[] = [
  ...(['system', 'first user message', 'earlier message', 'tool arguments', 'tool result', 'reply text', 'reply tool arguments', 'reasoning'] as const).flatMap(
    place => [
      [{ type: 'pii', config: {} }, mail, place, 'edit'] as const,
      [{ type: 'pii', config: {} }, 'no mail', place, 'pass'] as const,
      [{ type: 'pii', config: { action: 'block' } }, mail, place, 'block'] as const,
      [{ type: 'pii', config: { action: 'respond' } }, mail, place, 'respond'] as const,
      [{ type: 'pii', config: { action: 'warn' } }, mail, place, 'warn'] as const,
      [{ type: 'secrets', config: {} }, key, place, 'edit'] as const,
      [{ type: 'secrets', config: { action: 'block' } }, key, place, 'block'] as const,
      [{ type: 'secrets', config: { action: 'block', allow_list: [key] } }, key, place, 'pass'] as const,
      [{ type: 'string_replace', config: { rules: 'tangerine', roles: ['all'], on_match: 'block' } }, 'a tangerine', place, 'block'] as const,
      [{ type: 'string_replace', config: { rules: 'tangerine', roles: ['all'], on_match: 'respond' } }, 'a tangerine', place, 'respond'] as const,
    ],
  ),
  ...(['user', 'system', 'assistant', 'tool'] as const).flatMap(role =>
    (
      [
        ['first user message', 'user'],
        ['system', 'system'],
        ['earlier message', 'assistant'],
        ['tool arguments', 'assistant'],
      ] as const
    ).map(([place, whose]) => [{ type: 'secrets', config: { roles: [role], action: 'block' } }, key, place, role === whose ? 'block' : 'pass'] as const),
  ),
]

describe('a policy', () => {
  const byRule = Map.groupBy(verdicts, ([rule]) => JSON.stringify(rule))
  for (const [name, rows] of byRule) {
    it(`says the same in all dialects: ${name}`, async () => {
      const served = await start([{ name: 'policy', ...rows[0]?.[0] }])
      try {
        for (const [, text, place, verdict] of rows) {
          for (const caller of callerDialects) expect(await verdictOn(served, caller, text, place), `${caller}, ${place}`).to.equal(verdict)
        }
      } finally {
        await served.close()
      }
    })
  }
})

describe('an answer in the place of a reply', () => {
  let served: Served
  before(async () => {
    served = await start([{ name: 'words', type: 'string_replace', config: { rules: 'tangerine', on_match: 'respond' } }])
  })
  after(() => served.close())

  const said = { pieces: ['A tangerine.'] }
  for (const caller of callerDialects) {
    for (const upstream of callerDialects) {
      it(`says what the reply had cost, to ${caller} from ${upstream}`, async () => {
        served.upstream.reply({ body: spokenReply(upstream, said) }, { chunks: spokenStream(upstream, said).events })
        const plain = JSON.parse((await served.call('POST', paths[caller], requestWith('x', 'system', caller, `${upstream}/m`))).body.toString()) as {
          usage: object
        }
        expect(plain.usage).to.include(cost[caller])
        const asked = caller === 'openai-chat' ? { stream_options: { include_usage: true } } : {}
        const streamed = heard(
          caller,
          (await served.call('POST', paths[caller], { ...requestWith('x', 'system', caller, `${upstream}/m`, true), ...asked })).body,
        )
        expect(streamed.text).to.equal('Request blocked by policy')
        expect(streamed.usage).to.include(cost[caller])
      })
    }
  }
})

const cost: Readonly<Record<CallerDialect, object>> = {
  'openai-chat': { prompt_tokens: 20, completion_tokens: 10 },
  'openai-responses': { input_tokens: 20, output_tokens: 10 },
  'anthropic-messages': { input_tokens: 20, output_tokens: 10 },
}

async function verdictOn(served: Served, caller: CallerDialect, text: string, place: Place): Promise<Verdict> {
  served.upstream.requests.length = 0
  served.upstream.always({ body: spokenReply(caller, speechWith(text, place, false)) })
  const { status, headers, body } = await served.call('POST', paths[caller], requestWith(text, place, caller, `${caller}/m`))
  if (status === 400 || status === 502) return 'block'
  if (headers['x-tapline-guardrail'] !== undefined) return 'warn'
  const answer = body.toString()
  if (answer.includes('Request blocked by policy')) return 'respond'
  const seen = (replyPlaces as readonly Place[]).includes(place) ? answer : served.upstream.requests.map(request => request.body.toString()).join('\n')
  return seen.includes(text) ? 'pass' : 'edit'
}
