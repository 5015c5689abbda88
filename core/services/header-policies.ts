/** Header policies by their names: those of the configuration, and those that administrators made. */

import type { HeaderPolicy } from '../upstream/headers/header-policy.ts'

/** The service `headerPolicies`. */
export interface HeaderPolicyBook {
  find(name: string): HeaderPolicy | undefined
  /** Those of the configuration, in its order. */
  readonly configured: readonly HeaderPolicy[]
  /** Calls back after one of them changed; it is waited for before a change counts as made. @returns how to end it */
  onChange(changed: () => Promise<void>): () => void
  /** Says who needs a policy: names for people. Nobody can delete it meanwhile. @returns how to withdraw it */
  users(of: (name: string) => readonly string[]): () => void
}
