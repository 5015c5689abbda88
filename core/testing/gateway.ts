/** A whole gateway in this process, for tests: real sockets, a log that is kept, and time that can be turned. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pino from 'pino'
import { stringify } from 'yaml'
import { realClock } from '../gateway/clock.ts'
import { Gateway } from '../gateway/gateway.ts'
import { packageVersion } from '../gateway/version.ts'
import type { Clock } from '../services/clock.ts'
import type { ScriptedUpstream } from './scripted-upstream.ts'

export interface TestGatewayOptions {
  /** tapline.yaml, as text or as what it says. The port is a free one. */
  readonly config?: string | Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
  /** Becomes the provider `openai`, with the key `sk-upstream` and the model `gpt-test`. */
  readonly upstream?: ScriptedUpstream
  /** Further files beside tapline.yaml, by name. */
  readonly files?: Readonly<Record<string, string>>
  readonly clock?: Clock
  readonly random?: () => number
}

export interface TestGateway {
  /** Without a trailing slash. */
  readonly url: string
  readonly gateway: Gateway
  /** The folder of its files. */
  readonly directory: string
  /** What was logged, as objects. */
  readonly log: readonly Readonly<Record<string, unknown>>[]
  /** Writes tapline.yaml anew. */
  configure(config: string | Readonly<Record<string, unknown>>): Promise<void>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts a gateway on a free port of the loopback interface. @throws ConfigError */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const directory = await mkdtemp(join(tmpdir(), 'tapline-'))
  const remove = () => rm(directory, { recursive: true, force: true })
  try {
    return await startIn(directory, options, remove)
  } catch (cause) {
    await remove()
    throw cause
  }
}

async function startIn(directory: string, options: TestGatewayOptions, remove: () => Promise<void>): Promise<TestGateway> {
  const configure = async (config: string | Readonly<Record<string, unknown>>) =>
    await writeFile(join(directory, 'tapline.yaml'), typeof config === 'string' ? config : stringify(config))
  for (const [name, text] of Object.entries(options.files ?? {})) {
    await mkdir(join(directory, dirname(name)), { recursive: true })
    await writeFile(join(directory, name), text)
  }
  await configure(options.config ?? {})
  const log: Record<string, unknown>[] = []
  const logger = pino(
    { level: 'debug' },
    {
      write: (line: string) => {
        log.push(JSON.parse(line) as Record<string, unknown>)
      },
    },
  )
  const gateway = await Gateway.start({
    cwd: directory,
    env: { CONFIG_FILE: join(directory, 'tapline.yaml'), ...upstreamVariables(options.upstream), ...ownStore(directory, options.config), ...options.env },
    flags: {},
    port: 0,
    clock: options.clock ?? realClock,
    random: options.random ?? Math.random,
    version: await packageVersion(),
    log: logger,
  })
  const close = async () => {
    await gateway.stop().finally(remove)
  }
  return { url: gateway.url, gateway, directory, log, configure, close, [Symbol.asyncDispose]: close }
}

/** No gateway finds what another one remembered; where the configuration speaks of storage, it decides. */
function ownStore(directory: string, config: TestGatewayOptions['config'] = {}): Record<string, string> {
  const text = typeof config === 'string' ? config : stringify(config)
  return {
    ...(/^storage:/m.test(text) ? {} : { TAPLINE_SQLITE_PATH: join(directory, 'tapline.db') }),
    ...(/^ +cache_dir:/m.test(text) ? {} : { TAPLINE_CACHE_DIR: join(directory, 'cache') }),
    ...(/^ +spill:/m.test(text) ? {} : { TAPLINE_STORAGE_SPILL_DIR: join(directory, 'spill') }),
  }
}

function upstreamVariables(upstream: ScriptedUpstream | undefined): Record<string, string> {
  return upstream === undefined
    ? {}
    : {
        OPENAI_API_KEY: 'sk-upstream',
        OPENAI_BASE_URL: upstream.url,
        OPENAI_MODELS: 'gpt-test',
        CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
        COMPAT_WARN: 'false',
      }
}
