/** Where Tapline keeps what nobody gave a place: in `./data` if that is there, else in the user's own data directory. */

import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

export interface DataPathDeps {
  readonly cwd: string
  readonly home: string
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The absolute path of a file or folder of this name. */
export function dataPath(
  name: string,
  { cwd, home, platform, env }: DataPathDeps = { cwd: process.cwd(), home: homedir(), platform: process.platform, env: process.env },
): string {
  const local = join(cwd, 'data')
  if (statSync(local, { throwIfNoEntry: false })?.isDirectory() === true) return join(local, name)
  switch (platform) {
    case 'win32':
      return join(env['LOCALAPPDATA'] || join(home, 'AppData', 'Local'), 'tapline', name)
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'tapline', name)
    default:
      return join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'tapline', name)
  }
}
