/** Who asks where a call may go, and what there is to choose from. */

import type { Asking, Exchange, Target } from '../../../core/index.ts'
import type { Option } from './redirects.ts'

/** Who asks. Without an exchange, nobody has a session, and no plugin is asked. */
export interface Ask extends Asking {
  readonly exchange?: Exchange
}

/** An option that can serve, with the real models behind it. */
export interface Viable {
  readonly index: number
  readonly option: Option
  readonly leaves: readonly Target[]
}
