/** The chart: its values are described and used. Where Helm is installed, what it renders is looked at; where it is not, the test says so. */

import { execFile, spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Ajv } from 'ajv'
import { expect } from 'chai'
import { parse, parseAllDocuments } from 'yaml'
import { filesFor, page } from '../docs/manual.ts'
import { compile } from '../support/compile.ts'
import { Folder, Tapline } from '../support/run-tapline.ts'
import manifest from '../../package.json' with { type: 'json' }

interface Tree {
  readonly [name: string]: unknown
}

const chart = join(import.meta.dirname, '../../deploy/chart')
const read = (name: string) => readFileSync(join(chart, name), 'utf8')
const values = parse(read('values.yaml')) as Tree
const schema = JSON.parse(read('values.schema.json')) as { readonly properties: Readonly<Record<string, unknown>> }
const templates = globSync('templates/*', { cwd: chart }).map(read).join('')
const hasHelm = spawnSync('helm', ['version']).status === 0

describe('the chart', () => {
  it('has values that fit their schema, which names each of them', () => {
    expect(faultsOf(values)).to.deep.equal([])
    expect(Object.keys(schema.properties).filter(name => name !== 'global')).to.have.members(Object.keys(values))
  })

  it('uses all of its values, and no other', () => {
    const used = [...templates.matchAll(/\.Values\.([\w.]+)/g)].map(([, path = '']) => path)
    expect(used.filter(path => !isThere(path))).to.deep.equal([])
    expect(Object.keys(values).filter(name => !used.some(path => path === name || path.startsWith(`${name}.`)))).to.deep.equal([])
  })

  it('takes the values of the manual, whose configuration compiles', async () => {
    const manual = page('docs/deployment.md')
    const shown = parse(manual.blocks.find(({ note }) => note === 'values')?.text ?? '') as Tree
    expect(faultsOf(shown)).to.deep.equal([])
    await using folder = await Folder.make({ ...filesFor(manual), 'tapline.yaml': shown['config'] as object })
    const env = { TAPLINE_POSTGRES_URL: 'postgresql://db.internal/tapline' }
    await (await compile(join(folder.path, 'tapline.yaml'), env)).discard()
  })

  it('installs the program of its own version', () => {
    expect(parse(read('Chart.yaml'))).to.include({ appVersion: manifest.version })
  })

  it('gives a pod longer to end than the gateway takes by default', async () => {
    await using folder = await Folder.make()
    const { stdout } = await new Tapline(folder, ['config', 'show']).ended
    const [, totalMs = 'not shown'] = /^server\.shutdown\.total_timeout = (\d+)/m.exec(stdout) ?? []
    expect(Number(values['terminationGracePeriodSeconds'])).to.be.above(Number(values['lingerSeconds']) + Number(totalMs) / 1000)
  })

  describe('as Helm renders it', () => {
    before(function () {
      if (!hasHelm) {
        console.log('      there is no Helm here: what it makes of the chart is not tested')
        this.skip()
      }
    })

    it('starts the gateway with its configuration, keys and disk', async () => {
      const [secret, configuration, service, set] = await render({
        secret: { TAPLINE_MASTER_KEY: 'sk-1' },
        config: { metrics: { enabled: true } },
        files: { 'a.ts': '1' },
      })
      expect(secret).to.have.nested.property('stringData.TAPLINE_MASTER_KEY', 'sk-1')
      expect(parse(String((configuration?.['data'] as Tree | undefined)?.['tapline.yaml']))).to.deep.equal({ metrics: { enabled: true } })
      expect(configuration).to.have.nested.property('data.a\\.ts', '1')
      expect(service)
        .to.have.nested.property('spec.selector')
        .that.deep.equals((set as { spec: { selector: { matchLabels: Tree } } }).spec.selector.matchLabels)
      expect(set).to.have.nested.property('spec.template.spec.containers[0].envFrom[0].secretRef.name', 'gw-tapline')
      expect(set).to.have.nested.property('spec.template.spec.enableServiceLinks', false)
      expect(set).to.have.nested.property('spec.volumeClaimTemplates[0].metadata.name', 'data')
    })

    it('takes a secret that is there', async () => {
      const [configuration, , set] = await render({ existingSecret: 'keys' })
      expect(configuration).to.include({ kind: 'ConfigMap' })
      expect(set).to.have.nested.property('spec.template.spec.containers[0].envFrom[0].secretRef.name', 'keys')
    })

    for (const [what, given, message] of [
      ['no master key', {}, 'set existingSecret to a secret with TAPLINE_MASTER_KEY'],
      ['several replicas of SQLite', { existingSecret: 'keys', replicas: 2 }, 'several replicas need one database'],
      ['a value that there is not', { existingSecret: 'keys', replica: 2 }, 'Additional property replica is not allowed'],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const said = await render(given).then(
          () => 'nothing',
          (cause: { readonly stderr: string }) => cause.stderr,
        )
        expect(said).to.include(message)
      })
    }
  })
})

function faultsOf(given: Tree): readonly unknown[] {
  const check = new Ajv({ strict: false }).compile(schema)
  return check(given) ? [] : (check.errors ?? [])
}

function isThere(path: string): boolean {
  let at: unknown = values
  for (const name of path.split('.')) {
    // What is in these is named by whoever installs the chart.
    if (at === values['secret']) return true
    if (typeof at !== 'object' || at === null || !(name in at)) return false
    at = (at as Tree)[name]
  }
  return true
}

async function render(given: Tree): Promise<readonly Tree[]> {
  await using folder = await Folder.make({ 'values.yaml': given })
  const { stdout } = await promisify(execFile)('helm', ['template', 'gw', chart, '--values', join(folder.path, 'values.yaml')])
  return parseAllDocuments(stdout)
    .map(document => document.toJS() as Tree | null)
    .filter(document => document !== null)
}
