/** Loads plugins, dialects and providers by the names that configuration gives them. */

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, readdir, realpath } from 'node:fs/promises'
import { dirname, resolve as resolvePath } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ownTimer } from '../services/clock.ts'
import type { PluginDefinition } from './define.ts'
import type { Dialect, UpstreamDialect } from './dialect.ts'
import { inTime } from './in-time.ts'
import type { Migration } from './migration.ts'
import { whatFailed } from './module-error.ts'
import type { ProviderDefinition } from './provider.ts'
import { find, foldersOf, installHooks, isPath, type Kind, type Places } from './resolve.ts'

interface Definitions {
  readonly plugin: PluginDefinition
  readonly dialect: Dialect | UpstreamDialect
  readonly provider: ProviderDefinition
  readonly migration: Migration
}

export interface Loaded<Definition> {
  readonly definition: Definition
  readonly file: string
  /** SHA-256 of the file; changes when the plugin does. Empty for the default set. */
  readonly sha256: string
  readonly isDefault: boolean
}

/** Says why something named in configuration could not be loaded. */
export class LoadError extends Error {
  override readonly name = 'LoadError'
  readonly expected: string
  /** The names that would have been found, if that was the trouble. */
  readonly names: readonly string[] = []

  constructor(message: string, expected: string, cause?: unknown) {
    super(message, { cause })
    this.expected = expected
  }
}

export interface LoaderOptions extends Places {
  /** Whether plugins outside the default set may be loaded. */
  readonly foreignAllowed: boolean
  /** Milliseconds that a file may take to load; 10 s where absent. */
  readonly limitMs?: number
}

const loadLimitMs = 10_000

const members: Readonly<Record<Kind, (value: Record<string, unknown>) => boolean>> = {
  plugin: () => true,
  dialect: value => typeof value['conversation'] === 'function' || typeof value['upstream'] === 'object',
  provider: value => typeof value['operations'] === 'object',
  migration: value => typeof value['convert'] === 'function',
}

/** What was loaded of the default set, by kind and name: it stays what it is while the process runs. */
const ofDefaultSet = new Map<string, Loaded<Definitions[Kind]>>()

/**
 * @param from the directory that paths and packages are looked up from
 * @param pinned the SHA-256 that the file must have
 * @throws LoadError
 */
export async function load<K extends Kind>(kind: K, use: string, from: string, options: LoaderOptions, pinned?: string): Promise<Loaded<Definitions[K]>> {
  const known = pinned === undefined ? ofDefaultSet.get(`${kind} ${use}`) : undefined
  const loaded = known ?? (await loadAnew(kind, use, from, options, pinned))
  if (loaded.isDefault) ofDefaultSet.set(`${kind} ${use}`, loaded)
  return loaded as Loaded<Definitions[K]>
}

async function loadAnew<K extends Kind>(
  kind: K,
  use: string,
  from: string,
  options: LoaderOptions,
  pinned: string | undefined,
): Promise<Loaded<Definitions[K]>> {
  installHooks()
  const found = find(kind, use, from, options)
  if (found === undefined) throw await notFound(kind, use, from)
  if (!found.isDefault && !options.foreignAllowed)
    throw new LoadError(`${kind} "${use}" is not of the default set, and plugins.enabled is false`, `a ${kind} of the default set`)
  const file = fileURLToPath(found.url)
  const sha256 = found.isDefault
    ? ''
    : createHash('sha256')
        .update(await readModule(file, use))
        .digest('hex')
  if (pinned !== undefined && pinned.toLowerCase() !== sha256) throw new LoadError(`${use} has the SHA-256 ${sha256}`, `SHA-256 ${pinned}`)
  const definition = await importDefault(found.url, sha256, use, options.limitMs)
  if (!isDefinition(kind, definition)) throw notExported(kind, use)
  return { definition: definition as Definitions[K], file, sha256, isDefault: found.isDefault }
}

