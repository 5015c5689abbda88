/** What a call will cost at most, before it is sent: its prompt, and as much of an answer as it may ask for. */

import { estimateBytes } from '../../core/neutral/estimate.ts'
import type { Exchange, JsonDocument, Models, Pricing, Target } from '../../core/index.ts'

/** Where dialects say how long an answer may be. */
const outputLimits = [
  ['max_completion_tokens'],
  ['max_tokens'],
  ['max_output_tokens'],
  ['generationConfig', 'maxOutputTokens'],
  ['inferenceConfig', 'maxTokens'],
] as const

/** Answers of these have no tokens that anybody pays for. */
const silent: ReadonlySet<string> = new Set(['embeddings', 'moderations', 'rerank', 'count_tokens', 'responses_input_tokens'])

export interface EstimateDeps {
  readonly pricing: Pricing
  readonly models: Models
  /** Tokens of an answer whose length nobody limits. */
  readonly defaultTokens: number
  readonly now: number
}

export interface Estimate {
  /** By the dearest of the targets; 0 where no price is known. */
  readonly usd: number
  /** The tokens of the prompt, for the first target. */
  readonly inputTokens: number
  /** The tokens that its answer may have. */
  readonly outputTokens: number
}

export function estimateOf(exchange: Exchange, deps: EstimateDeps): Estimate {
  const { body, bytes, targets, operation } = exchange
  const input = estimateBytes(body?.bytes.length ?? bytes?.length ?? 0)
  const choices = silent.has(operation) ? 0 : choicesOf(body)
  const asked = choices === 0 || body === undefined ? undefined : askedTokens(body)
  const estimates = targets.map(target => {
    const facts = factsOf(target, deps.models)
    // A long body may be an image: no model reads more tokens than its context has.
    const inputTokens = Math.min(input, factIn(facts, 'context_window'))
    const outputTokens = Math.min(asked ?? deps.defaultTokens, factIn(facts, 'max_output_tokens')) * choices
    return { usd: costOf(target, exchange, inputTokens, outputTokens, deps) ?? 0, inputTokens, outputTokens }
  })
  const { inputTokens = 0, outputTokens = 0 } = estimates[0] ?? {}
  return { usd: Math.max(0, ...estimates.map(({ usd }) => usd)), inputTokens, outputTokens }
}

/** USD; null where no price is known. */
export function costOf(
  { provider, model }: Target,
  { request }: Pick<Exchange, 'request'>,
  input: number,
  output: number,
  { pricing, now }: Pick<EstimateDeps, 'pricing' | 'now'>,
): number | null {
  return pricing.cost({
    provider: provider.type,
    provider_name: provider.name,
    model,
    timestamp: now,
    endpoint: request.path,
    input_tokens: input,
    output_tokens: output,
    raw_data: null,
  }).total_cost
}

function askedTokens(body: JsonDocument): number | undefined {
  for (const [first, second] of outputLimits) {
    const outer = body.root.get(first)
    const node = second === undefined ? outer : outer?.kind === 'object' ? outer.get(second) : undefined
    const asked = node?.kind === 'number' ? Number(node.json()) : Number.NaN
    if (asked >= 1) return asked
  }
  return undefined
}

function choicesOf(body: JsonDocument | undefined): number {
  const node = body?.root.get('n')
  const count = node?.kind === 'number' ? Number(node.json()) : 1
  return Number.isInteger(count) && count > 0 ? count : 1
}

function factsOf({ provider, model }: Target, models: Models): ReturnType<Models['metadata']> {
  const entry = models.inventories.find(inventory => inventory.provider === provider)?.entries.get(model)
  return entry === undefined ? undefined : models.metadata(provider, entry)
}

/** A number that is known of a model; without end where it is not. */
function factIn(facts: ReturnType<typeof factsOf>, name: string): number {
  const fact = facts?.[name]
  return typeof fact === 'number' && fact > 0 ? fact : Number.POSITIVE_INFINITY
}
