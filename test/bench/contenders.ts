/** The two that are compared: how each is started in front of an upstream. */

import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { freePort } from '../../core/testing/port.ts'
import { Child } from './child.ts'
import { until200, type Probe } from './poll.ts'
import { model, requestBodies, surfaces } from './samples.ts'

export type ContenderName = 'bare' | 'tapline'

export interface Contender {
  readonly origin: string
  readonly child: Child
  /** From starting the process to its first 200 of a chat call. */
  readonly startMs: number
}

/** Which provider type stands in front of the upstream; it decides the dialect that is spoken there. */
export type ProviderType = 'openai' | 'openai-compatible' | 'anthropic'

/** How a gateway that is measured differs from the default. */
export interface TaplineOptions {
  readonly provider?: ProviderType
  /** Sections of tapline.yaml beside those that every contender has. */
  readonly config?: Readonly<Record<string, unknown>>
  /** What administrators do to it before it is measured. */
  readonly prepare?: (origin: string) => Promise<void>
}

export const masterKey = 'bench-master-key'

const repository = join(import.meta.dirname, '../..')

/** Starts a contender and waits for its first good answer. It runs in a folder of its own under `folder`, and keeps there what it stores. */
export async function start(name: ContenderName, upstreamUrl: string, folder: string, options: TaplineOptions = {}): Promise<Contender> {
  const port = await freePort()
  const home = await mkdtemp(join(folder, `${name}-`))
  const origin = `http://127.0.0.1:${port}`
  const spawn = { bare: spawnBare, tapline: spawnTapline }[name]
  await mkdir(join(home, 'data'))
  if (name === 'tapline') await writeFile(join(home, 'tapline.yaml'), taplineConfig(port, upstreamUrl, options))
  const startedAt = performance.now()
  const child = spawn(home, upstreamUrl, port)
  try {
    await until200(chatCall(`${origin}${surfaces.chat.path}`), child)
    const startMs = performance.now() - startedAt
    await options.prepare?.(origin)
    return { origin, child, startMs }
  } catch (error) {
    await child.stop()
    throw error
  }
}

function spawnBare(folder: string, upstreamUrl: string, port: number): Child {
  return Child.start(process.execPath, [join(import.meta.dirname, 'bare.ts'), upstreamUrl, String(port)], { folder, log: 'bare.log' })
}

/** As `npm start` starts it: a tapline.yaml in the working directory, nothing else. */
function spawnTapline(folder: string): Child {
  return Child.start(process.execPath, [join(repository, 'core/launch.cjs')], { folder, log: 'tapline.log', env: { NODE_ENV: 'production' } })
}

/** The whole default set, as it comes, with a key, one provider, and metrics. */
function taplineConfig(port: number, upstreamUrl: string, { provider = 'openai', config = {} }: TaplineOptions): string {
  return stringify({
    server: { host: '127.0.0.1', port, master_key: masterKey },
    metrics: { enabled: true },
    providers: { upstream: { type: provider, base_url: upstreamUrl, api_key: 'sk-bench', models: [model] } },
    ...config,
  })
}

function chatCall(url: string): Probe {
  return { method: 'POST', url, headers: { 'content-type': 'application/json', authorization: `Bearer ${masterKey}` }, body: requestBodies.small.text }
}
