/** What a call will cost at most, before it is sent: its prompt, and as much of an answer as it may ask for. */

import { estimateBytes } from '../../core/neutral/estimate.ts'
import type { Exchange, JsonDocument, Models, Pricing, Target } from '../../core/index.ts'

/** Where dialects say how long an answer may be. */
const outputLimits = [['max_completion_tokens'], ['max_tokens'], ['max_output_tokens'], ['generationConfig', 'maxOutputTokens'], ['inferenceConfig', 'maxTokens']] as const

/** Answers of these have no tokens that anybody pays for. */
const silent: ReadonlySet<string> = new Set(['embeddings', 'moderations', 'rerank', 'count_tokens', 'responses_input_tokens'])

export interface EstimateGround {
  readonly pricing: Pricing
  readonly models: Models
  /** Tokens of an answer whose length nobody limits. */
  readonly defaultTokens: number
  readonly now: number
}

/** In USD, by the dearest of the targets; 0 where no price is known. */
export function estimateOf(exchange: Exchange, ground: EstimateGround): number {
  const input = estimateBytes(exchange.body?.bytes.length ?? exchange.bytes?.length ?? 0)
  // A long body may be an image: no model reads more tokens than its context has.
  const read = (target: Target) => Math.min(input, factOf(target, 'context_window', ground.models) ?? Number.POSITIVE_INFINITY)
  return Math.max(0, ...exchange.targets.map(target => costOf(target, exchange, read(target), cappedOutput(exchange, target, ground), ground) ?? 0))
}

/** The tokens that the answer may have. */
export function cappedOutput(exchange: Exchange, target: Target, { models, defaultTokens }: Pick<EstimateGround, 'models' | 'defaultTokens'>): number {
  if (silent.has(exchange.operation)) return 0
  const asked = exchange.body === undefined ? undefined : askedTokens(exchange.body)
  return Math.min(asked ?? defaultTokens, factOf(target, 'max_output_tokens', models) ?? Number.POSITIVE_INFINITY) * choicesOf(exchange.body)
}

/** USD; null where no price is known. */
export function costOf({ provider, model }: Target, { request }: Pick<Exchange, 'request'>, input: number, output: number, { pricing, now }: Pick<EstimateGround, 'pricing' | 'now'>): number | null {
  return pricing.cost({ provider: provider.type, provider_name: provider.name, model, timestamp: now, endpoint: request.path, input_tokens: input, output_tokens: output, raw_data: null }).total_cost
}

function askedTokens(body: JsonDocument): number | undefined {
  for (const [first, second] of outputLimits) {
    const outer = body.root.get(first)
    const node = second === undefined ? outer : outer?.kind === 'object' ? outer.get(second) : undefined
    const asked = node?.kind === 'number' ? Number(node.json()) : Number.NaN
    if (asked > 0) return asked
  }
  return undefined
}

function choicesOf(body: JsonDocument | undefined): number {
  const node = body?.root.get('n')
  const count = node?.kind === 'number' ? Number(node.json()) : 1
  return Number.isInteger(count) && count > 0 ? count : 1
}

/** A number that is known of a model. */
function factOf({ provider, model }: Target, name: string, models: Models): number | undefined {
  const entry = models.inventories.find(inventory => inventory.provider === provider)?.entries.get(model)
  const fact = entry === undefined ? undefined : models.metadata(provider, entry)?.[name]
  return typeof fact === 'number' && fact > 0 ? fact : undefined
}
