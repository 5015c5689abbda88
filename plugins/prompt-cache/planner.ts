/** Decides for each call what its provider is asked to cache. */

import type { Logger } from 'pino'
import { LRUCache } from 'lru-cache'
import type { Attempt, Clock, Exchange, PromptCachePlan, ProviderInstance } from '../../core/index.ts'
import type { PromptCaching } from '../../core/neutral/prompt-caching.ts'
import { wireFor } from '../../core/upstream/provider/wire.ts'
import { Directives } from './directives.ts'
import { PromptObjects } from './prompt-objects.ts'
import { Plan } from './plan.ts'
import { Prefix } from './prefix.ts'

export interface PlannerFacts {
  readonly providers: readonly ProviderInstance[]
  readonly clock: Clock
  readonly log: Logger
}

/** Names of models are the clients'. */
const mostRefusals = 1000

export class Planner {
  readonly #directives: Directives
  readonly #objects: PromptObjects
  readonly #log: Logger
  /** Models of providers that do not take what plans add. */
  readonly #refusing = new LRUCache<string, true>({ max: mostRefusals })
  /** Calls that are made once more without: only one that gets through tells that it was the plan that was refused, not what the client said. */
  readonly #suspected = new WeakMap<Attempt, () => void>()

  constructor({ providers, clock, log }: PlannerFacts) {
    this.#directives = new Directives(
      providers.flatMap(({ wires }) => [...wires.values()].flatMap(({ upstream }) => upstream?.promptCaching?.directives ?? [])),
    )
    this.#objects = new PromptObjects(clock, log)
    this.#log = log
  }

  /** The plan of one call; undefined where it is to leave as the client wants it. */
  planFor(exchange: Exchange, attempt: Attempt): PromptCachePlan | undefined {
    const { body } = exchange
    const { provider, model } = attempt.target
    const { promptCacheTokens: least = 0 } = provider.destination(model).traits
    if (body === undefined || least === 0 || this.#refusing.has(nameOf(attempt))) return undefined
    const caching = cachingOf(exchange, attempt)
    if (caching === undefined || this.#directives.isIn(body)) return undefined
    const prefix = new Prefix(exchange.conversation)
    const isHeadLong = prefix.headTokens >= least
    if (caching.object === undefined ? prefix.tokens < least : !isHeadLong) return undefined
    return new Plan({
      attempt,
      caching,
      prefix,
      isHeadLong,
      requestId: exchange.id,
      directives: this.#directives,
      objects: this.#objects,
      log: exchange.log,
      refused: () => this.#refused(attempt),
      suspect: consequence => this.#suspected.set(attempt, consequence),
    })
  }

  /** A call ended. */
  settled(attempt: Attempt): void {
    if (attempt.outcome === 'established') this.#suspected.get(attempt)?.()
  }

  #refused(attempt: Attempt): void {
    const { provider, model } = attempt.target
    this.#refusing.set(nameOf(attempt), true)
    this.#log.warn({ provider: provider.name, model }, 'the provider does not take what asks it to cache prompts: it is not asked again')
  }
}

/** How the target is asked for it; undefined if it cannot be, or answers are not what the call asks for. */
function cachingOf(exchange: Exchange, { target }: Attempt): PromptCaching | undefined {
  const { dialect, operation, streamed } = exchange
  if (dialect?.upstream?.operation(streamed) !== operation) return undefined
  const spoken = wireFor(exchange, target)?.dialect ?? dialect.name
  const caching = target.provider.wires.get(spoken)?.upstream?.promptCaching
  return caching?.object === undefined || target.provider.endpoint(caching.object.operation) !== undefined ? caching : undefined
}

function nameOf({ target: { provider, model } }: Attempt): string {
  return `${provider.name}/${model}`
}
