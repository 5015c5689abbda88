/** Serves the dashboard: a page that anybody may load, since all that it shows comes from the admin API, for which it asks for a key. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { definePlugin, gatewayError, type Exchange } from '../../core/index.ts'
import { pageFile, redirect } from '../shared/page-file.ts'
import { builtPage } from './built-page.ts'
import { schema } from './schema.ts'

const place = '/admin/dashboard'
/** Their names change with what they hold. */
const forEver = 'public, max-age=31536000, immutable'

export default definePlugin({
  name: 'dashboard',
  description: 'Serves the dashboard.',
  schema,
  edits: false,
  setup({ options: { ui_enabled: shown, endpoints_enabled: served }, log }) {
    const page = shown && served ? builtPage() : undefined
    if (shown && served && page === undefined) log.warn('the dashboard is not there: it was not built (npm run page)')

    return {
      async request(exchange) {
        const { path, basePath = '' } = exchange.request
        const name = path.slice(place.length + 1)
        if (page === undefined || name.includes('/') !== page.assets.has(name)) return nothingHere(exchange)
        if (path.length === place.length) return redirect(`${basePath}${place}/`)
        if (page.assets.has(name)) return pageFile(name, await readFile(join(page.folder, name)), forEver)
        return pageFile('index.html', await readFile(join(page.folder, 'index.html')), 'no-cache')
      },
    }
  },
})

function nothingHere({ request: { path } }: Exchange) {
  return gatewayError('unknown_url', `nothing is served at ${path}`)
}
