/** Where lists are kept that nobody gave a folder: in `./.cache` if that is there, else in the user's own cache directory. */

import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { DataPathDeps } from '../../core/storage/data-path.ts'

export function cacheDirectory(
  { cwd, home, platform, env }: DataPathDeps = { cwd: process.cwd(), home: homedir(), platform: process.platform, env: process.env },
): string {
  const local = join(cwd, '.cache')
  if (statSync(local, { throwIfNoEntry: false })?.isDirectory() === true) return local
  switch (platform) {
    case 'win32':
      return join(env['LOCALAPPDATA'] || join(home, 'AppData', 'Local'), 'tapline', 'cache')
    case 'darwin':
      return join(home, 'Library', 'Caches', 'tapline')
    default:
      return join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'tapline')
  }
}
