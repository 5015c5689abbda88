/** The vendor of the provider package among the fixtures, as an upstream; and calls to it through a gateway. */

import { expect } from 'chai'
import { chatChunks, chatCompletion } from '../../core/testing/chat-samples.ts'
import type { ReceivedRequest } from '../../core/testing/received-request.ts'
import type { Script } from '../../core/testing/script.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { eventually } from '../support/until.ts'

/** Its shape is the fixture's pattern of a secret. */
export const secret = 'AKIAIOSFODNN7EXAMPLE'

/** Lists one model in a shape of its own, and says the secret whenever it is asked, in its text and in a tool call. */
export async function startAcme(): Promise<ScriptedUpstream> {
  return (await ScriptedUpstream.start()).always(answer)
}

/** Whose base URL and key the fixture's tapline.yaml asks for. */
export function acmeVariables(upstream: ScriptedUpstream): Record<string, string> {
  return { ACME_URL: upstream.url, ACME_KEY: 'key-of-acme' }
}

function answer(request: ReceivedRequest): Script {
  if (request.path === '/v1/catalogue') return { body: { catalogue: [{ slug: 'acme-1', maker: 'Acme' }] } }
  const isStream = (JSON.parse(request.body.toString()) as { stream?: boolean }).stream === true
  const toolCalls = [{ name: 'use', arguments: [`{"key":"${secret.slice(0, 9)}`, `${secret.slice(9)}"}`] }]
  return isStream
    ? { chunks: chatChunks({ pieces: ['It is ', secret.slice(0, 4), `${secret.slice(4)}.`], toolCalls }) }
    : { body: chatCompletion({ content: `It is ${secret}.`, toolCalls }) }
}

/** Checks through the gateway at `url` that the package serves, and that the guardrail guards. */
export async function expectGuarded(url: string, upstream: ScriptedUpstream): Promise<void> {
  // It is asked for its models behind the start.
  await eventually(async () => {
    const models = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] }
    expect(models.data.map(({ id }) => id)).to.deep.equal(['acme/acme-1'])
  })

  const refused = await chat(url, { messages: [{ role: 'user', content: `Is ${secret} yours?` }] })
  expect([refused.status, (JSON.parse(refused.text) as { error: { code: string } }).error.code]).to.deep.equal([400, 'secret_found'])
  expect(upstream.requests.filter(({ path }) => path === '/v1/talk')).to.deep.equal([])

  const plain = await chat(url, {})
  expect(plain.status, plain.text).to.equal(200)
  expect(plain.text).to.include('It is [redacted].').and.include('[redacted]\\"}').and.not.include('AKIA')
  const sent = upstream.requests.at(-1)
  expect([sent?.path, sent?.headers['x-acme-key'], sent?.headers['authorization']]).to.deep.equal(['/v1/talk', 'key-of-acme', undefined])

  const streamed = await chat(url, { stream: true })
  expect(streamed.status, streamed.text).to.equal(200)
  expect(streamed.text)
    .to.include('[redacted]')
    .and.match(/data: \[DONE\]\n\n$/)
    .and.not.include('AKIA')
}

async function chat(url: string, body: object): Promise<{ status: number; text: string }> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'acme-1', messages: [{ role: 'user', content: 'Say it' }], ...body }),
  })
  return { status: response.status, text: await response.text() }
}
