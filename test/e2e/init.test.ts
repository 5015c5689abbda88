import { expect } from 'chai'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { chatCompletion } from '../../core/testing/chat-samples.ts'
import { expectError } from '../support/answer.ts'
import { Folder, tapline } from '../support/run-tapline.ts'
import { hello, Served } from '../support/serve.ts'

/** A block that the file has as a comment. */
function uncommented(text: string, block: string): string {
  const lines = text.split('\n')
  const start = lines.indexOf(`# ${block}:`)
  const length = lines.slice(start).findIndex(line => !line.startsWith('# '))
  return lines.toSpliced(start, length, ...lines.slice(start, start + length).map(line => line.slice(2))).join('\n')
}

describe('what "tapline init" writes', () => {
  let folder: Folder
  let text: string
  const read = (name: string) => readFile(join(folder.path, name), 'utf8')

  before(async () => {
    folder = await Folder.make({ 'package.json': '{ "type": "module" }' })
    expect((await tapline(folder, 'init')).code).to.equal(0)
    text = await read('tapline.yaml')
  })
  after(() => folder[Symbol.asyncDispose]())

  it('is right as it is', async () => {
    const { code, stdout, stderr } = await tapline(folder, 'check')
    expect([code, stderr.replace(/^warning: the provider openai is not registered.*\n/m, '')]).to.deep.equal([0, ''])
    expect(stdout).to.match(/: ok, /)
  })

  for (const block of ['virtual_models', 'guardrails']) {
    it(`is right with ${block}, once that is no comment any more`, async () => {
      await folder.write('tapline.yaml', uncommented(text, block))
      const { code, stderr } = await tapline(folder, 'check')
      expect(code, stderr).to.equal(0)
    })
  }

  it('uses what "tapline new plugin no-secrets" writes, once its pipelines are no comment any more', async () => {
    expect(text).to.include('"tapline new plugin no-secrets"')
    expect((await tapline(folder, 'new', 'plugin', 'no-secrets')).code).to.equal(0)
    await folder.write('tapline.yaml', uncommented(text, 'pipelines'))
    const { code, stderr } = await tapline(folder, 'check')
    expect(code, stderr).to.equal(0)
    const { pipelines } = parse(await read('tapline.yaml')) as { readonly pipelines: object }
    await using served = await Served.start({ files: { 'no-secrets.ts': await read('no-secrets.ts') }, config: { pipelines } })
    served.upstream.always({ body: chatCompletion({ content: 'Try AKIAIOSFODNN7EXAMPLE.' }) })
    expectError(await served.chat({ ...hello, messages: [{ role: 'user', content: 'AKIAIOSFODNN7EXAMPLE' }] }), { status: 400, code: 'pattern_found' })
    expect((await served.chat()).body.toString()).to.include('Try [redacted].')
  })

  it('is beside a test of the plugin that passes', async () => {
    const { code, stdout } = await tapline(folder, 'test', 'no-secrets.test.ts')
    expect(code, stdout).to.equal(0)
    expect(stdout).to.match(/pass 2\b/)
  })
})
