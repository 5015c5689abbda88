/** The page on which the API can be read and tried: Swagger UI, from the installed package, with nothing from elsewhere. */

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Reply, type Exchange } from '../../core/index.ts'

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tapline API</title>
<link rel="stylesheet" href="swagger-ui.css">
<link rel="icon" href="favicon-32x32.png">
</head>
<body>
<div id="page"></div>
<script src="swagger-ui-bundle.js"></script>
<script src="start.js"></script>
</body>
</html>
`

const start = `SwaggerUIBundle({ url: '../openapi.json', dom_id: '#page', deepLinking: true, docExpansion: 'none', validatorUrl: null, defaultModelsExpandDepth: -1 })\n`

const ownFiles: Readonly<Record<string, string>> = { 'index.html': html, 'start.js': start }

/** What is taken from the package, and how it is served. */
const types: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'start.js': 'text/javascript; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
  'favicon-32x32.png': 'image/png',
}

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const safety = ['Content-Security-Policy', policy, 'X-Content-Type-Options', 'nosniff', 'Referrer-Policy', 'no-referrer']

/** Answers `/swagger/…`; undefined where nothing is. */
export async function answerPage({ request: { path, basePath = '' } }: Exchange): Promise<Reply | undefined> {
  if (/^\/swagger\/?$/.test(path)) return new Reply({ status: 302, headers: ['Location', `${basePath}/swagger/index.html`] })
  const name = path.slice('/swagger/'.length)
  if (!Object.hasOwn(types, name)) return undefined
  const own = ownFiles[name]
  const body = own === undefined ? await readFile(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`))) : Buffer.from(own)
  return new Reply({
    status: 200,
    headers: ['Content-Type', types[name] as string, 'Cache-Control', own === undefined ? 'public, max-age=86400' : 'no-cache', ...safety],
    body,
  })
}
