/** Serves the dashboard: a page that anybody may load, since all that it shows comes from the admin API, for which it asks for a key. */

import { definePlugin, gatewayError, Reply, type Exchange } from '../../core/index.ts'
import { pageFile, redirect } from '../shared/page-file.ts'
import { builtPage, pageFolder, type BuiltFile } from './built-page.ts'
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
    const folder = shown && served ? pageFolder() : undefined
    if (shown && served && folder === undefined) log.warn('the dashboard is not there: it was not built (npm run page)')
    /** Read for the first who asks for it: most starts and reloads are for nobody who does. */
    let page: ReturnType<typeof builtPage> | undefined

    return {
      request(exchange) {
        const { path, basePath = '' } = exchange.request
        if (folder === undefined) return nothingHere(exchange)
        if (path.length === place.length) return redirect(`${basePath}${place}/`)
        const asked = path.slice(place.length + 1)
        // What the menu leads to is all the same document.
        const name = /[./]/.test(asked) ? asked : 'index.html'
        const file = (page ??= builtPage(folder)).get(name)
        return file === undefined ? nothingHere(exchange) : answer(name, file, exchange)
      },
    }
  },
})

function nothingHere({ request: { path } }: Exchange) {
  return gatewayError('unknown_url', `nothing is served at ${path}`)
}

function answer(name: string, { body, encoded, etag }: BuiltFile, { request }: Exchange): Reply {
  const keptFor = name === 'index.html' ? 'no-cache' : forEver
  const kept = ['ETag', etag, ...(encoded.size === 0 ? [] : ['Vary', 'Accept-Encoding'])]
  if (listed(request, 'if-none-match').includes(etag)) return new Reply({ status: 304, headers: ['Cache-Control', keptFor, ...kept] })
  const accepted = listed(request, 'accept-encoding')
  const [encoding, smaller] = [...encoded].find(([each]) => accepted.some(said => accepts(said, each))) ?? []
  return pageFile(name, smaller ?? body, keptFor, encoding === undefined ? kept : [...kept, 'Content-Encoding', encoding])
}

function listed({ headers }: Exchange['request'], name: string): readonly string[] {
  return (headers[name] ?? '').toString().split(/\s*,\s*/)
}

/** @param said as `gzip`, or `gzip;q=0.5` */
function accepts(said: string, encoding: string): boolean {
  const [name, weight = 'q=1'] = said.toLowerCase().split(/\s*;\s*/)
  return name === encoding && !/^q=0(\.0*)?$/.test(weight)
}
