import { expect } from 'chai'
import { composeSchema } from '../../../core/config/schema/compose.ts'
import { readValue } from '../../../core/config/schema/read.ts'
import { Report } from '../../../core/config/problems/report.ts'
import { envSettings } from '../../../core/config/schema/schema.ts'
import type { SettingsOwner } from '../../../core/config/schema/compose.ts'
import type { EnvSetting } from '../../../core/config/schema/schema.ts'
import { defaultNames, load as loadPlugin } from '../../../core/plugin/load.ts'
import { complaints, load, samplePlugin, samplePolicy } from './given.ts'

const settings = envSettings(composeSchema([samplePlugin, samplePolicy], [], new Report()))

/** Two values that the setting may have, neither its default, as YAML and a variable write them. */
function samples({ schema, pointer }: EnvSetting): readonly [string, string] {
  if (pointer === '/plugins/load') return ['[{ file: a.ts }]', 'b.ts']
  if (pointer === '/virtual_models') return ['[{ source: a }]', '[{"source":"a","target":"b"}]']
  if (pointer === '/server/client_ip_header') return ['X-Yaml', 'X-Variable']
  if (schema.items?.format === 'network') return ['["10.0.0.1", "loopback"]', '10.0.0.2,private']
  if (schema.enum !== undefined) return [schema.enum[0], schema.enum[3] ?? schema.enum[1]].map(String) as [string, string]
  if (schema.type === 'array') return ['[400, 401]', '500,501']
  if (schema.type === 'boolean') return [schema.default === true ? 'no' : 'yes', schema.default === true ? '0' : '1']
  if (schema.format !== undefined)
    return { size: ['2M', '4096'], seconds: ['45', '2m'], duration: ['3s', '250ms'], uri: ['', ''], regex: ['', ''], network: ['', ''] }[schema.format] as [
      string,
      string,
    ]
  return schema.type === 'string' ? ['/yaml', '/variable'] : ['3', '4']
}

function spellings({ env, form }: EnvSetting): string[] {
  return form === 'bare' ? [env] : [`TAPLINE_${env}`, `GOMODEL_${env}`, ...(form === 'any' ? [env] : [])]
}

function yamlOf(pointer: string, text: string): string {
  return `${pointer
    .split('/')
    .slice(1)
    .map((key, depth) => `${'  '.repeat(depth)}${key}:`)
    .join('\n')} ${text}\n`
}

describe('every setting that has a variable', () => {
  for (const setting of settings) {
    const { pointer, schema } = setting
    const [inFile, inVariable] = samples(setting)
    const yaml = yamlOf(pointer, inFile)
    const meant = (text: string) =>
      readValue(schema, schema.type === 'array' && !text.startsWith('[') ? listOf(schema.env_items, text) : schema.type === 'array' ? parseItems(text) : text)

    it(`${pointer}: is given by the file`, async () => {
      const config = await load({ yaml })
      expect(config.get(pointer)).to.deep.equal(meant(inFile))
      expect(config.source(pointer)).to.equal(`yaml:${yaml.trimEnd().split('\n').length}`)
    })

    for (const name of spellings(setting)) {
      it(`${pointer}: is given by ${name}, also over the file`, async () => {
        for (const config of [await load({ env: { [name]: inVariable } }), await load({ yaml, env: { [name]: inVariable } })]) {
          expect(config.get(pointer)).to.deep.equal(meant(inVariable))
          expect(config.source(schema.identity === undefined ? pointer : `${pointer}/0`)).to.equal(`env:${name}`)
        }
      })
    }
  }
})

function listOf(members: readonly [string, string] | undefined, text: string): unknown[] {
  return text.split(',').map(item => (members === undefined ? item : { [members[0]]: item }))
}

function parseItems(text: string): unknown {
  return JSON.parse(text.replaceAll(/([a-z_]+): ?([a-z.]+)/g, '"$1":"$2"'))
}

