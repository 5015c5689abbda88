/** Members that come twice, or in another case, which some read as if they did: what policy does not see passes in no direction, and where there is no policy, nothing is touched. */

import { expect } from 'chai'
import { embeddings } from '../../core/testing/chat-samples.ts'
import { judge, redact } from '../support/guardrails.ts'
import { speakers, speakersEnv, spokenReply, spokenStream } from '../support/model-streams.ts'
import { Served } from '../support/serve.ts'

const word = 'secret'
const headers = { 'anthropic-version': '2023-06-01' }

const dialects = {
  'openai-chat': {
    path: '/v1/chat/completions',
    rest: '',
    doubled: {
      content: '"messages":[{"role":"user","content":"my secret","content":"x"}]',
      'content whose name has escapes': String.raw`"messages":[{"role":"user","cont\u0065nt":"my secret","content":"x"}]`,
      'text of a part': '"messages":[{"role":"user","content":[{"type":"text","text":"my secret","text":"x"}]}]',
      messages: '"messages":[{"role":"user","content":"my secret"}],"messages":[{"role":"user","content":"x"}]',
      'messages in another case': '"messages":[{"role":"user","content":"x"}],"Messages":[{"role":"user","content":"my secret"}]',
      'messages in letters that are others in upper case': '"messages":[{"role":"user","content":"x"}],"meſſages":[{"role":"user","content":"my secret"}]',
      'content in another case': String.raw`"messages":[{"role":"user","content":"x","C\u004fNTENT":"my secret"}]`,
      'text of a part in another case': '"messages":[{"role":"user","content":[{"type":"text","text":"x","Text":"my secret"}]}]',
      'arguments of a tool in another case':
        '"messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{}","Arguments":"my secret"}}]},{"role":"tool","tool_call_id":"t","content":"y"}]',
    },
  },
  'openai-responses': {
    path: '/v1/responses',
    rest: '"store":false,',
    doubled: {
      input: '"input":"my secret","input":"x"',
      instructions: '"instructions":"my secret","instructions":"y","input":"x"',
      'instructions in another case': '"Instructions":"my secret","input":"x"',
      'content of an item': '"input":[{"role":"user","content":"my secret","content":"x"}]',
    },
  },
  'anthropic-messages': {
    path: '/v1/messages',
    rest: '"max_tokens":9,',
    doubled: {
      system: '"system":"my secret","system":"y","messages":[{"role":"user","content":"x"}]',
      'system in another case': '"SYSTEM":"my secret","messages":[{"role":"user","content":"x"}]',
      'text of a block': '"messages":[{"role":"user","content":[{"type":"text","text":"my secret","text":"x"}]}]',
      'input of a tool':
        '"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{"q":"my secret"},"input":{"q":"x"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"my secret","content":"x"}]}]',
    },
  },
} as const

const speech = { pieces: ['Fine.'] }
/** Each text of an answer, behind another of the same name. */
const doubled = (json: string) => json.replace(/"(content|text|delta)":"Fine\."/g, '"$1":"my secret","$1":"Fine."')

function serve(guardrail?: string): Promise<Served> {
  const config = { providers: speakers, resilience: { retry: { max_retries: 0 } } }
  if (guardrail === undefined) return Served.start({ env: speakersEnv, config })
  const pipelines = { inference: [{ insert: { use: './guardrail.ts', options: { word } }, before: 'retry' }] }
  return Served.start({ env: speakersEnv, files: { 'guardrail.ts': guardrail }, config: { ...config, pipelines } })
}

for (const [kind, guardrail] of Object.entries({ 'a guardrail on texts': redact, 'a guardrail on whole answers': judge, 'no guardrail': undefined })) {
  describe(`members that come twice, before ${kind}`, () => {
    let served: Served
    before(async () => {
      served = await serve(guardrail)
    })
    after(() => served.close())
    beforeEach(() => {
      served.upstream.requests.length = 0
    })

    const sentFor = async (path: string, body: string) => {
      const answer = await served.call('POST', path, body, headers)
      expect(answer.status, answer.body.toString()).to.equal(200)
      return served.upstream.requests[0]?.body.toString()
    }

    for (const [dialect, { path, rest, doubled: bodies }] of Object.entries(dialects) as [keyof typeof dialects, (typeof dialects)[keyof typeof dialects]][]) {
      const plain = `{"model":"${dialect}/m",${rest}${Object.values(bodies)[0]}}`

      for (const [what, members] of guardrail === judge ? [] : Object.entries(bodies)) {
        it(`${dialect}: ${what} ${guardrail === undefined ? 'goes as it came' : 'goes once, and the rest as it came'}`, async () => {
          served.upstream.always({ body: spokenReply(dialect, speech) })
          const body = `{"model":"${dialect}/m",${rest}"seed":12345678901234567890,${members}, "__proto__": 1.0 }`
          const sent = await sentFor(path, body)
          if (guardrail === undefined) return expect(sent).to.equal(body.replace(`${dialect}/m`, 'm'))
          expect(sent).to.not.include(word)
          expect(sent)
            .to.include('"x"')
            .and.include('"seed":12345678901234567890')
            .and.match(/, "__proto__": 1\.0 \}$/)
        })
      }

      it(`${dialect}: in a reply, ${guardrail === undefined ? 'they leave as they came' : 'what is not seen does not leave'}`, async () => {
        const body = doubled(spokenReply(dialect, speech))
        expect(body).to.include(word)
        served.upstream.always({ body })
        const said = (await served.call('POST', path, plain, headers)).body.toString()
        expect(said).to.include('Fine.')
        expect(said.includes(word)).to.equal(guardrail === undefined)
      })

      it(`${dialect}: in a stream, ${guardrail === undefined ? 'they leave as they came' : 'what is not seen does not leave'}`, async () => {
        const chunks = spokenStream(dialect, speech).events.map(event => doubled(event.toString()))
        expect(chunks.join('')).to.include(word)
        served.upstream.always({ chunks })
        const said = (await served.call('POST', path, plain.replace('{', '{"stream":true,'), headers)).body.toString()
        expect(said).to.match(/Fin/)
        expect(said.includes(word)).to.equal(guardrail === undefined)
      })
    }

    if (guardrail !== judge) {
      it('input of embeddings', async () => {
        served.upstream.always({ body: embeddings({ vectors: [[1]] }) })
        const body = '{"model":"gpt-test","input":"my secret","input":["x"]}'
        expect(await sentFor('/v1/embeddings', body)).to.equal(guardrail === undefined ? body : '{"model":"gpt-test","input":["x"]}')
      })

      it('content of a chat that is passed through', async () => {
        served.upstream.always({ body: spokenReply('openai-chat', speech) })
        const body = '{"model":"gpt-test","messages":[{"role":"user","content":"my secret","content":"x"}]}'
        expect(await sentFor('/p/openai/chat/completions', body)).to.equal(guardrail === undefined ? body : body.replace('"content":"my secret",', ''))
      })
    }
  })
}
