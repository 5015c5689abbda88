/** What many targets do not take: refused where its absence would change the answer or its price, else dropped. */

import { refusal, type Losses } from './losses.ts'
import type { NeutralRequest } from './request.ts'

/** A field that a target may not know, by the name that most callers have for it. */
export type Untaken =
  | 'n'
  | 'logprobs'
  | 'modalities'
  | 'web_search_options'
  | 'top_k'
  | 'seed'
  | 'presence_penalty'
  | 'frequency_penalty'
  | 'logit_bias'
  | 'verbosity'
  | 'prediction'
  | 'store'
  | 'service_tier'
  | 'truncation'
  | 'prompt_cache_options'
  | 'prompt_cache_retention'
  | 'moderation'
  | 'user'
  | 'safety_identifier'
  | 'metadata'
  | 'prompt_cache_key'

type Outcome = 'refuse' | 'drop' | 'silent'

/** Whether a request says a field, in the order in which they are looked at: refusals first. */
const said: readonly (readonly [field: Untaken, outcome: Outcome, isSaid: (request: NeutralRequest) => boolean])[] = [
  ['n', 'refuse', ({ sampling }) => (sampling.count ?? 1) > 1],
  ['logprobs', 'refuse', ({ wants }) => wants.logprobs === true || (wants.topLogprobs ?? 0) > 0],
  ['modalities', 'refuse', ({ hints }) => hints.audio !== undefined || hints.modalities?.some(modality => modality !== 'text') === true],
  ['web_search_options', 'refuse', ({ hints }) => hints.webSearch !== undefined],
  ['top_k', 'drop', ({ sampling }) => sampling.topK !== undefined],
  ['seed', 'drop', ({ sampling }) => sampling.seed !== undefined],
  ['presence_penalty', 'drop', ({ sampling }) => (sampling.presencePenalty ?? 0) !== 0],
  ['frequency_penalty', 'drop', ({ sampling }) => (sampling.frequencyPenalty ?? 0) !== 0],
  ['logit_bias', 'drop', ({ sampling }) => sampling.logitBias !== undefined],
  ['verbosity', 'drop', ({ hints }) => hints.verbosity !== undefined],
  ['prediction', 'drop', ({ hints }) => hints.prediction !== undefined],
  ['store', 'drop', ({ hints }) => hints.store === true],
  ['service_tier', 'drop', ({ hints }) => hints.serviceTier !== undefined],
  ['truncation', 'drop', ({ hints }) => hints.truncation === 'auto'],
  ['prompt_cache_options', 'drop', ({ hints }) => hints.promptCacheOptions !== undefined],
  ['prompt_cache_retention', 'drop', ({ hints }) => hints.promptCacheRetention !== undefined],
  ['moderation', 'drop', ({ hints }) => hints.moderation !== undefined],
  ['presence_penalty', 'silent', ({ sampling }) => sampling.presencePenalty === 0],
  ['frequency_penalty', 'silent', ({ sampling }) => sampling.frequencyPenalty === 0],
  ['user', 'silent', ({ hints }) => hints.user !== undefined],
  ['safety_identifier', 'silent', ({ hints }) => hints.safetyIdentifier !== undefined],
  ['metadata', 'silent', ({ hints }) => hints.metadata !== undefined],
  ['prompt_cache_key', 'silent', ({ hints }) => hints.promptCacheKey !== undefined],
]

/**
 * Refuses or drops what the request says and the target does not take.
 * @param takes the fields that the target's own writer carries, or judges itself
 * @throws GatewayError 400
 */
export function dropUntaken(request: NeutralRequest, target: string, takes: ReadonlySet<Untaken>, losses: Losses): void {
  for (const [field, outcome, isSaid] of said) {
    if (takes.has(field) || !isSaid(request)) continue
    if (outcome === 'refuse')
      throw refusal(field === 'logprobs' ? (request.wants.logprobsAt ?? field) : field, `${field} cannot be translated: ${target} does not take it`)
    if (outcome === 'drop') losses.drop(field, `not taken by ${target}`)
    else losses.silent(field, `not taken by ${target}`)
  }
}
