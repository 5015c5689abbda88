/** A plugin that believes who the caller says he is, by `x-bound-to`: for tests of what callers reach who are confined to a user path. */

export const believer = `
import { definePlugin } from 'tapline'
export default definePlugin({
  name: 'believer',
  setup: () => ({ request(exchange) {
    const path = exchange.request.headers['x-bound-to']
    if (path !== undefined) exchange.caller = { method: 'api_key', userPath: path }
  } }),
})
`

/** The patch that puts the file `believer.ts`, beside the configuration, into a pipeline. */
export const believing = [{ insert: { use: './believer.ts' }, before: 'auth' }]
