/** What every generation of one process shares. */

import type { Logger } from 'pino'
import type { ConfigInput } from '../config/load.ts'
import type { Clock } from '../plugin/clock.ts'
import type { Configurations } from '../plugin/added-providers.ts'
import type { Health } from '../plugin/health.ts'
import type { Processes } from '../plugin/processes.ts'
import type { Services } from '../plugin/services.ts'
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
