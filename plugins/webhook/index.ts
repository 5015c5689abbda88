/** Asks an HTTP service of the operator's what is to become of prompts and replies. */

import { createHmac } from 'node:crypto'
import { definePlugin, type Verdict } from '../../core/index.ts'
import { rolesOf } from '../shared/guard/properties.ts'
import { react } from '../shared/guard/reaction.ts'
import { guardWhole } from '../shared/guard/whole-guard.ts'
import { ServiceClient, serviceUrl } from '../../core/upstream/service-client.ts'
import { readDecision } from './decision.ts'
import { questionOf } from './question.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'webhook',
  description: 'Asks an HTTP service what is to become of prompts and replies.',
  schema,
  phases: ['prompt', 'response', 'stream'],
  judgesCallers: true,
  // It keeps its own deadline, behind which no edit can land.
  timeoutMs: 0,
  setup({ options, name, services: { clock } }) {
    const client = new ServiceClient(serviceUrl(options.url, true), { timeoutMs: options.timeout_ms, maxBytes: options.max_bytes }, clock)
    const roles = rolesOf(options.roles)

    const taps = guardWhole(async (seen): Promise<Verdict> => {
      const question = questionOf(seen, name, seen.phase === 'prompt' ? roles : undefined)
      if (question === undefined) return undefined
      const { status, body } = await client.post(question.body, headersFor(question.body, options.secret), seen.signal)
      if (status !== 200) throw new Error(`the webhook answered with status ${status}`)
      const { decision, code, message = options.message, edits } = readDecision(body, question.parts)
      if (decision === 'block' || decision === 'respond') return react(decision, { code, message, status: options.block_status })
      for (const { part, text } of edits) part.rewrite(text)
      return decision === 'warn' ? react(decision, { code, message }) : undefined
    })
    return { ...taps, close: () => client.close() }
  },
})

function headersFor(body: Buffer, secret: string | undefined): Readonly<Record<string, string>> {
  const headers = { 'content-type': 'application/json', accept: 'application/json', 'user-agent': 'tapline' }
  return secret === undefined ? headers : { ...headers, 'x-tapline-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` }
}
