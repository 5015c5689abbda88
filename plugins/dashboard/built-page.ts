/** The page that `npm run page` builds of `dashboard/`, as it lies in memory. */

import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface BuiltFile {
  readonly body: Buffer
  /** The same, as the build has compressed it, by content encoding; the smallest first. */
  readonly encoded: ReadonlyMap<string, Buffer>
  readonly etag: string
}

/** From a clone, and from the package, whose programs stand in `dist` themselves. */
const places = ['../../dist/page', '../../page']
const encodings: readonly (readonly [encoding: string, ending: string])[] = [
  ['br', '.br'],
  ['gzip', '.gz'],
]

/** Where the page lies; undefined where none was built. */
export function pageFolder(): string | undefined {
  return places.map(place => fileURLToPath(new URL(place, import.meta.url))).find(path => existsSync(join(path, 'index.html')))
}

/** Its files by their names, as the page asks for them. */
export function builtPage(folder: string): ReadonlyMap<string, BuiltFile> {
  const names = globSync('**/*.*', { cwd: folder }).map(name => name.replaceAll('\\', '/'))
  const read = (name: string) => readFileSync(join(folder, name))
  return new Map(
    names
      .filter(name => !encodings.some(([, ending]) => name.endsWith(ending)))
      .map(name => {
        const body = read(name)
        const encoded = encodings.filter(([, ending]) => names.includes(name + ending)).map(([encoding, ending]) => [encoding, read(name + ending)] as const)
        return [name, { body, encoded: new Map(encoded), etag: `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` }]
      }),
  )
}
