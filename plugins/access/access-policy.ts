/** Who may use which model: the one policy of the model that says most, and every list of the key and of the paths above the call. */

import type { Access, AccessSource, Asking, Denial, KnownKey, ModelPolicy, Models } from '../../core/index.ts'
import { ancestors, isWithin } from '../../core/user-path.ts'
import type { SelectorLists } from '../shared/models/selected-models.ts'

export interface AccessPolicyOptions {
  readonly enabledByDefault: boolean
  readonly lists: SelectorLists
}

export class AccessPolicy implements Access {
  readonly enabledByDefault: boolean
  readonly #lists: SelectorLists
  #sources: readonly AccessSource[] = []

  constructor({ enabledByDefault, lists }: AccessPolicyOptions) {
    this.enabledByDefault = enabledByDefault
    this.#lists = lists
  }

  add(source: AccessSource): () => void {
    this.#sources = [...this.#sources, source]
    return () => {
      this.#sources = this.#sources.filter(known => known !== source)
    }
  }

  get keys(): readonly KnownKey[] {
    return this.#sources.flatMap(({ keys = [] }) => keys)
  }

  get allowlists(): Access['allowlists'] {
    const paths = new Set(this.#sources.flatMap(({ restrictedPaths = [] }) => restrictedPaths))
    return [...paths].map(path => ({ path, allowedModels: this.#listOf(path) ?? [] }))
  }

  denial(asking: Asking, provider: string, model: string): Denial | undefined {
    return this.#denialByPolicy(asking.userPath, provider, model) ?? this.#denialByList(asking, provider, model)
  }

  closesSome({ userPath }: Asking, provider: string): boolean {
    const all = this.#sources.flatMap(({ policies = new Map<string, ModelPolicy>() }) => [...policies])
    return all.some(([selector, policy]) => this.#lists.concerns(selector, provider) && !this.#isOpen(policy, userPath))
  }

  effective(asking: Asking, { inventories }: Pick<Models, 'inventories'>): ReturnType<Access['effective']> {
    if (this.enabledByDefault && !this.#hasPolicies() && !this.#isListed(asking)) return { restricted: false, models: [] }
    const all = inventories.flatMap(({ provider: { name }, entries }) => [...entries.keys()].map(model => ({ name, model })))
    const models = all.filter(({ name, model }) => this.denial(asking, name, model) === undefined).map(({ name, model }) => `${name}/${model}`)
    const restricted = models.length < all.length || this.#isListed(asking)
    return { restricted, models: restricted ? models : [] }
  }

  admits(path: string, userPaths: readonly string[], groups: readonly string[] = []): boolean {
    if (userPaths.length === 0 && groups.length === 0) return true
    return userPaths.some(root => isWithin(path, root)) || (groups.length > 0 && this.#groupsOf(path).some(group => groups.includes(group)))
  }

  policyOf(provider: string, model: string): ReturnType<Access['policyOf']> {
    if (!this.#hasPolicies()) return undefined
    for (const selector of this.#selectorsOf(provider, model)) {
      const policy = this.#policy(selector)
      if (policy !== undefined) return { selector, policy }
    }
    return undefined
  }

  /** Those that may have a policy for a model, from the one that says most; the id as it is given counts before other spellings of it. */
  #selectorsOf(provider: string, model: string): readonly string[] {
    if (model === '') return [`${provider}/`, '/']
    const named = this.#sources.flatMap(({ policies }) => (policies === undefined ? [] : this.#lists.namedIn(policies).of(provider, model)))
    const ids = [model, ...named.filter(id => id !== model)]
    return [...ids.map(id => `${provider}/${id}`), `${provider}/`, ...ids, '/']
  }

  #hasPolicies(): boolean {
    return this.#sources.some(({ policies }) => policies !== undefined && policies.size > 0)
  }

  #denialByPolicy(path: string, provider: string, model: string): Denial | undefined {
    const policy = this.policyOf(provider, model)?.policy
    const isOpen = policy === undefined ? this.enabledByDefault : this.#isOpen(policy, path)
    return isOpen ? undefined : { by: 'policy' }
  }

  #isOpen({ enabled, userPaths, groups }: ModelPolicy, path: string): boolean {
    return enabled && this.admits(path, userPaths, groups)
  }

  #denialByList({ caller, userPath }: Asking, provider: string, model: string): Denial | undefined {
    const own = caller?.allowedModels
    if (own !== undefined && own.length > 0 && !this.#lists.of(own).has(provider, model)) return { by: 'key' }
    const path = this.#listsAbove(caller, userPath).find(({ list }) => !this.#lists.of(list).has(provider, model))?.path
    return path === undefined ? undefined : { by: 'path', path }
  }

  #isListed({ caller, userPath }: Asking): boolean {
    return (caller?.allowedModels?.length ?? 0) > 0 || this.#listsAbove(caller, userPath).length > 0
  }

  /** Who holds the master key and names no path is nobody's user. */
  #listsAbove(caller: Asking['caller'], userPath: string): readonly { readonly path: string; readonly list: readonly string[] }[] {
    if (!this.#sources.some(({ restrictedPaths }) => restrictedPaths !== undefined && restrictedPaths.length > 0)) return []
    if (userPath === '' && caller?.method === 'master_key') return []
    return ancestors(userPath).flatMap(path => {
      const list = this.#listOf(path)
      return list === undefined || list.length === 0 ? [] : { path, list }
    })
  }

  #policy(selector: string): ModelPolicy | undefined {
    return this.#first(source => source.policies?.get(selector))
  }

  #listOf(path: string): readonly string[] | undefined {
    return this.#first(source => source.allowlist?.(path))
  }

  #groupsOf(path: string): readonly string[] {
    return this.#sources.flatMap(source => source.groups?.(path) ?? [])
  }

  #first<T>(ask: (source: AccessSource) => T | undefined): T | undefined {
    for (const source of this.#sources) {
      const said = ask(source)
      if (said !== undefined) return said
    }
    return undefined
  }
}
