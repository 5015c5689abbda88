/** Keeps what Node makes of the sources, for the next run and for the threads and processes that tests start. Coverage is measured without it: it would be less exact. */

import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

if (process.env['NODE_V8_COVERAGE'] === undefined) {
  process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url))
  enableCompileCache(process.env['NODE_COMPILE_CACHE'])
}
