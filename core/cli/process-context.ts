/** What commands stand on: this directory, this environment, real time, and no log; who serves makes one as the configuration says. */

import type { Flags } from '../config/sources/layers.ts'
import { GatewayHealth } from '../gateway/health.ts'
import { InnerCalls } from '../gateway/inner-calls.ts'
import { realClock } from '../gateway/clock.ts'
import type { ProcessContext } from '../gateway/process-context.ts'
import { packageVersion } from '../gateway/version.ts'
import pino from 'pino'

export async function processContext(flags: Flags): Promise<ProcessContext> {
  return {
    cwd: process.cwd(),
    env: process.env,
    flags,
    clock: realClock,
    random: Math.random,
    health: new GatewayHealth(realClock),
    innerCalls: new InnerCalls(),
    version: await packageVersion(),
    log: pino({ enabled: false }),
  }
}
