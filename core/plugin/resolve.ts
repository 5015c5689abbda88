/** Where a name in the configuration leads: a default plugin, a file, or an npm package. */

import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { dirname, isAbsolute, join, resolve as resolvePath } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export type Kind = 'plugin' | 'dialect' | 'provider' | 'migration'

/** What stands beside `core`, plugins and providers too: the repository as source, `dist` as built. */
const house = new URL('../../', import.meta.url)
/** The package's own root, where package.json and pipelines are. */
export const home = import.meta.url.endsWith('.ts') ? house : new URL('../', house)

const rooms: Readonly<Record<Kind, readonly string[]>> = {
  plugin: ['plugins/{}/index', 'plugins/storage/{}/index', 'plugins/vectors/{}/index'],
  dialect: ['plugins/dialects/{}/index'],
  provider: ['providers/{}', 'providers/{}/index'],
  migration: ['plugins/migrations/{}/index'],
}

/** What the package is imported as, and the files that are meant; `exports` of package.json says the same of what is built. */
export const ownModules: Readonly<Record<string, string>> = {
  tapline: 'core/index',
  'tapline/guardrail': 'plugins/shared/guard/index',
  'tapline/dialect': 'core/dialect',
  'tapline/store': 'core/store',
  'tapline/testing': 'core/testing/index',
}

/** The folders of the default set in which parts of a kind stand. */
export function foldersOf(kind: Kind): readonly URL[] {
  return [...new Set(rooms[kind].map(room => room.slice(0, room.indexOf('{'))))].map(folder => new URL(folder, house))
}

/** Where else a name may lead than to the default set and to packages. */
export interface Places {
  /** Directories in which names are looked for. */
  readonly searchPaths: readonly string[]
  /** Files by the names of the plugins that they hold. */
  readonly listed?: ReadonlyMap<string, string>
}

export interface Found {
  readonly url: URL
  /** Whether it belongs to the default set. */
  readonly isDefault: boolean
}

/** Whether a name is a path, relative to the file that says it. */
export function isPath(use: string): boolean {
  return use.startsWith('./') || use.startsWith('../') || isAbsolute(use) || use.startsWith('file:')
}

/** The same wherever it is said: a path as its file, which one written alike in another folder is not. */
export function nameFrom(use: string, from: string): string {
  return (isPath(use) ? pathOf(use, from) : undefined) ?? use
}

/**
 * Finds what `use` names.
 * @param from the directory that paths and packages are looked up from
 * @returns undefined if nothing of that name is there
 */
export function find(kind: Kind, use: string, from: string, { searchPaths, listed }: Places): Found | undefined {
  if (isPath(use)) return foreign(pathOf(use, from))
  const own = rooms[kind].map(room => ownFile(room.replace('{}', use))).find(url => url !== undefined)
  if (own !== undefined && /^[a-z0-9_-]+$/.test(use)) return { url: own, isDefault: true }
  const file = listed?.get(use)
  if (file !== undefined) return foreign(file)
  for (const directory of searchPaths) {
    const file = ['.ts', '.js', '/index.ts', '/index.js'].map(end => resolvePath(directory, use + end)).find(existsSync)
    if (file !== undefined) return foreign(file)
  }
  return fromPackage(use, from)
}

/** Undefined for what is no file of this machine. */
function pathOf(use: string, from: string): string | undefined {
  if (!use.startsWith('file:')) return resolvePath(from, use)
  try {
    return fileURLToPath(use)
  } catch {
    return undefined
  }
}

function foreign(file: string | undefined): Found | undefined {
  return file !== undefined && existsSync(file) ? { url: pathToFileURL(file), isDefault: false } : undefined
}

/** A file of this package, as source or as built. */
function ownFile(path: string): URL | undefined {
  return ['.ts', '.js'].map(end => new URL(path + end, house)).find(url => existsSync(url))
}

/** The file of a package, or of a path, as a module of the folder `from` would import it; `undefined` if it is not there. */
export function findModule(use: string, from: string): URL | undefined {
  return (isPath(use) ? foreign(pathOf(use, from)) : fromPackage(use, from))?.url
}

/** Node's own modules, and what lies elsewhere, are no packages. */
function fromPackage(use: string, from: string): Found | undefined {
  installHooks()
  try {
    const url = new URL(import.meta.resolve(`${packageScheme}${encodeURIComponent(from)}:${use}`))
    return url.protocol === 'file:' ? { url, isDefault: false } : undefined
  } catch {
    return undefined
  }
}

const packageScheme = 'tapline-package:'
let installed = false

/**
 * Lets plugins outside this package say `import … from 'tapline'` and get the running one, without an installation beside them;
 * and lets packages be found from the configuration's directory.
 */
export function installHooks(): void {
  if (installed) return
  installed = true
  registerHooks({
    resolve(specifier, context, next) {
      const own = ownModules[specifier]
      const url = own === undefined ? undefined : ownFile(own)
      if (url !== undefined) return { url: url.href, shortCircuit: true }
      if (!specifier.startsWith(packageScheme)) return next(specifier, context)
      const [from = '', use = ''] = specifier.slice(packageScheme.length).split(/:(.*)/s)
      return next(use, { ...context, parentURL: pathToFileURL(join(decodeURIComponent(from), 'tapline.yaml')).href })
    },
  })
}

/** The directory that a file's own paths are relative to. */
export function directoryOf(file: string | undefined, cwd: string): string {
  return file === undefined ? cwd : dirname(resolvePath(cwd, file))
}
