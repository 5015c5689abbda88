/** What every generation of one process shares. */

import type { Logger } from 'pino'
import type { ConfigInput } from '../config/load.ts'
import type { Clock } from '../services/clock.ts'
import type { Configurations } from '../services/added-providers.ts'
import type { Health } from '../services/health.ts'
import type { Processes } from '../services/processes.ts'
import type { Services } from '../services/services.ts'
import type { InnerCalls } from './inner-calls.ts'

export interface ProcessContext {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly flags: ConfigInput['flags']
  readonly clock: Clock
  readonly random: () => number
  readonly health: Health
  readonly version: Services['version']
  /** The calls that the gateway makes to itself. */
  readonly innerCalls: InnerCalls
  /** Those that serve the same port, where there are several. */
  readonly processes?: Processes
  /** The configuration that serves, where one shall. */
  readonly configurations?: Configurations
  readonly log: Logger
}
