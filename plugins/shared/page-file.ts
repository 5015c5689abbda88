/** Files of a page that the gateway serves, and what keeps its reader's browser to that page. */

import { extname } from 'node:path'
import { Reply } from '../../core/index.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const safety = ['Content-Security-Policy', policy, 'X-Content-Type-Options', 'nosniff', 'Referrer-Policy', 'no-referrer']

/** @param name tells the type by its ending @param keptFor as `Cache-Control` says it @param more headers, flat */
export function pageFile(name: string, body: Buffer, keptFor: string, more: readonly string[] = []): Reply {
  const type = types[extname(name)] ?? 'application/octet-stream'
  return new Reply({ status: 200, headers: ['Content-Type', type, 'Cache-Control', keptFor, ...safety, ...more], body })
}

/** @param to an absolute path, below the gateway's base path */
export function redirect(to: string): Reply {
  return new Reply({ status: 302, headers: ['Location', to] })
}
