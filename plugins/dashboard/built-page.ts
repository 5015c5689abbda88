/** Where the page lies that `npm run page` builds of `dashboard/`. */

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface BuiltPage {
  readonly folder: string
  /** As the page asks for them. */
  readonly assets: ReadonlySet<string>
}

/** From a clone, and from the package, whose programs stand in `dist` themselves. */
const places = ['../../dist/page', '../../page']

/** Undefined where none was built. */
export function builtPage(): BuiltPage | undefined {
  const folder = places.map(place => fileURLToPath(new URL(place, import.meta.url))).find(path => existsSync(join(path, 'index.html')))
  return folder === undefined ? undefined : { folder, assets: new Set(readdirSync(join(folder, 'assets')).map(name => `assets/${name}`)) }
}
