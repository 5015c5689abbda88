/** Ends the servers that tests asked for, and says what could not be tested. */

import { closeServers } from './support/servers.ts'

export const mochaHooks = {
  async afterAll(this: Mocha.Context) {
    this.timeout(180_000)
    const missing = await closeServers()
    if (missing.length > 0) console.warn(`Not tested: ${missing.join('. ')}.`)
  },
}
