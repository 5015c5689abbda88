/** Finds, loads and sets up the package that an instance names. */

import { findModule } from '../../core/plugin/resolve.ts'
import type { SdkProvider } from './interface.ts'
import type { Settings } from './schema.ts'

type Create = (options: object) => SdkProvider

/** A package is loaded once; its provider is made once for each key. */
const loaded = new WeakMap<Settings, Promise<Create>>()
const made = new WeakMap<Settings, Map<string | undefined, SdkProvider>>()

/** @throws Error if it is not installed where the configuration is */
export function findPackage({ package: name, directory = process.cwd(), name: instance }: Settings): URL {
  const url = findModule(name, directory)
  if (url === undefined) throw new Error(`providers.${instance}.package: there is no package "${name}" in ${directory}: install it there`)
  return url
}

/** The package's provider, with the key that the call is to carry. @throws Error if it cannot be loaded, or takes other options */
export async function sdkOf(settings: Settings, key: string | undefined): Promise<SdkProvider> {
  const known = made.get(settings) ?? new Map<string | undefined, SdkProvider>()
  made.set(settings, known)
  const before = known.get(key)
  if (before !== undefined) return before
  const loading = loaded.get(settings) ?? load(settings)
  loaded.set(settings, loading)
  const create = await loading
  const { base_url: baseURL, options } = settings
  const provider = create({ ...(baseURL === undefined ? {} : { baseURL }), ...(key === undefined ? {} : { apiKey: key }), ...options })
  known.set(key, provider)
  return provider
}

async function load(settings: Settings): Promise<Create> {
  const module = (await import(findPackage(settings).href)) as Readonly<Record<string, unknown>>
  const { create: wanted } = settings
  const names = Object.keys(module).filter(name => typeof module[name] === 'function' && (wanted === undefined ? /^create[A-Z]/.test(name) : name === wanted))
  // Of several, the shortest name is the general one: createVertex beside createVertexAnthropic.
  const [name] = names.sort((one, other) => one.length - other.length)
  if (name !== undefined) return module[name] as Create
  throw new Error(`${settings.package} has no ${wanted ?? 'create function'}; it exports: ${Object.keys(module).join(', ')}`)
}
