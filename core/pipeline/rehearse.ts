/** Policy on calls that are made another way, such as by a provider's own batches: on the request before, on the answer afterwards. */

import { GatewayError, gatewayError } from '../errors.ts'
import type { Usage } from '../neutral/usage.ts'
import { Reply } from '../upstream/reply.ts'
import type { Target } from '../upstream/provider/target.ts'
import { askPrompt } from './ask-prompt.ts'
import { readBody } from './body.ts'
import type { Exchange } from './exchange.ts'
import { review } from './review.ts'

/** What would be sent, and where. */
export interface Rehearsal {
  readonly target: Target
  /** The body after every edit of policy; the model is spelled as the caller spells it. */
  readonly body: Buffer
}

/** An answer after policy looked at it. */
export interface ReviewedAnswer {
  readonly body: Buffer
  /** The tokens that it reports. */
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
    return asError(cause)
  } finally {
    exchange.plan.left?.()
  }
}

/** Fires `response` on an answer that came for this request; `route` before, for the plan that it is for. */
export async function reviewAnswer(exchange: Exchange, body: Buffer): Promise<ReviewedAnswer | GatewayError> {
  try {
    await readBody(exchange)
    const refused = await exchange.plan.route?.fire(exchange)
    if (refused instanceof GatewayError) return refused
    const reply = new Reply({ status: 200, headers: ['Content-Type', 'application/json'], body })
    const said = await review(exchange, reply)
    return said instanceof GatewayError ? said : { body: said.body ?? body, usage: reply.usage, labels: exchange.labels }
  } catch (cause) {
    return asError(cause)
  } finally {
    exchange.plan.left?.()
  }
}

function asError(cause: unknown): GatewayError {
  return cause instanceof GatewayError ? cause : gatewayError('internal_error', 'The gateway failed', { cause })
}
