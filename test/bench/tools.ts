/** The programs that the bench borrows from the distribution. */

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const packages = { wrk: 'wrk', nginx: 'nginx-light' }

/** Debian keeps nginx where users' PATH does not look. */
export function addSystemFolders(): void {
  process.env.PATH = [process.env.PATH, '/usr/local/sbin', '/usr/sbin', '/sbin'].join(delimiter)
}

/** What to type so that the bench can run; `undefined` if nothing is missing. */
export function missingTools(): string | undefined {
  const missing = Object.entries(packages)
    .filter(([command]) => !isInstalled(command))
    .map(([, name]) => name)
  return missing.length === 0 ? undefined : `The bench needs ${missing.join(' and ')}: apt-get install -y --no-install-recommends ${missing.join(' ')}`
}

function isInstalled(command: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
