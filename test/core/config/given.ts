/** A working directory with files in it, loaded as the gateway would; and sample plugins and providers that settings are for. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Config } from '../../../core/config/config.ts'
import { loadSound, type ConfigInput } from '../../../core/config/load.ts'
import type { Problem } from '../../../core/config/problems/place.ts'
import { ConfigError, formatProblem } from '../../../core/config/problems/problems.ts'
import type { SettingsOwner } from '../../../core/config/schema/compose.ts'
import type { ProviderDefinition } from '../../../core/plugin/provider.ts'

export interface Given {
  /** The text of tapline.yaml. */
  readonly yaml?: string
  /** The text of .env. */
  readonly dotenv?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly flags?: ConfigInput['flags']
  /** The file that was read before, from the directory. */
  readonly previously?: string
  /** Whether `.env` was read before. */
  readonly previouslyDotenv?: boolean
  /** Further files, by path. */
  readonly files?: Readonly<Record<string, string>>
  readonly settings?: readonly SettingsOwner[]
  readonly providerTypes?: readonly ProviderDefinition[]
}

/** Loads what is given, from a directory of its own. */
export async function load(given: Given): Promise<Config> {
  return await inDirectory(given, cwd => loadFrom(cwd, given))
}

/** The lines that an operator would see. */
export async function complaints(given: Given): Promise<string[]> {
  return await inDirectory(given, async cwd => (await problemsFrom(cwd, given)).map(problem => formatProblem(problem, cwd)))
}

export async function problems(given: Given): Promise<readonly Problem[]> {
  return await inDirectory(given, cwd => problemsFrom(cwd, given))
}

/** Runs something in a directory that holds the given files. */
export async function inDirectory<T>(given: Given, run: (cwd: string) => Promise<T>): Promise<T> {
  const cwd = await mkdtemp(join(tmpdir(), 'tapline-config-'))
  const files = {
    ...given.files,
    ...(given.yaml === undefined ? {} : { 'tapline.yaml': given.yaml }),
    ...(given.dotenv === undefined ? {} : { '.env': given.dotenv }),
  }
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(cwd, name)), { recursive: true })
      await writeFile(join(cwd, name), text)
    }
    return await run(cwd)
  } finally {
    await rm(cwd, { recursive: true })
  }
}

export async function loadFrom(
  cwd: string,
  { env = {}, flags, previously, previouslyDotenv = false, settings = [samplePlugin, samplePolicy], providerTypes = sampleTypes }: Given,
): Promise<Config> {
  const { config, problems } = await loadSound({
    cwd,
    env,
    flags,
    previous: { file: previously === undefined ? undefined : join(cwd, previously), dotenv: previouslyDotenv ? join(cwd, '.env') : undefined },
    settings,
    providerTypes,
  })
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}

async function problemsFrom(cwd: string, given: Given): Promise<readonly Problem[]> {
  try {
    await loadFrom(cwd, given)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

export const samplePlugin: SettingsOwner = {
  plugin: 'sample-cache',
  presence: 'cache.sample',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      enabled: { type: 'boolean', default: false, setting: 'cache.sample.enabled', env: 'SAMPLE_ENABLED' },
      ttl: { format: 'seconds', default: 3600, setting: 'cache.sample.redis.ttl', env: 'SAMPLE_TTL' },
      max_bytes: { format: 'size', default: '64M', setting: 'cache.sample.max_bytes', env: 'SAMPLE_MAX' },
      url: { type: 'string', secret: true, setting: 'cache.sample.redis.url', env: 'REDIS_URL', env_form: 'bare' },
      own: { type: 'string' },
    },
  },
}

export const samplePolicy: SettingsOwner = {
  plugin: 'sample-policy',
  schema: {
    type: 'object',
    properties: {
      key: { type: 'string', secret: true, setting: 'server.master_key', env: 'MASTER_KEY', env_form: 'prefixed' },
      backoff: { format: 'duration', default: '1s', setting: 'resilience.retry.initial_backoff', env: 'RETRY_INITIAL_BACKOFF' },
      factor: { type: 'number', default: 2, minimum: 1, setting: 'resilience.retry.backoff_factor', env: 'RETRY_BACKOFF_FACTOR' },
      statuses: {
        type: 'array',
        items: { anyOf: [{ type: 'integer' }, { type: 'string', enum: ['4xx', '5xx'] }] },
        default: [429],
        setting: 'resilience.retry.retry_on_statuses',
        env: 'RETRY_ON_STATUSES',
      },
      models: {
        type: 'array',
        identity: 'source',
        items: { type: 'object', additionalProperties: false, required: ['source'], properties: { source: { type: 'string' }, target: { type: 'string' } } },
        setting: 'virtual_models',
        env: 'VIRTUAL_MODELS',
      },
    },
  },
}

const facts = { dialects: ['openai-chat'], operations: {} } as const

export const openai: ProviderDefinition = { ...facts, name: 'openai', baseUrl: 'https://api.openai.com/v1', needs: ['api_key'] }
export const sampleTypes: readonly ProviderDefinition[] = [
  openai,
  { ...facts, name: 'anthropic', baseUrl: 'https://api.anthropic.com/v1', needs: ['api_key'] },
  { ...facts, name: 'openai-compatible', needs: ['base_url'] },
  {
    ...facts,
    name: 'azure',
    needs: ['api_key', 'base_url'],
    schema: { properties: { api_version: { type: 'string', default: '2024-10-21', env: 'API_VERSION' } } },
  },
  { ...facts, name: 'ollama', baseUrl: 'http://localhost:11434/v1', needsOneOf: ['base_url'] },
  { ...facts, name: 'vllm', baseUrl: 'http://localhost:8000/v1', needsOneOf: ['base_url', 'api_key'] },
  {
    ...facts,
    name: 'vertex',
    schema: { properties: { project: { type: 'string', env: 'PROJECT' }, location: { type: 'string', env: 'LOCATION' } }, required: ['project', 'location'] },
  },
  { ...facts, name: 'bedrock', needs: ['base_url'] },
  { ...facts, name: 'bedrock-mantle', needs: ['api_key'] },
  { ...facts, name: 'demo', fallback: true, schema: { properties: { pace: { type: 'integer', default: 7 } } } },
]
