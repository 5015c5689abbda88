/** The rules in force, so prepared that nobody searches them: by path, by key, by provider and by model. */

import { LRUCache } from 'lru-cache'
import type { CanonicalId } from '../shared/models/model-selector.ts'
import { PathIndex } from '../shared/limits/path-index.ts'
import type { StandingRule } from '../shared/limits/rule.ts'
import { metersOf, type Meter } from './meter.ts'
import type { RateRule, RateScope } from './rate-rule.ts'

/** Models may be named by callers. */
const mostTargets = 2000
const none: readonly Meter[] = []

type Rules = readonly StandingRule<RateRule>[]

export class RateIndex {
  readonly isEmpty: boolean
  /** Whether any rule is about tokens. */
  readonly countsTokens: boolean
  readonly rules: Rules
  readonly #paths: PathIndex<StandingRule<RateRule>, Meter>
  readonly #keys: ReadonlyMap<string, readonly Meter[]>
  readonly #providers: ReadonlyMap<string, readonly Meter[]>
  readonly #models: ReadonlyMap<string, readonly Meter[]>
  readonly #canonical: CanonicalId
  readonly #targets = new LRUCache<string, readonly Meter[]>({ max: mostTargets })

  /** @param countsTokens whether anybody counts them; if not, limits of tokens hold for nobody */
  constructor(rules: Rules, countsTokens: boolean, canonical: CanonicalId) {
    const meters = (rule: StandingRule<RateRule>, subject: string) => metersOf(rule, subject).filter(({ kind }) => countsTokens || kind !== 'tokens')
    const bySubject = (scope: RateScope, spell: (subject: string) => string) => {
      const found = new Map<string, readonly Meter[]>()
      for (const rule of rules.filter(other => other.scope === scope))
        found.set(spell(rule.subject), [...(found.get(spell(rule.subject)) ?? []), ...meters(rule, rule.subject)])
      return found
    }
    this.isEmpty = rules.length === 0
    this.countsTokens = countsTokens && rules.some(({ max_tokens: tokens }) => tokens !== undefined)
    this.rules = rules
    this.#paths = new PathIndex(
      rules.filter(({ scope }) => scope === 'user_path'),
      meters,
    )
    this.#keys = bySubject('key', subject => subject)
    this.#providers = bySubject('provider', subject => subject.toLowerCase())
    this.#models = bySubject('model', subject => subject.toLowerCase())
    this.#canonical = canonical
  }

  ofCaller(path: string, keyId: string | null | undefined): readonly Meter[] {
    const ofPath = this.#paths.of(path)
    const ofKey = this.#keys.size === 0 || keyId === undefined || keyId === null ? none : (this.#keys.get(keyId) ?? none)
    return ofKey.length === 0 ? ofPath : [...ofPath, ...ofKey]
  }

  ofTarget(provider: string, model: string): readonly Meter[] {
    if (this.#providers.size === 0 && this.#models.size === 0) return none
    const name = `${provider}/${model}`
    const known = this.#targets.get(name) ?? this.#find(provider, model)
    this.#targets.set(name, known)
    return known
  }

  /** The subjects of a rule that were counted lately: of a template its children, else its own. */
  subjectsOf(rule: StandingRule<RateRule>): readonly string[] {
    return rule.per_child ? this.#paths.childrenOf(rule) : [rule.subject]
  }

  #find(provider: string, model: string): readonly Meter[] {
    const ofModels = [...this.#models].flatMap(([subject, meters]) => (this.#isMeant(subject, provider, model) ? meters : none))
    return [...(this.#providers.get(provider.toLowerCase()) ?? none), ...ofModels]
  }

  /** Whether a subject is a model of a provider: by its id alone or behind the provider's name, in whichever spelling. */
  #isMeant(subject: string, provider: string, model: string): boolean {
    const id = (spelled: string) => this.#canonical(provider, spelled).toLowerCase()
    const prefix = `${provider.toLowerCase()}/`
    return id(subject) === id(model) || (subject.startsWith(prefix) && id(subject.slice(prefix.length)) === id(model))
  }
}
