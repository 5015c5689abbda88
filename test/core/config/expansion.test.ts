import { expect } from 'chai'
import { join } from 'node:path'
import { Template, Verbatim } from '../../../core/config/sources/template.ts'
import { complaints, inDirectory, load, loadFrom } from './given.ts'

const variables: Readonly<Record<string, string>> = { SET: 'value', OTHER: '${SET}' }
const resolve = (scheme: string, reference: string) => `<${scheme}|${reference}>`
const fill = (text: string | Verbatim) => new Template(text, name => variables[name]).fill(resolve)
const unresolved = (text: string | Verbatim) => new Template(text, name => variables[name]).unresolved

const filled: Readonly<Record<string, string>> = {
  plain: 'plain',
  '${SET}': 'value',
  'a-${SET}-b': 'a-value-b',
  '${SET:-default}': 'value',
  '${UNSET:-default}': 'default',
  '${UNSET:-}': '',
  '${UNSET:-a:b c}': 'a:b c',
  $SET: '$SET',
  '$${SET}': '${SET}',
  '${OTHER}': '${SET}',
  '${env:SET}': '<env|SET>',
  'x${file:/a/b}y${vault:kv/x}': 'x<file|/a/b>y<vault|kv/x>',
}

describe('placeholders', () => {
  for (const [text, value] of Object.entries(filled)) {
    it(`fills ${text} in as ${JSON.stringify(value)}`, () => {
      expect(fill(text)).to.equal(value)
      expect(unresolved(text)).to.deep.equal([])
    })
  }

  for (const text of ['${UNSET}', 'a ${UNSET} b', '${}', '${a b}', '${SET', '${A:-${SET}}', '${SET:-a${SET}']) {
    it(`leaves ${text} unresolved`, () => {
      expect(unresolved(text)).to.have.length.greaterThan(0)
    })
  }

  it('are not variables in text that came from a variable; references to secrets are', () => {
    expect(unresolved(new Verbatim('${SET}'))).to.deep.equal(['${SET}'])
    expect(fill(new Verbatim('${env:SET}'))).to.equal('<env|SET>')
  })
})

describe('expansion', () => {
  it('fills variables into the file, also where a number is wanted', async () => {
    const config = await load({ yaml: 'server: { port: "${P}", base_path: "${B:-/b}" }', env: { P: '9000' } })
    expect(config.values.server).to.include({ port: 9000, base_path: '/b' })
  })

  it('keeps line numbers when a value holds newlines', async () => {
    const lines = await complaints({ yaml: 'extensions: { x: "${TEXT}" }\nserver:\n  port: many', env: { TEXT: 'a\nb\nc' } })
    expect(lines).to.deep.equal(['tapline.yaml:3:3  /server/port  expected integer from 1 to 65535, got "many"'])
  })

  it('does not take YAML for structure', async () => {
    const config = await load({ yaml: 'extensions: { x: "${TEXT}" }', env: { TEXT: '{ a: 1 }' } })
    expect(config.values.extensions).to.deep.equal({ x: '{ a: 1 }' })
  })

  it('refuses a placeholder that stays unresolved, in a port as anywhere', async () => {
    expect(await complaints({ yaml: 'server:\n  port: ${NO_PORT}\n  base_path: a${NO_PATH}' })).to.deep.equal([
      'tapline.yaml:2:3  /server/port  ${NO_PORT} is not set; ${NO_PORT:-default} would give a default',
      'tapline.yaml:3:3  /server/base_path  ${NO_PATH} is not set; ${NO_PATH:-default} would give a default',
    ])
  })

  it('does not look at values that a variable overrides', async () => {
    const config = await load({
      yaml: 'server: { base_path: "${UNSET}", master_key: "${file:/no/such}" }',
      env: { TAPLINE_BASE_PATH: '/x', TAPLINE_MASTER_KEY: 'k' },
    })
    expect(config.values.server.base_path).to.equal('/x')
  })

  it('fills variables into JSON that stands in a variable, and not into other variables', async () => {
    const config = await load({ env: { TAPLINE_VIRTUAL_MODELS: '[{"source":"a","target":"${M}"}]', M: 'openai/x' } })
    expect(config.get('/virtual_models')).to.deep.equal([{ source: 'a', target: 'openai/x' }])
    expect(await complaints({ env: { TAPLINE_BASE_PATH: '/${M}', M: 'm' } })).to.deep.equal([
      'env TAPLINE_BASE_PATH  /server/base_path  a variable or flag cannot refer to another with ${…}; ${env:NAME} and ${file:/path} can',
    ])
  })

  it('reads secrets from variables and files, without one line end, and never scans them again', async () => {
    await inDirectory({ files: { key: 'file-${X}\n\n' } }, async cwd => {
      const config = await loadFrom(cwd, { env: { TAPLINE_MASTER_KEY: `\${env:A}|\${file:${join(cwd, 'key')}}`, A: '${B}' } })
      expect(config.get('/server/master_key')).to.equal('${B}|file-${X}\n')
    })
  })

  const failures: Readonly<Record<string, string>> = {
    '${env:UNSET}': 'cannot resolve ${env:...}: the variable is unset or empty',
    '${file:/no/such/file}': 'cannot resolve ${file:...}: no such file',
    '${file:relative}': 'cannot resolve ${file:...}: the path is not absolute',
    '${file:/}': 'cannot resolve ${file:...}: not a regular file',
    '${vault:a}': 'cannot resolve ${vault:...}: nothing resolves the scheme "vault"; it takes a plugin that does',
  }
  for (const [text, message] of Object.entries(failures)) {
    it(`says why it cannot resolve ${text}`, async () => {
      expect(await complaints({ yaml: `server:\n  master_key: "${text}"` })).to.deep.equal([`tapline.yaml:2:3  /server/master_key  ${message}`])
    })
  }

  it('says of a secret file that the system does not let it read no more than that', async () => {
    const path = `/${'x'.repeat(300)}`
    expect(await complaints({ yaml: `server:\n  master_key: "\${file:${path}}"` })).to.deep.equal([
      'tapline.yaml:2:3  /server/master_key  cannot resolve ${file:...}: the file cannot be read',
    ])
  })

  it('refuses secret files of more than 1 MiB', async () => {
    await inDirectory({ files: { big: 'x'.repeat(1024 * 1024 + 1) } }, async cwd => {
      const error = await loadFrom(cwd, { env: { TAPLINE_MASTER_KEY: `\${file:${join(cwd, 'big')}}` } }).catch((thrown: unknown) => thrown as Error)
      expect(error).to.have.property('message').that.contains('larger than 1 MiB')
    })
  })

  it('wants no secret reference where a number or a boolean stands', async () => {
    expect(await complaints({ yaml: 'server:\n  port: ${env:P}\n  allow_open: ${env:P}', env: { P: '1' } })).to.deep.equal([
      'tapline.yaml:2:3  /server/port  expected integer from 1 to 65535, got "${env:P}"',
      'tapline.yaml:3:3  /server/allow_open  expected true or false, got "${env:P}"',
    ])
  })
})
