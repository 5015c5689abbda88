/** Policy on calls that are made another way, such as by a provider's own batches: on the request before, on the answer afterwards. */

import { JsonError } from '../document/document.ts'
import { GatewayError, gatewayError } from '../errors.ts'
import type { Usage } from '../neutral/usage.ts'
import { Reply } from '../upstream/reply.ts'
import type { Target } from '../upstream/provider/target.ts'
import { asRefusal } from './as-refusal.ts'
import { askPrompt } from './ask-prompt.ts'
import { readBody } from './body.ts'
import type { Exchange } from './exchange.ts'
import { review, spelled } from './review.ts'

/** What would be sent, and where. */
export interface Rehearsal {
  readonly target: Target
  /** The body after every edit of policy; the model is spelled as the caller spells it. */
  readonly body: Buffer
}

/** An answer after policy looked at it. */
export interface ReviewedAnswer {
  /** What may leave of it; an error if nothing may. */
  readonly body: Buffer | GatewayError
  /** The tokens that it reports, which were spent whatever policy says of it. */
  readonly usage: Usage | undefined
  /** What the request is counted under. */
  readonly labels: readonly string[]
}

/** Fires `route` and `prompt`. Nothing is sent, nothing is counted. */
export async function rehearse(exchange: Exchange): Promise<Rehearsal | GatewayError> {
  try {
    await readBody(exchange)
    let said = await exchange.plan.route?.fire(exchange)
    said ??= await askPrompt(exchange)
    if (said instanceof GatewayError) return said
    const [target] = exchange.targets
    if (said !== undefined) return gatewayError('guardrail_blocked', 'a guardrail answers this request itself')
    return target === undefined ? gatewayError('unknown_url', 'nothing answers this request') : { target, body: exchange.body?.render() ?? Buffer.alloc(0) }
  } catch (cause) {
    return asRefusal(exchange, cause)
  } finally {
    exchange.plan.onLeft?.()
  }
}

/** Fires `prompt` alone. @returns the body that would go on, or be answered; an error if nothing would */
export async function reviewRequest(exchange: Exchange): Promise<Buffer | GatewayError> {
  try {
    await readBody(exchange)
    const said = await askPrompt(exchange)
    if (said instanceof GatewayError) return said
    return (said === undefined ? exchange.body?.render() : spelled(exchange, said).body) ?? Buffer.alloc(0)
  } catch (cause) {
    return asRefusal(exchange, cause)
  } finally {
    exchange.plan.onLeft?.()
  }
}

/** Fires `response` on an answer that came for this request; `route` before, for the plan that it is for. */
export async function reviewAnswer(exchange: Exchange, body: Buffer): Promise<ReviewedAnswer> {
  const reply = spelled(exchange, new Reply({ status: 200, headers: ['Content-Type', 'application/json'], body }))
  const usage = usageOf(exchange, reply)
  if (usage instanceof GatewayError) return { body: usage, usage: undefined, labels: exchange.labels }
  return { body: await passed(exchange, reply, body), usage, labels: exchange.labels }
}

function usageOf(exchange: Exchange, reply: Reply): Usage | GatewayError | undefined {
  try {
    return reply.usage
  } catch (cause) {
    if (!(cause instanceof JsonError)) return asRefusal(exchange, cause)
    return gatewayError('bad_upstream_response', "the provider's answer cannot be read", { cause })
  }
}

async function passed(exchange: Exchange, reply: Reply, body: Buffer): Promise<Buffer | GatewayError> {
  try {
    await readBody(exchange)
    const refused = await exchange.plan.route?.fire(exchange)
    if (refused instanceof GatewayError) return refused
    const said = await review(exchange, reply)
    return said instanceof GatewayError ? said : (said.body ?? body)
  } catch (cause) {
    return asRefusal(exchange, cause)
  } finally {
    exchange.plan.onLeft?.()
  }
}
