/** Which version of the package runs. */

import { readFile } from 'node:fs/promises'
import { home } from '../plugin/resolve.ts'
import type { Services } from '../services/services.ts'

/** The version and, where the build recorded it, the commit. */
export async function packageVersion(): Promise<Services['version']> {
  const { version, gitHead } = JSON.parse(await readFile(new URL('package.json', home), 'utf8')) as { version: string; gitHead?: string }
  return { version, commit: process.env['TAPLINE_COMMIT'] ?? gitHead ?? 'unknown' }
}
