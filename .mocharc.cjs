/** How tests are run: `npm test` runs files side by side, `npx mocha <file>` in one process. */

'use strict'

const { availableParallelism } = require('node:os')

module.exports = {
  recursive: true,
  extension: ['test.ts'],
  ignore: ['test/fixtures/**'],
  // The last one gives a run a minute to end: those before it end what they began first.
  require: ['./test/compiled.ts', './test/servers.ts', './test/patience.ts', './test/left-open.ts'],
  // Long enough for a machine that is busy with something else: only what hangs ends by it.
  timeout: 180_000,
  forbidOnly: true,
  // Each process takes about a gigabyte. With one, mocha cannot load these tests.
  jobs: Math.max(2, Math.min(4, availableParallelism())),
}
