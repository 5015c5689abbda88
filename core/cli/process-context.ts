/** What commands stand on: this directory, this environment, real time, and no log; who serves makes one as the configuration says. */

import { GatewayHealth } from '../gateway/health.ts'
import { InnerCalls } from '../gateway/inner-calls.ts'
import { realClock } from '../gateway/clock.ts'
import type { ProcessContext } from '../gateway/process-context.ts'
import { packageVersion } from '../gateway/version.ts'
import pino from 'pino'

export interface CommonFlags {
  readonly config?: string
  readonly port?: string
  readonly host?: string
  readonly workers?: string
  readonly insecure?: true
  readonly set?: string[]
}

export async function processContext(flags: CommonFlags): Promise<ProcessContext> {
  return {
    cwd: process.cwd(),
    env: process.env,
    flags: { ...flags },
    clock: realClock,
    random: Math.random,
    health: new GatewayHealth(realClock),
    innerCalls: new InnerCalls(),
    version: await packageVersion(),
    log: pino({ enabled: false }),
  }
}
