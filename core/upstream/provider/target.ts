/** Where a call goes. */

import type { ProviderInstance } from './provider.ts'

/** Where a call may go: a provider instance, and the id that it knows the model by. */
export interface Target {
  readonly provider: ProviderInstance
  readonly model: string
  /** Whether the provider lists the model: then its name may stand in the label of a metric. */
  readonly isListed?: boolean
}
