import { expect } from 'chai'
import { parseDotenv } from '../../../../core/config/sources/dotenv.ts'
import { complaints, load } from '../given.ts'

const values: Readonly<Record<string, string | undefined>> = {
  'A=b': 'b',
  'A = b ': 'b',
  'export A=b': 'b',
  '  A=b # a comment': 'b',
  'A=b#c': 'b#c',
  'A=': '',
  'A= # nothing': '',
  'A="b c"': 'b c',
  "A='b c' # a comment": 'b c',
  "A='$B \\n'": '$B \\n',
  'A="x\\ny\\tz \\"q\\" \\\\"': 'x\ny\tz "q" \\',
  'A="x\\dy"': 'x\\dy',
  'A=${B}': '${B}',
  'A="two\nlines"': 'two\nlines',
  'A=b\r\n': 'b',
  '\uFEFFA=b': 'b',
  'A=x=y': 'x=y',
}

describe('.env', () => {
  for (const [text, value] of Object.entries(values)) {
    it(`reads ${JSON.stringify(text)}`, () => {
      const { entries, malformed } = parseDotenv(text)
      expect(malformed).to.deep.equal([])
      expect(entries.get('A')?.value).to.equal(value)
    })
  }

  for (const text of ['A', 'A b', '=b', 'A="b', "A='b", 'A="b" c', '9A=b']) {
    it(`does not read ${JSON.stringify(text)}`, () => {
      expect(parseDotenv(`X=1\n\n# comment\n${text}\nZ=3`)).to.deep.include({ malformed: [4] })
    })
  }

  it('is fatal with its line when malformed, and the line is not shown', async () => {
    expect(await complaints({ dotenv: 'A=b\nsk-secret\n' })).to.deep.equal(['.env:2  expected KEY=value'])
  })

  it('warns when a name stands twice, and the last one counts', async () => {
    const config = await load({ dotenv: 'TAPLINE_BASE_PATH=/a\nTAPLINE_BASE_PATH=/b' })
    expect(config.values.server.base_path).to.equal('/b')
    expect(config.warnings).to.deep.equal(['.env gives TAPLINE_BASE_PATH more than once; the last value counts'])
  })

  it('fills only the gaps of the process environment, and says which', async () => {
    const config = await load({ dotenv: 'PORT=9001\nTAPLINE_BASE_PATH=/dotenv\nTAPLINE_LOG_LEVEL=debug', env: { PORT: '9000', TAPLINE_LOG_LEVEL: ' ' } })
    expect([config.values.server.port, config.source('/server/port')]).to.deep.equal([9000, 'env:PORT'])
    expect([config.values.server.base_path, config.source('/server/base_path')]).to.deep.equal(['/dotenv', 'dotenv:TAPLINE_BASE_PATH'])
    expect([config.values.logging_runtime.level, config.source('/logging_runtime/level')]).to.deep.equal(['debug', 'dotenv:TAPLINE_LOG_LEVEL'])
    expect(config.dotenvNames).to.deep.equal(['TAPLINE_BASE_PATH', 'TAPLINE_LOG_LEVEL'])
  })

  it('must still be there where it was read before, and not where it was not', async () => {
    expect((await load({ dotenv: 'PORT=9001' })).dotenv).to.match(/\/\.env$/)
    expect((await load({})).dotenv).to.equal(undefined)
    expect(await complaints({ previouslyDotenv: true })).to.deep.equal(['.env  does not exist'])
    expect(await complaints({ previouslyDotenv: true, dotenv: '' })).to.deep.equal([])
  })

  it('is pointed at by name and line when a value in it is wrong', async () => {
    expect(await complaints({ dotenv: '\nTAPLINE_LOG_LEVEL=loud' })).to.deep.equal([
      '.env:2  TAPLINE_LOG_LEVEL  /logging_runtime/level  expected one of debug, info, warn, error, got "loud"',
    ])
  })
})
