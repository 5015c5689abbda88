/** Providers that administrators add to a gateway, before a scripted upstream of their own. */

import { expect } from 'chai'
import { chatCompletion } from '../../core/testing/chat-samples.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import type { AdminAnswer, AdminGateway } from './admin.ts'
import { hello } from './serve.ts'

export const path = '/provider-credentials'

/** A vendor that answers everything, with the model `m`. */
export async function vendor(): Promise<ScriptedUpstream> {
  const upstream = await ScriptedUpstream.start({ models: ['m'] })
  return upstream.always({ body: chatCompletion({ content: 'from the vendor' }) })
}

/** A provider before it. */
export function localTo({ url }: ScriptedUpstream, more: object = {}) {
  return { name: 'local', type: 'openai-compatible', base_url: url, api_keys: ['sk-local-one'], models: ['m'], ...more }
}

/** Adds or changes one. @throws AssertionError if it is not taken */
// eslint-disable-next-line typescript/no-explicit-any -- the shape is the test's to know
export async function add(gateway: AdminGateway, body: object): Promise<any> {
  const answer = await gateway.call('PUT', path, { body })
  expect(answer.status, answer.text).to.equal(200)
  return answer.json
}

export async function removed(gateway: AdminGateway, name: string): Promise<AdminAnswer> {
  return await gateway.call('DELETE', `${path}/${name}`)
}

/** The status of a call to its model. */
export async function calls({ served }: AdminGateway, model = 'local/m'): Promise<number> {
  return (await served.chat({ ...hello, model })).status
}

/** The keys with which the vendor was called, in order. */
export function keysAt({ requests }: ScriptedUpstream): readonly string[] {
  return requests.map(({ headers }) => String(headers['authorization']).replace('Bearer ', ''))
}

// eslint-disable-next-line typescript/no-explicit-any -- as above
export async function listed(gateway: AdminGateway, name: string): Promise<any> {
  return (await gateway.call('GET', path)).json.find((provider: { readonly name: string }) => provider.name === name)
}
