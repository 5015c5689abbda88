/** The page on which the API can be read and tried: Swagger UI, from the installed package, with nothing from elsewhere. */

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Exchange, Reply } from '../../core/index.ts'
import { pageFile, redirect } from '../shared/page-file.ts'

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

/** What is taken from the package. */
const packaged: ReadonlySet<string> = new Set(['swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png'])

/** Answers `/swagger/…`; undefined where nothing is. */
export async function answerPage({ request: { path, basePath = '' } }: Exchange): Promise<Reply | undefined> {
  if (/^\/swagger\/?$/.test(path)) return redirect(`${basePath}/swagger/index.html`)
  const name = path.slice('/swagger/'.length)
  if (Object.hasOwn(ownFiles, name)) return pageFile(name, Buffer.from(ownFiles[name] as string), 'no-cache')
  if (!packaged.has(name)) return undefined
  return pageFile(name, await readFile(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`))), 'public, max-age=86400')
}
