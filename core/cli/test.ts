/** `tapline test`: runs the tests of plugins and providers on this Node; `tapline` and `tapline/testing` are this program's own, installed beside them or not. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'

const resolver = new URL(`../plugin/resolve${extname(import.meta.url)}`, import.meta.url)
const withHooks = `data:text/javascript,${encodeURIComponent(`import { installHooks } from ${JSON.stringify(resolver.href)}; installHooks()`)}`

/** @param files all `*.test.ts` and `*.test.js` below the working directory where none is named */
export async function runTests(files: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, ['--import', withHooks, '--test', ...files], { stdio: 'inherit' })
  const [code] = (await once(child, 'close')) as [number | null]
  process.exitCode = code ?? 1
}
