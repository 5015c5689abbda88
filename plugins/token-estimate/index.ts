/** Estimates the tokens of a prompt where nobody counts them exactly: with providers that have no such operation, and when counting fails. */

import { definePlugin, GatewayError, type Reply, type Exchange, type JsonObject, type Target } from '../../core/index.ts'
import { parseJson } from '../../core/neutral/json.ts'
import { Losses } from '../../core/neutral/losses.ts'
import { estimateBytes, estimateTokens } from '../../core/neutral/estimate.ts'
import { jsonReply } from '../../core/pipeline/verdict.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'token-estimate',
  description: 'Estimates the tokens of a prompt where the provider does not count them.',
  schema,
  edits: false,
  setup({ options }) {
    return {
      lookup: exchange => (exchange.targets.length === 0 || mayCount(exchange, exchange.targets[0]) ? undefined : estimate(exchange)),
      // Clients wait for a count before they go on.
      attempt(_exchange, attempt) {
        attempt.limitMs = options.limit
      },
      recover: (exchange, { failure }) => (failure === undefined ? undefined : { do: 'answer', reply: estimate(exchange) }),
    }
  },
})

/** Whether the provider speaks the caller's dialect, and counts. */
function mayCount({ dialect, operation }: Exchange, target: Target | undefined): boolean {
  return target?.provider.spoken(dialect) !== undefined && target.provider.endpoint(operation) !== undefined
}

function estimate(exchange: Exchange): Reply {
  return jsonReply({ input_tokens: tokensOf(exchange) })
}

/** A prompt that has no neutral form is counted by its bytes. */
function tokensOf({ dialect, body }: Exchange): number {
  const bytes = body?.render() ?? Buffer.alloc(0)
  try {
    const request = dialect?.caller?.request(parseJson(bytes.toString()) as JsonObject, new Losses())
    return request === undefined ? estimateBytes(bytes.length) : estimateTokens(request)
  } catch (cause) {
    if (cause instanceof GatewayError || cause instanceof SyntaxError) return estimateBytes(bytes.length)
    throw cause
  }
}
