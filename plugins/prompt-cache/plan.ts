/** What one call asks its provider to cache. */

import type { Logger } from 'pino'
import type { Attempt, Failure, JsonDocument, PromptCachePlan } from '../../core/index.ts'
import type { PromptCaching } from '../../core/neutral/prompt-caching.ts'
import type { Directives } from './directives.ts'
import type { PromptObjects } from './prompt-objects.ts'
import type { Prefix } from './prefix.ts'

export interface PlanFacts {
  readonly attempt: Attempt
  /** Of the dialect that the provider is to be spoken to in. */
  readonly caching: PromptCaching
  readonly prefix: Prefix
  readonly isHeadLong: boolean
  readonly requestId: string
  readonly directives: Directives
  readonly objects: PromptObjects
  readonly log: Logger
  /** The provider does not take it. */
  refused(): void
  /** The provider may not take it: what follows if the same call gets through without. */
  suspect(consequence: () => void): void
}

/** Refusals that speak of something else than what was asked. */
const otherwise: ReadonlySet<number> = new Set([401, 408, 429])

export class Plan implements PromptCachePlan {
  readonly prefixMessages: number
  readonly prefixTokens: number
  readonly #facts: PlanFacts
  /** What a refusal of what was added comes to; undefined as long as nothing was. */
  #giveUp: (() => void) | undefined

  constructor(facts: PlanFacts) {
    const { caching, prefix } = facts
    this.#facts = facts
    this.prefixMessages = caching.object === undefined ? prefix.messages : prefix.headMessages
    this.prefixTokens = caching.object === undefined ? prefix.tokens : prefix.headTokens
  }

  get isApplied(): boolean {
    return this.#giveUp !== undefined
  }

  apply(body: JsonDocument, dialect: string): void | Promise<void> {
    const {
      attempt: { target },
      directives,
    } = this.#facts
    const caching = target.provider.wires.get(dialect)?.upstream?.promptCaching
    this.#giveUp = undefined
    if (caching === undefined || directives.isIn(body)) return undefined
    try {
      return caching.object === undefined ? this.#ask(body, caching) : this.#refer(body, caching.object).catch((cause: unknown) => this.#leaveWithout(cause))
    } catch (cause) {
      return this.#leaveWithout(cause)
    }
  }

  isRefused({ status = 0, text }: Failure): boolean {
    if (this.#giveUp === undefined || status < 400 || status > 499 || otherwise.has(status) || !text.includes('cach')) return false
    this.#facts.suspect(this.#giveUp)
    return true
  }

  #ask(body: JsonDocument, caching: PromptCaching): void {
    const {
      attempt: {
        target: { provider, model },
      },
      prefix,
      isHeadLong,
      refused,
    } = this.#facts
    caching.ask?.(body, { key: prefix.key(model, isHeadLong), isHeadLong }, provider.destination(model))
    if (body.edited) this.#giveUp = refused
  }

  async #refer(body: JsonDocument, object: NonNullable<PromptCaching['object']>): Promise<void> {
    const {
      attempt: { target, key },
      requestId,
      objects,
    } = this.#facts
    const kept = objects.keep({ target, key, object, body, requestId })
    const name = await kept?.name
    if (kept === undefined || name === undefined) return
    object.refer(body, name)
    this.#giveUp = kept.forget
  }

  #leaveWithout(cause: unknown): void {
    this.#facts.log.warn({ err: cause }, 'the call leaves without a plan for the prompt cache')
  }
}
