/** What a gateway without a response cache loads of it. */

import { execFile } from 'node:child_process'
import { relative } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'

const root = new URL('../../', import.meta.url)
const plugins = [
  'cache-exact',
  'cache-semantic',
  'prompt-cache',
  'vectors',
  'vectors/embedded',
  'vectors/pgvector',
  'vectors/pinecone',
  'vectors/qdrant',
  'vectors/weaviate',
]

/** In a process of its own: loads the plugins, and says which files came with them. */
const loading = `
import { registerHooks } from 'node:module'
const loaded = []
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context) } })
for (const url of ${JSON.stringify(plugins.map(name => new URL(`plugins/${name}/index.ts`, root).href))}) await import(url)
console.log(JSON.stringify(loaded))`

describe('the caches that are off', () => {
  it('load nothing but what they are called and what may be said of them', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', loading])
    const files = (JSON.parse(stdout) as string[]).filter(url => url.startsWith('file:')).map(url => relative(root.pathname, new URL(url).pathname))
    const own = files.filter(file => /^(plugins|core\/cache)\//.test(file) && !/\/(index|schema)\.ts$/.test(file))
    expect(own).to.deep.equal(['plugins/shared/cache/settings.ts'])
  })
})