async function readModule(file: string, use: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (cause) {
    const { code = 'unknown reason' } = cause as NodeJS.ErrnoException
    const why = code === 'EISDIR' ? 'it is a folder' : code
    throw new LoadError(`${use} cannot be read (${why}): expected the path of a .ts or .js file`, 'the path of a .ts or .js file', cause)
  }
}

const namesOfDefaultSet = new Map<Kind, Promise<readonly string[]>>()

/** The names of the default set: what stands in any of the rooms of its kind. */
export function defaultNames(kind: Kind): Promise<readonly string[]> {
  const names = namesOfDefaultSet.get(kind) ?? readNames(kind)
  namesOfDefaultSet.set(kind, names)
  return names
}

async function readNames(kind: Kind): Promise<readonly string[]> {
  const names = await Promise.all(foldersOf(kind).map(folder => namesIn(folder, kind)))
  return names
    .flat()
    .filter(name => find(kind, name, '/', { searchPaths: [] })?.isDefault === true)
    .sort()
}

/** A provider may be a file, the others are folders. */
async function namesIn(folder: URL, kind: Kind): Promise<readonly string[]> {
  if (!existsSync(folder)) return []
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter(entry => entry.isDirectory() || (kind === 'provider' && /\.(ts|js)$/.test(entry.name) && !entry.name.endsWith('.d.ts')))
    .map(({ name }) => name.replace(/\.(ts|js)$/, ''))
}

interface Module {
  readonly default?: unknown
}

/** A module may wait for something before it is there, and wait for ever. */
async function importDefault(url: URL, sha256: string, use: string, limitMs = loadLimitMs): Promise<unknown> {
  let real = url
  try {
    if (sha256 !== '') real = await versionOf(url, sha256)
    const { default: definition } = await inTime(import(real.href) as Promise<Module>, 'its top level', limitMs, ownTimer)
    if (real !== url) imported.set(url.href + sha256, real)
    return definition
  } catch (cause) {
    throw new LoadError(whatFailed(use, real, cause), 'a module that loads', cause)
  }
}

/** Where files were when they were imported, by their names and what they held. */
const imported = new Map<string, URL>()

/** Node looks once where a link leads, but those of Kubernetes lead elsewhere after each change. What holds the same as before is the module that it was. */
async function versionOf(url: URL, sha256: string): Promise<URL> {
  return imported.get(url.href + sha256) ?? new URL(`?sha256=${sha256.slice(0, 16)}`, pathToFileURL(await realpath(url)))
}

function isDefinition(kind: Kind, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const definition = value as Record<string, unknown>
  return typeof definition['name'] === 'string' && members[kind](definition)
}

function notExported(kind: Kind, use: string): LoadError {
  const expected = `export default define${kind[0]?.toUpperCase() ?? ''}${kind.slice(1)}({ name, … })`
  return new LoadError(`${use} does not export a ${kind} as its default: expected ${expected}`, expected)
}

async function notFound(kind: Kind, use: string, from: string): Promise<LoadError> {
  const whole = ['.ts', '.js'].map(ending => use + ending).find(path => existsSync(resolvePath(from, path)))
  const meant = whole === undefined ? '' : `; did you mean "${isPath(use) ? whole : `./${whole}`}"?`
  const error = new LoadError(`there is no ${kind} "${use}"${meant}`, `a default ${kind}, an npm package, or a path to a .ts or .js file`)
  return Object.assign(error, { names: meant !== '' ? [] : [...(await defaultNames(kind)), ...(await filesNear(use, from))] })
}

/** Paths of the modules where a path leads, or would if a name were one. */
async function filesNear(use: string, from: string): Promise<readonly string[]> {
  const path = isPath(use) ? use : `./${use}`
  const entries = await readdir(dirname(resolvePath(from, path))).catch(() => [])
  return entries.filter(name => /\.(ts|js)$/.test(name)).map(name => path.slice(0, path.lastIndexOf('/') + 1) + name)
}
