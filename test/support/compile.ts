/** Compiles a configuration without running it. */

import pino from 'pino'
import { realClock } from '../../core/gateway/clock.ts'
import { buildGeneration } from '../../core/gateway/loading/build.ts'
import type { Generation } from '../../core/gateway/generation.ts'
import { GatewayHealth } from '../../core/gateway/health.ts'
import { InnerCalls } from '../../core/gateway/inner-calls.ts'

/** @param file tapline.yaml @throws ConfigError */
export async function compile(file: string, env: Readonly<Record<string, string>> = {}): Promise<Generation> {
  return await buildGeneration({
    cwd: '/',
    env: { OPENAI_API_KEY: 'sk-upstream', OPENAI_MODELS: 'gpt-test', CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist', COMPAT_WARN: 'false', ...env },
    flags: { config: file },
    clock: realClock,
    random: Math.random,
    health: new GatewayHealth(realClock),
    innerCalls: new InnerCalls(),
    version: { version: '0.0.0', commit: 'test' },
    log: pino({ enabled: false }),
  })
}
