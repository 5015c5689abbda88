/** The provider key that an object was made with. Vendors know what an account has made under keys of that account alone. */

import type { Attempt } from '../../../core/pipeline/attempt.ts'

export interface MadeWith {
  /** The name of the instance. */
  readonly provider: string
  readonly fingerprint: string
}

/** Has the first try at that provider go out with the key, while it is configured. */
export function takeKey(attempt: Attempt, { provider: name, fingerprint }: MadeWith): void {
  const { provider } = attempt.target
  const key = attempt.retry > 0 || provider.name !== name ? undefined : provider.keys.withFingerprint(fingerprint)
  if (key !== undefined) attempt.key = key
}
