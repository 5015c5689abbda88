/** What the log says of a request that was served. */

import type { Exchange, Target, Usage } from '../../core/index.ts'

export function logLine(exchange: Exchange, target: Target | undefined, usage: Usage): object {
  const { model, status, streamed, attempts, cache, error, startedAt, clock, userPath } = exchange
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
