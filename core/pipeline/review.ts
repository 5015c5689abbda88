/** The `response` phase: policy looks at a whole reply. */

import { JsonError } from '../document/document.ts'
import { GatewayError } from '../errors.ts'
import type { Usage } from '../neutral/usage.ts'
import { isPromise } from '../promise.ts'
import type { Exchange } from './exchange.ts'
import type { Said } from './plan/plan.ts'
import { policyFailure } from './tap-failure.ts'
import { Blocked } from './verdict.ts'
import { Reply } from '../upstream/reply.ts'

/** Fires the `response` taps above the step that answered, and gives what the caller shall get. */
export function review(exchange: Exchange, said: Reply): Reply | GatewayError | Promise<Reply | GatewayError> {
  const reply = (exchange.reply = spelled(exchange, said))
  unshadow(exchange, reply)
  const verdict = exchange.plan.response?.fire(exchange, undefined, exchange.plan.responseFrom(exchange.answeredBy))
  return isPromise(verdict) ? verdict.then(late => judged(exchange, reply, late)) : judged(exchange, reply, verdict)
}

/** A member of a reply that policy does not see, as a later one of the same name shadows it, does not leave either. */
function unshadow({ plan, dialect }: Exchange, reply: Reply): void {
  if (!plan.guardsReplies || plan.response === undefined || dialect === undefined) return
  try {
    reply.document?.unshadow()
  } catch (cause) {
    // What cannot be read is for the taps to say, if they want to read it.
    if (!(cause instanceof JsonError)) throw cause
  }
}

function judged(exchange: Exchange, reply: Reply, verdict: Said | undefined): Reply | GatewayError {
  if (verdict === undefined) return reply
  if (verdict instanceof GatewayError) return verdict instanceof Blocked ? verdict.ofAnswer() : verdict
  return (exchange.reply = spelled(exchange, verdict, reply.usage))
}

/**
 * A reply whose body can be read; an assistant's turn is put into the caller's dialect.
 * @param spent by the answer in whose place it stands
 * @throws GatewayError plugin_failure for a turn where no dialect is spoken; Blocked, in the words of the turn, where replies have none
 */
export function spelled(exchange: Exchange, said: Reply, spent?: Usage): Reply {
  const { dialect, operation } = exchange
  if (said.turn === undefined) return dialect === undefined ? said : said.readAs(dialect, operation)
  if (dialect === undefined) throw unspoken(exchange)
  const created = Math.floor(exchange.clock.now() / 1000)
  const body = dialect.answer({ operation, id: `chatcmpl-${exchange.id}`, model: exchange.model, created, text: said.turn, usage: spent })
  if (body === undefined) throw unanswerable(exchange, said.turn)
  return new Reply({ status: said.status, headers: ['Content-Type', 'application/json'], body }).readAs(dialect, operation)
}

function unanswerable({ reply }: Exchange, text: string): Blocked {
  const refusal = new Blocked('guardrail_blocked', text, {})
  return reply === undefined ? refusal : refusal.ofAnswer()
}

function unspoken({ answeredBy, log, plan }: Exchange): GatewayError {
  log.error({ instance: plan.steps[answeredBy]?.name }, 'a plugin answered with a turn of the assistant where no dialect is spoken')
  return policyFailure('request')
}