describe('the spellings of a variable', () => {
  it('are tried in order: TAPLINE_, GOMODEL_, bare; only the one that is taken is warned of', async () => {
    const env = { TAPLINE_BASE_PATH: '/1', GOMODEL_BASE_PATH: '/2', BASE_PATH: '/3' }
    expect((await load({ env })).values.server.base_path).to.equal('/1')
    expect((await load({ env })).warnings).to.deep.equal([])
    const compatible = await load({ env: { ...env, TAPLINE_BASE_PATH: undefined } })
    expect([compatible.values.server.base_path, compatible.warnings]).to.deep.equal([
      '/2',
      ['GOMODEL_BASE_PATH is read for now; its name here is TAPLINE_BASE_PATH'],
    ])
    const bare = await load({ env: { BASE_PATH: '/3' } })
    expect([bare.values.server.base_path, bare.warnings]).to.deep.equal(['/3', ['BASE_PATH is read for now; its name here is TAPLINE_BASE_PATH']])
  })

  it('are not hidden by a blank one of higher rank', async () => {
    expect((await load({ env: { TAPLINE_BASE_PATH: ' ', BASE_PATH: '/3' } })).values.server.base_path).to.equal('/3')
  })

  it('warn of GOMODEL_ names only while COMPAT_WARN is not false, and of bare names always', async () => {
    const config = await load({ env: { TAPLINE_COMPAT_WARN: 'false', GOMODEL_BASE_PATH: '/2', LOG_LEVEL: 'debug' } })
    expect(config.warnings).to.deep.equal(['LOG_LEVEL is read for now; its name here is TAPLINE_LOG_LEVEL'])
  })

  it('have no bare form where the word is too common', async () => {
    const config = await load({ env: { MASTER_KEY: 'k' } })
    expect(config.get('/server/master_key')).to.equal(undefined)
  })

  it('warns of a variable of its own prefix that is nearly one that is read', async () => {
    const config = await load({
      env: {
        TAPLINE_LOG_LEVL: 'debug',
        TAPLINE_CONFIG_STRCT: 'no',
        TAPLINE_SAMPLE_TLT: '1',
        TAPLINE_COMMIT: 'c0ffee',
        LOG_LEVL: 'debug',
        TAPLINE_LOG_LEVEL: 'info',
      },
    })
    expect(config.warnings).to.deep.equal([
      'TAPLINE_CONFIG_STRCT is not read; did you mean "TAPLINE_CONFIG_STRICT"?',
      'TAPLINE_LOG_LEVL is not read; did you mean "TAPLINE_LOG_LEVEL"?',
      'TAPLINE_SAMPLE_TLT is not read; did you mean "TAPLINE_SAMPLE_TTL"?',
    ])
  })

  it('have only the bare form where the name belongs to somebody else, and a prefixed one is warned of', async () => {
    const config = await load({ env: { TAPLINE_PORT: '1', GOMODEL_REDIS_URL: 'redis://x' } })
    expect(config.values.server.port).to.equal(8080)
    expect(config.warnings).to.have.members(['TAPLINE_PORT is not read; the variable is PORT', 'GOMODEL_REDIS_URL is not read; the variable is REDIS_URL'])
  })

  for (const [word, level] of Object.entries({ INFO: 'info', Warning: 'warn', ERR: 'error', dbg: 'debug' })) {
    it(`give the level ${level} in the word ${word}`, async () => {
      expect((await load({ env: { TAPLINE_LOG_LEVEL: word } })).values.logging_runtime.level).to.equal(level)
    })
  }

  it('are named by errors as they were written', async () => {
    expect(await complaints({ env: { GOMODEL_RETRY_INITIAL_BACKOFF: 'fast', LOG_LEVEL: 'loud' } })).to.deep.equal([
      'env GOMODEL_RETRY_INITIAL_BACKOFF  /resilience/retry/initial_backoff  expected duration such as 500ms, got "fast"',
      'env LOG_LEVEL  /logging_runtime/level  expected one of debug, info, warn, error, got "loud"',
    ])
  })
})

describe('the settings of the default set', () => {
  const owners: SettingsOwner[] = []
  before(async () => {
    for (const plugin of await defaultNames('plugin')) {
      const { schema } = (await loadPlugin('plugin', plugin, '/', { searchPaths: [], foreignAllowed: false })).definition
      if (schema !== undefined) owners.push({ plugin, schema })
    }
  })

  it('have variables of three spellings but those whose names are common words, or belong to somebody else', () => {
    const others = envSettings(composeSchema(owners, [], new Report())).filter(({ form, env }) => form !== 'any' && !/^(OTEL|VERSION_CHECK)_/.test(env))
    expect([...new Set(others.map(({ env, form }) => `${form} ${env}`))].toSorted()).to.deep.equal([
      'bare PORT',
      'bare REDIS_URL',
      ...['CACHE_DIR', 'DEMO_MODE', 'ENCRYPTION_KEY', 'ENCRYPTION_KEY_PREVIOUS', 'KEY_PEPPER', 'MASTER_KEY', 'OFFLINE'].map(env => `prefixed ${env}`),
    ])
  })

  it('keep the seconds that other gateways write: usage.flush_interval', async () => {
    const settings = owners
    expect((await load({ settings, yaml: 'usage: { flush_interval: 5 }' })).get('/usage/flush_interval')).to.equal(5000)
    expect((await load({ settings, env: { TAPLINE_USAGE_FLUSH_INTERVAL: '50ms' } })).get('/usage/flush_interval')).to.equal(50)
  })

  for (const [setting, identity, env] of [
    ['virtual_models', 'source', 'VIRTUAL_MODELS'],
    ['users', 'path', 'USERS'],
  ] as const) {
    it(`are lists whose items of the environment replace those of the file: ${setting}`, async () => {
      const config = await load({
        settings: owners,
        yaml: `${setting}: [{ ${identity}: /a, description: file }, { ${identity}: /b, description: file }]`,
        env: { [`TAPLINE_${env}`]: `[{ "${identity}": "/b", "description": "variable" }, { "${identity}": "/c" }]` },
      })
      const items = config.get(`/${setting}`) as readonly Readonly<Record<string, unknown>>[]
      expect(items.map(item => [item[identity], item['description']])).to.deep.equal([
        ['/a', 'file'],
        ['/b', 'variable'],
        ['/c', ''],
      ])
    })
  }
})

