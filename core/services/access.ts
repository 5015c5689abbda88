/** The service `access`: the one judge of who may use which model. */

import type { Exchange } from '../pipeline/exchange.ts'
import type { Models } from './models.ts'

/** Who asks, and for whom. */
export type Asking = Pick<Exchange, 'caller' | 'userPath'>

/** What an administrator said of the models of a selector: who may use them. */
export interface ModelPolicy {
  /** False: nobody may. */
  readonly enabled: boolean
  /** Those at these paths and below may; empty, beside empty `groups`: everybody. */
  readonly userPaths: readonly string[]
  readonly groups: readonly string[]
}

/** Whose rule keeps a caller from a model: that of the model, of the key, or of a user path. */
export interface Denial {
  readonly by: 'policy' | 'key' | 'path'
  /** The path whose list it is. */
  readonly path?: string
}

/** A key that somebody made. */
export interface KnownKey {
  readonly name: string
  /** The path that its calls are made for; empty if each says its own. */
  readonly userPath: string
  readonly allowedModels: readonly string[]
}

/** What plugins know that judgements follow from. Every method answers at once, from memory. */
export interface AccessSource {
  /** By selectors as `readModelSelector` spells them. */
  readonly policies?: ReadonlyMap<string, ModelPolicy>
  /** The selectors that callers of a path are kept to, by the path itself and not by those above; undefined or empty: no restriction. */
  allowlist?(path: string): readonly string[] | undefined
  /** The paths that have such a list. */
  readonly restrictedPaths?: readonly string[]
  /** The groups that a path belongs to. */
  groups?(path: string): readonly string[]
  readonly keys?: readonly KnownKey[]
}

export interface Access {
  /** @param model the id by which the provider knows it; empty where nobody can tell. @returns undefined if the call may go there */
  denial(asking: Asking, provider: string, model: string): Denial | undefined
  /** Whether some models of a provider are closed to a caller: then a call to it whose model nobody can tell is, too. */
  closesSome(asking: Asking, provider: string): boolean
  /** The models that are there and that somebody may use, as `provider/model`; none where nothing restricts them. */
  effective(asking: Asking, models: Pick<Models, 'inventories'>): { readonly restricted: boolean; readonly models: readonly string[] }
  /** Whether a path is of those that are named, or belongs to one of the groups; naming nobody means everybody. */
  admits(path: string, userPaths: readonly string[], groups?: readonly string[]): boolean
  /** The policy that decides on a model, and its selector. */
  policyOf(provider: string, model: string): { readonly selector: string; readonly policy: ModelPolicy } | undefined
  readonly enabledByDefault: boolean
  /** All keys that are known, and every path that has a list, with those lists. */
  readonly keys: readonly KnownKey[]
  readonly allowlists: readonly { readonly path: string; readonly allowedModels: readonly string[] }[]
  /** Takes part in the judgements. @returns how to withdraw it */
  add(source: AccessSource): () => void
}
