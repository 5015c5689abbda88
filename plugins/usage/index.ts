/** Counts the tokens of every request, and writes one log line for it. */

import { definePlugin, type Attempt, type Exchange, type Usage } from '../../core/index.ts'
import { schema } from './schema.ts'

export default definePlugin({
  name: 'usage',
  description: 'Counts tokens, and logs each request with them.',
  schema,
  edits: false,
  setup({ options, services, log }) {
    const count = services.meter.counter('tokens_total', 'Tokens, by model and direction.', ['provider', 'model', 'direction'])
    return {
      ...(options.enforce_returning_usage_data ? { attempt: askForUsage } : {}),
      complete(exchange) {
        if (exchange.attempts.length === 0 && exchange.cache !== 'hit') return
        const usage = usageOf(exchange)
        log.info(line(exchange, usage), 'request')
        if (exchange.cache !== 'hit') countTokens(exchange, usage, count)
      },
    }
  },
})

/** A stream whose provider reports its usage only when asked, to a caller who did not ask. */
function askForUsage({ streamed, dialect, body, forward }: Exchange, attempt: Attempt): void {
  if (!streamed || forward !== undefined || attempt.target.provider.definition.usageOnRequest !== true) return
  attempt.askForUsage = dialect !== undefined && body !== undefined && !dialect.asksForUsage(body)
}

/** Of a hit: what the answer cost when it was made. */
function usageOf({ usage, reply, cache }: Exchange): Usage {
  return usage ?? (cache === 'hit' ? reply?.usage : undefined) ?? {}
}

function line(exchange: Exchange, usage: Usage): object {
  const { model, status, streamed, attempts, cache, error, startedAt, clock, userPath } = exchange
  const target = targetOf(exchange)
  return {
    request_id: exchange.id,
    model,
    provider: target?.provider.name,
    target_model: target?.model,
    user_path: userPath === '' ? undefined : userPath,
    status,
    stream: streamed,
    attempts: attempts.length,
    cache,
    error: error?.code ?? undefined,
    input_tokens: usage.inputTokens,
    cached_tokens: usage.cachedTokens,
    output_tokens: usage.outputTokens,
    reasoning_tokens: usage.reasoningTokens,
    duration_ms: Math.round((clock.elapsed() - startedAt) * 10) / 10,
  }
}

function countTokens(exchange: Exchange, { inputTokens = 0, outputTokens = 0 }: Usage, count: (value: number, ...labels: string[]) => void): void {
  const target = targetOf(exchange)
  if (target === undefined) return
  const model = target.isListed === true ? target.model : 'other'
  if (inputTokens > 0) count(inputTokens, target.provider.name, model, 'input')
  if (outputTokens > 0) count(outputTokens, target.provider.name, model, 'output')
}

/** Where the answer came from, or where it was sought last. */
function targetOf({ reply, attempts }: Exchange) {
  return reply?.target ?? attempts.at(-1)?.target
}