describe('settings of plugins', () => {
  it('come under the names of the options, and only if something sets them', async () => {
    const config = await load({ yaml: 'cache:\n  sample:\n    redis: { ttl: 60 }', env: { TAPLINE_SAMPLE_MAX: '1M' } })
    const { values, sources, places } = config.settingsOf('sample-cache')
    expect(values).to.deep.equal({ enabled: true, ttl: 60_000, max_bytes: 1_048_576 })
    expect(sources).to.deep.equal({ enabled: 'yaml:2', ttl: 'yaml:3', max_bytes: 'env:TAPLINE_SAMPLE_MAX' })
    expect(places['ttl']).to.deep.include({ line: 3, pointer: '/cache/sample/redis/ttl' })
    expect(config.settingsOf('sample-policy').values).to.deep.equal({})
    expect(config.settingsOf('nobody').values).to.deep.equal({})
  })

  it('may be named by two plugins that describe them alike', async () => {
    const twin = {
      plugin: 'twin',
      schema: {
        type: 'object',
        properties: { lifetime: { format: 'seconds', default: 3600, setting: 'cache.sample.redis.ttl', env: 'SAMPLE_TTL', description: 'other words' } },
      },
    } as const
    const config = await load({ yaml: 'cache: { sample: { redis: { ttl: 1 } } }', settings: [samplePlugin, twin] })
    expect(config.settingsOf('twin').values).to.deep.equal({ lifetime: 1000 })
  })

  it('may not be named by two plugins that disagree', async () => {
    const rival = { plugin: 'rival', schema: { type: 'object', properties: { ttl: { type: 'integer', setting: 'cache.sample.redis.ttl' } } } } as const
    expect(await complaints({ settings: [samplePlugin, rival] })).to.deep.equal([
      'configuration  /cache/sample/redis/ttl  the plugin "rival" describes this setting otherwise than another does',
    ])
  })
})

describe('a block that is on by its presence', () => {
  const enabled = async (given: Parameters<typeof load>[0]) => {
    const config = await load(given)
    return [config.get('/cache/sample/enabled'), config.source('/cache/sample/enabled'), config.settingsOf('sample-cache').present]
  }

  it('is off without it', async () => {
    expect(await enabled({})).to.deep.equal([false, 'default', false])
  })
  it('is on with it', async () => {
    expect(await enabled({ yaml: 'cache:\n  sample: { max_bytes: 1M }' })).to.deep.equal([true, 'yaml:2', true])
  })
  it('is on with it empty', async () => {
    expect(await enabled({ yaml: 'cache:\n  sample:' })).to.deep.equal([true, 'yaml:2', true])
  })
  it('is off when it says so', async () => {
    expect(await enabled({ yaml: 'cache: { sample: { enabled: false } }' })).to.deep.equal([false, 'yaml:1', true])
  })
  it('is on without it, by its variable', async () => {
    expect(await enabled({ env: { TAPLINE_SAMPLE_ENABLED: 'on' } })).to.deep.equal([true, 'env:TAPLINE_SAMPLE_ENABLED', false])
  })
  it('is off when its variable says so', async () => {
    expect(await enabled({ yaml: 'cache: { sample: }', env: { TAPLINE_SAMPLE_ENABLED: 'off' } })).to.deep.equal([false, 'env:TAPLINE_SAMPLE_ENABLED', true])
  })
  it('is off when its variable is set to nothing', async () => {
    expect(await enabled({ yaml: 'cache: { sample: }', env: { SAMPLE_ENABLED: '' } })).to.deep.equal([false, 'env:SAMPLE_ENABLED', true])
  })
  it('is not switched on by a variable inside it', async () => {
    expect(await enabled({ env: { TAPLINE_SAMPLE_MAX: '1M' } })).to.deep.equal([false, 'default', false])
  })
})
