/** Where vectors are kept, as tapline.yaml and variables say it. */

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ConfigError, formatProblem } from '../../../core/config/problems/problems.ts'
import type { OptionsSchema } from '../../../core/index.ts'
import { explainPipeline } from '../../../core/pipeline/plan/explain.ts'
import { refusedUrl } from '../../../core/testing/port.ts'
import chooser from '../../../plugins/vectors/index.ts'
import embeddedStore from '../../../plugins/vectors/embedded/index.ts'
import pgvector from '../../../plugins/vectors/pgvector/index.ts'
import pinecone from '../../../plugins/vectors/pinecone/index.ts'
import qdrant from '../../../plugins/vectors/qdrant/index.ts'
import weaviate from '../../../plugins/vectors/weaviate/index.ts'
import { compile } from '../../support/compile.ts'
import { Folder } from '../../support/run-tapline.ts'
import { Served } from '../../support/serve.ts'
import { dimension } from './directions.ts'
import { FakePinecone } from './fakes/fake-pinecone.ts'
import { FakeQdrant } from './fakes/fake-qdrant.ts'

const semantic = (vectorStore?: object, more: object = {}) => ({
  cache: { response: { semantic: { embedder: { provider: 'openai' }, ...(vectorStore === undefined ? {} : { vector_store: vectorStore }), ...more } } },
})

/** What `tapline explain services` says of the store, its options by name. */
async function chosen(config: object, env: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  await using folder = await Folder.make({ 'tapline.yaml': config })
  const generation = await compile(join(folder.path, 'tapline.yaml'), env)
  try {
    const [, step = ''] =
      /^ {2}((?:embedded|qdrant|pgvector|pinecone|weaviate) .*\n(?: {6}.*\n)*)/m.exec(explainPipeline(generation.plans.get('services')!)) ?? []
    return step
      .split('\n')
      .map(line => line.trim().replace(/ {2}.*/, ''))
      .filter(line => line !== '')
  } finally {
    await generation.discard()
  }
}

async function problemsOf(config: object, env: Readonly<Record<string, string>> = {}): Promise<string> {
  await using folder = await Folder.make({ 'tapline.yaml': config })
  const cause = await compile(join(folder.path, 'tapline.yaml'), env).then(
    async generation => await generation.discard(),
    (cause: unknown) => cause,
  )
  return cause instanceof ConfigError ? cause.problems.map(problem => formatProblem(problem).replaceAll(`${folder.path}/`, '')).join('\n') : String(cause)
}

describe('the store of vectors', () => {
  const key = '<redacted>'
  const embedded = ['embedded', 'max_entries = 100000']
  const cases: readonly [string, object, Readonly<Record<string, string>>, readonly string[]][] = [
    ['nothing while there is no semantic cache', {}, {}, []],
    ['nothing while the semantic cache is off', semantic({ type: 'qdrant', qdrant: { url: 'http://q:6333' } }, { enabled: false }), {}, []],
    ['a file of this node, unless something is said', semantic(), {}, embedded],
    ['a file of this node, by variables alone', {}, { SEMANTIC_CACHE_ENABLED: 'true', SEMANTIC_CACHE_EMBEDDER_PROVIDER: 'openai' }, embedded],
    ['a file beside the SQLite database', semantic(), { SQLITE_PATH: '/x/base.db' }, [...embedded, 'sqlite_path = "/x/base.db"']],
    ['Qdrant', semantic({ type: 'qdrant', qdrant: { url: 'http://q:6333' } }), {}, ['qdrant', 'url = "http://q:6333"', 'collection = "tapline_semantic"']],
    [
      'Qdrant by variables',
      semantic(),
      {
        SEMANTIC_CACHE_VECTOR_STORE_TYPE: 'qdrant',
        SEMANTIC_CACHE_QDRANT_URL: 'https://q',
        SEMANTIC_CACHE_QDRANT_COLLECTION: 'c',
        SEMANTIC_CACHE_QDRANT_API_KEY: 'k',
      },
      ['qdrant', 'collection = "c"', 'url = "https://q"', `api_key = ${key}`],
    ],
    [
      'pgvector',
      semantic({ type: 'pgvector', pgvector: { url: 'postgresql://p', dimension: 3 } }),
      {},
      ['pgvector', `url = ${key}`, 'table = "tapline_semantic_cache"', 'dimension = 3'],
    ],
    [
      'pgvector by variables',
      semantic(),
      {
        SEMANTIC_CACHE_VECTOR_STORE_TYPE: 'pgvector',
        SEMANTIC_CACHE_PGVECTOR_URL: 'postgresql://p',
        SEMANTIC_CACHE_PGVECTOR_TABLE: 't',
        SEMANTIC_CACHE_PGVECTOR_DIMENSION: '1536',
      },
      ['pgvector', 'table = "t"', `url = ${key}`, 'dimension = 1536'],
    ],
    [
      'Pinecone',
      semantic({ type: 'pinecone', pinecone: { host: 'i.pinecone.io', api_key: 'k', dimension: 3, namespace: 'n' } }),
      {},
      ['pinecone', 'host = "i.pinecone.io"', `api_key = ${key}`, 'dimension = 3', 'namespace = "n"'],
    ],
    [
      'Pinecone by variables',
      semantic(),
      {
        SEMANTIC_CACHE_VECTOR_STORE_TYPE: 'pinecone',
        SEMANTIC_CACHE_PINECONE_HOST: 'h',
        SEMANTIC_CACHE_PINECONE_API_KEY: 'k',
        SEMANTIC_CACHE_PINECONE_NAMESPACE: 'n',
        SEMANTIC_CACHE_PINECONE_DIMENSION: '8',
      },
      ['pinecone', 'host = "h"', `api_key = ${key}`, 'namespace = "n"', 'dimension = 8'],
    ],
    [
      'Weaviate',
      semantic({ type: 'weaviate', weaviate: { url: 'http://w:8080' } }),
      {},
      ['weaviate', 'url = "http://w:8080"', 'class = "TaplineSemanticCache"'],
    ],
    [
      'Weaviate by variables',
      semantic(),
      {
        SEMANTIC_CACHE_VECTOR_STORE_TYPE: 'weaviate',
        SEMANTIC_CACHE_WEAVIATE_URL: 'https://w',
        SEMANTIC_CACHE_WEAVIATE_CLASS: 'Own',
        SEMANTIC_CACHE_WEAVIATE_API_KEY: 'k',
      },
      ['weaviate', 'class = "Own"', 'url = "https://w"', `api_key = ${key}`],
    ],
  ]
  for (const [name, config, env, expected] of cases) it(`is ${name}`, async () => expect(await chosen(config, env)).to.have.members(expected))

  type Broken = readonly [string, object, RegExp]
  const broken: readonly Broken[] = [
    ['a store that nobody knows', { type: 'qdrent' }, /vector_store\/type.*qdrent.*did you mean "qdrant"/],
    ['Qdrant without a URL', { type: 'qdrant' }, /vector_store\/qdrant\/url +missing/],
    ['Qdrant at what is no URL', { type: 'qdrant', qdrant: { url: 'q:6333' } }, /qdrant\/url/],
    ...['http://', 'http://q:99999', 'http://q r'].map((url): Broken => [
      `Qdrant at ${url}`,
      { type: 'qdrant', qdrant: { url } },
      /^tapline\.yaml:\d+:\d+ .*qdrant\/url/,
    ]),
    ['Weaviate at what is no URL', { type: 'weaviate', weaviate: { url: 'http://' } }, /weaviate\/url/],
    ['pgvector at what is no database', { type: 'pgvector', pgvector: { url: 'http://p', dimension: 3 } }, /pgvector\/url/],
    ['Pinecone at what is no host', { type: 'pinecone', pinecone: { host: 'no host', api_key: 'k', dimension: 3 } }, /pinecone\/host/],
    ['pgvector without a dimension', { type: 'pgvector', pgvector: { url: 'postgresql://p' } }, /vector_store\/pgvector\/dimension +missing/],
    ['pgvector with a dimension of 0', { type: 'pgvector', pgvector: { url: 'postgresql://p', dimension: 0 } }, /pgvector\/dimension/],
    ['pgvector with a table that is no name', { type: 'pgvector', pgvector: { url: 'postgresql://p', dimension: 3, table: 'a"; DROP' } }, /pgvector\/table/],
    ['Pinecone without a key', { type: 'pinecone', pinecone: { host: 'h', dimension: 3 } }, /vector_store\/pinecone\/api_key +missing/],
    ['Weaviate with a class in lower case', { type: 'weaviate', weaviate: { url: 'http://w', class: 'tapline' } }, /weaviate\/class/],
    ['a setting of no store', { type: 'qdrant', qdrant: { url: 'http://q', host: 'q' } }, /qdrant\/host/],
  ]
  for (const [name, vectorStore, expected] of broken) it(`cannot be ${name}`, async () => expect(await problemsOf(semantic(vectorStore))).to.match(expected))

  it('brings its client along only when it is asked: nothing of a client is loaded with the plugin', () => {
    const folder = join(import.meta.dirname, '../../../plugins/vectors')
    const loading = globSync('**/*.ts', { cwd: folder }).filter(file =>
      /^import (?!type )[^;\n]* from '(?![.]|node:)/m.test(readFileSync(join(folder, file), 'utf8')),
    )
    expect(loading, 'only the thread of the embedded vectors has files that load a package').to.deep.equal(['embedded/vector-file.ts'])
  })

  it('is not connected to while the semantic cache is off, and is when it is on', async () => {
    const { service } = await FakeQdrant.start()
    const at = { type: 'qdrant', qdrant: { url: service.url } }
    await (await Served.start({ config: semantic(at, { enabled: false }) })).close()
    expect(service.calls).to.deep.equal([])
    await (await Served.start({ config: semantic(at) })).close()
    expect(service.calls).to.not.be.empty
    await service.stop()
  })

  it('that is away makes the gateway degraded, and does not keep it from serving', async () => {
    await using served = await Served.start({ config: semantic({ type: 'qdrant', qdrant: { url: await refusedUrl() } }) })
    const { status, body } = await served.call('GET', '/health/ready')
    const said = JSON.parse(String(body)) as { readonly status: string; readonly checks: { readonly vectors: string } }
    expect([status, said.status, said.checks.vectors]).to.deep.equal([200, 'degraded', 'down'])
  })

  it('that was made for other vectors keeps the gateway from starting', async () => {
    const { service, apiKey } = await FakePinecone.start(dimension)
    const config = semantic({ type: 'pinecone', pinecone: { host: service.url, api_key: apiKey, dimension: 3 } })
    const cause = await Served.start({ config }).then(
      async served => await served.close(),
      (cause: Error) => cause.message,
    )
    expect(cause).to.include(`Pinecone: the index at ${service.url} holds vectors of dimension 8, not 3`)
    await service.stop()
  })
})

describe('docs/vectors.md', () => {
  const manual = readFileSync(new URL('../../../docs/vectors.md', import.meta.url), 'utf8')
  const block = 'cache.response.semantic.vector_store.'
  for (const { schema } of [chooser, embeddedStore, pgvector, pinecone, qdrant, weaviate]) {
    for (const { setting = '', env } of Object.values<OptionsSchema>(schema?.properties ?? {}).filter(option => option.setting?.startsWith(block))) {
      it(`describes ${setting} and its variable`, () =>
        expect(manual).to.contain(`| \`${setting.slice(block.length)}\` | ${env === undefined ? '' : `\`${env}\` `}|`))
    }
  }
})
