import { expect } from 'chai'
import { families, parseName } from '../../../core/config/providers/family.ts'
import { baseUrl, proxyUrl } from '../../../core/config/providers/urls.ts'
import { complaints, load, openai, sampleTypes } from './given.ts'

const known = families(sampleTypes, [{ pointer: '/resilience/sample/trips', schema: {}, prefix: 'TRIP_ON_' }])

/** [variable, type, instance, field]. */
const parsing: readonly (readonly [string, string, string, string])[] = [
  ['ANTHROPIC_API_KEY', 'anthropic', 'anthropic', 'key 1'],
  ['OPENAI_EAST_API_KEY', 'openai', 'openai-east', 'key 1'],
  ['OPENAI_EAST_API_KEY_2', 'openai', 'openai-east', 'key 2'],
  ['OPENAI_US_EAST_API_KEY', 'openai', 'openai-us-east', 'key 1'],
  ['OPENAI_REGION_2_API_KEY', 'openai', 'openai-region-2', 'key 1'],
  ['OPENAI_EAST_2_API_KEY', 'openai', 'openai-east-2', 'key 1'],
  ['OPENAI_API_KEY_2', 'openai', 'openai', 'key 2'],
  ['OPENAI_2_API_KEY', 'openai', 'openai-2', 'key 1'],
  ['OPENAI_API_KEY_1', 'openai', 'openai', 'key 1'],
  ['AZURE_GPT5_BASE_URL', 'azure', 'azure-gpt5', '/base_url'],
  ['AZURE_API_VERSION', 'azure', 'azure', '/api_version'],
  ['OLLAMA_A_BASE_URL', 'ollama', 'ollama-a', '/base_url'],
  ['VERTEX_US_PROJECT', 'vertex', 'vertex-us', '/project'],
  ['BEDROCK_US_BASE_URL', 'bedrock', 'bedrock-us', '/base_url'],
  ['BEDROCK_MANTLE_API_KEY', 'bedrock-mantle', 'bedrock-mantle', 'key 1'],
  ['BEDROCK_MANTLE_EU_API_KEY', 'bedrock-mantle', 'bedrock-mantle-eu', 'key 1'],
  ['OPENAI_COMPATIBLE_LAB_BASE_URL', 'openai-compatible', 'openai-compatible-lab', '/base_url'],
  ['OPENAI_EAST_MODEL_FILTER_INCLUDE', 'openai', 'openai-east', '/model_filter/include'],
  ['OPENAI_EAST_MODEL_FILTER_MAX_PRICE_PER_MTOK', 'openai', 'openai-east', '/model_filter/max_price_per_mtok'],
  ['OPENAI_MODELS', 'openai', 'openai', '/models'],
  ['OPENAI_TRIP_ON_WEEKLY_MATCH', 'openai', 'openai', '/resilience/sample/trips/WEEKLY_MATCH'],
  ['OPENAI_US_EAST_TRIP_ON_TRIP_ON_X', 'openai', 'openai-us-east', '/resilience/sample/trips/TRIP_ON_X'],
  ['OPENAI_PROXY_URL', 'openai', 'openai', '/proxy_url'],
]

describe("the name of a provider's variable", () => {
  for (const [name, type, instance, field] of parsing) {
    it(`${name} is ${field} of ${instance}, of type ${type}`, () => {
      const parsed = parseName(name, known)
      expect([parsed?.family.definition.name, parsed?.instance, parsed?.key === undefined ? parsed?.field.pointer : `key ${parsed.key}`]).to.deep.equal([
        type,
        instance,
        field,
      ])
    })
  }

  for (const name of [
    'OPENAI__API_KEY',
    'OPENAI_X__Y_API_KEY',
    'OPENAI_X_',
    'OPENAI_API_KEY_',
    'OPENAI_API_KEY_0',
    'OPENAI_ORGANIZATION',
    'OPENAI',
    'OPENAIX_API_KEY',
    'OPENAI_API_VERSION',
    'OPENAI_TRIP_ON_',
    'OPENAI__TRIP_ON_X',
    'TRIP_ON_X',
    'API_KEY',
  ]) {
    it(`${name} is nobody's`, () => {
      expect(parseName(name, known)).to.equal(undefined)
    })
  }

  it('begins with what the type says, if it says', () => {
    expect(parseName('ACME_API_KEY', families([{ ...openai, name: 'x', env: 'ACME' }]))?.instance).to.equal('x')
  })
})

describe('providers from variables', () => {
  it('have their keys in the order of the numbers, gaps allowed, each once', async () => {
    const config = await load({ env: { OPENAI_API_KEY_10: 'ten', OPENAI_API_KEY_2: 'two', OPENAI_API_KEY: 'one', OPENAI_API_KEY_3: 'one' } })
    expect(config.providers.get('openai')?.keys).to.deep.equal(['one', 'two', 'ten'])
  })

  it('take every common field', async () => {
    const config = await load({
      env: {
        OPENAI_API_KEY: 'k',
        OPENAI_BASE_URL: 'https://x.example/v1//',
        OPENAI_MODELS: 'a, b',
        OPENAI_PROXY_URL: 'socks5://p.example',
        OPENAI_MODEL_FILTER_INCLUDE: 'gpt-*',
        OPENAI_MODEL_FILTER_EXCLUDE: 'x,y',
        OPENAI_MODEL_FILTER_MAX_PRICE_PER_MTOK: '2.5',
      },
    })
    expect(config.providers.get('openai')).to.deep.equal({
      name: 'openai',
      type: 'openai',
      keys: ['k'],
      source: 'env:OPENAI_API_KEY',
      base_url: 'https://x.example/v1',
      proxy_url: 'socks5://p.example',
      models: [{ id: 'a' }, { id: 'b' }],
      settings: {
        type: 'openai',
        base_url: 'https://x.example/v1',
        proxy_url: 'socks5://p.example',
        models: ['a', 'b'],
        model_filter: { include: ['gpt-*'], exclude: ['x', 'y'], max_price_per_mtok: 2.5 },
      },
    })
  })

  it('stand in the order of their names, whatever the order of the variables', async () => {
    const config = await load({ env: { OPENAI_B_API_KEY: 'k', OPENAI_A_API_KEY: 'k', ANTHROPIC_API_KEY: 'k' } })
    expect([...config.providers.keys()]).to.deep.equal(['anthropic', 'openai-a', 'openai-b'])
  })

  it('take references to secrets', async () => {
    expect((await load({ env: { OPENAI_API_KEY: '${env:REAL}', REAL: 'k' } })).providers.get('openai')?.keys).to.deep.equal(['k'])
  })

  it('of one suffix inherit nothing from those without', async () => {
    const config = await load({ env: { VERTEX_US_PROJECT: 'p', VERTEX_LOCATION: 'l' } })
    expect(config.providers.has('vertex-us')).to.equal(false)
    expect(config.warnings).to.include('the provider vertex-us is not registered: it has no location')
  })

  it('are not made by blank variables', async () => {
    expect((await load({ env: { OPENAI_API_KEY: ' ' } })).providers.has('openai')).to.equal(false)
  })

  it('are told of when prefixed', async () => {
    const config = await load({ env: { TAPLINE_OPENAI_API_KEY: 'k' } })
    expect(config.providers.has('openai')).to.equal(false)
    expect(config.warnings).to.include('TAPLINE_OPENAI_API_KEY is not read; the variable is OPENAI_API_KEY')
  })

  it('are pointed at by the variable that is wrong', async () => {
    const hasty = { ...openai, schema: { properties: { hasty: { type: 'boolean', env: 'HASTY' } } } } as const
    expect(await complaints({ env: { OPENAI_API_KEY: 'k', OPENAI_HASTY: 'maybe' }, providerTypes: [hasty] })).to.deep.equal([
      'env OPENAI_HASTY  /providers/openai/hasty  expected true or false, got "maybe"',
    ])
  })
})

describe('variables over blocks of the file', () => {
  const env = { OPENAI_API_KEY: 'env-key', OPENAI_BASE_URL: 'https://env.example' }

  it('win field by field over the block named as the type; its other fields stay', async () => {
    const config = await load({ yaml: 'providers:\n  openai: { api_key: file-key, models: [m], base_url: "https://file.example" }', env })
    expect(config.providers.get('openai')).to.deep.include({ keys: ['env-key'], base_url: 'https://env.example', models: [{ id: 'm' }], source: 'yaml:2' })
    expect(config.source('/providers/openai/base_url')).to.equal('env:OPENAI_BASE_URL')
    expect(config.source('/providers/openai/models')).to.equal('yaml:2')
  })

  it('fill what the only block of the type leaves empty, and those that lost are told of', async () => {
    const config = await load({ yaml: 'providers: { prod: { type: openai, base_url: "https://file.example" } }', env })
    expect([...config.providers.keys()]).to.deep.equal(['prod'])
    expect(config.providers.get('prod')).to.deep.include({ keys: ['env-key'], base_url: 'https://file.example' })
    expect(config.warnings).to.deep.equal(['OPENAI_BASE_URL is not used: the provider prod has its own base_url'])
  })

  it('do not replace the key of the only block of the type', async () => {
    const config = await load({ yaml: 'providers: { prod: { type: openai, api_key: file-key } }', env: { OPENAI_API_KEY: 'k', OPENAI_API_KEY_2: 'l' } })
    expect(config.providers.get('prod')?.keys).to.deep.equal(['file-key'])
    expect(config.warnings).to.deep.equal(['OPENAI_API_KEY, OPENAI_API_KEY_2 is not used: the provider prod has its own api_key'])
  })

  it('make an instance named as the type if there is no block of it', async () => {
    const config = await load({ yaml: 'providers: { claude: { type: anthropic, api_key: k } }', env })
    expect([...config.providers.keys()]).to.deep.equal(['claude', 'openai'])
  })

  it('go nowhere if several blocks of the type could take them, and one warning names these', async () => {
    const config = await load({ yaml: 'providers: { a: { type: openai, api_key: k }, b: { type: openai, api_key: l } }', env })
    expect([...config.providers.values()].map(({ keys }) => keys)).to.deep.equal([['k'], ['l']])
    expect(config.warnings).to.deep.equal(['OPENAI_API_KEY is not used: the providers a, b are all of type openai'])
  })

  it('with a suffix win over the block of the generated name', async () => {
    const config = await load({ yaml: 'providers: { openai-east: { type: openai, api_key: k, models: [m] } }', env: { OPENAI_EAST_API_KEY: 'east' } })
    expect(config.providers.get('openai-east')).to.deep.include({ keys: ['east'], models: [{ id: 'm' }] })
  })

  it('are fatal if the block of that name has another type', async () => {
    const message = (name: string) => `the type is anthropic, but ${name} is for an instance of this name of type openai; name the block otherwise`
    expect(await complaints({ yaml: 'providers: { openai-east: { type: anthropic, api_key: k } }', env: { OPENAI_EAST_API_KEY: 'east' } })).to.deep.equal([
      `env OPENAI_EAST_API_KEY  /providers/openai-east  ${message('OPENAI_EAST_API_KEY')}`,
    ])
    expect(await complaints({ yaml: 'providers: { openai: { type: anthropic, api_key: k } }', env: { OPENAI_API_KEY: 'x' } })).to.deep.equal([
      `env OPENAI_API_KEY  /providers/openai  ${message('OPENAI_API_KEY')}`,
    ])
  })

  it('replace lists whole', async () => {
    const config = await load({
      yaml: 'providers: { openai: { api_key: a, api_keys: [b, c], models: [x, y] } }',
      env: { OPENAI_API_KEY_2: 'k', OPENAI_MODELS: 'z' },
    })
    expect(config.providers.get('openai')).to.deep.include({ keys: ['k'], models: [{ id: 'z' }] })
  })
})

describe('blocks of the file', () => {
  it('have the type of their name, if it is one', async () => {
    expect((await load({ yaml: 'providers: { openai: { api_key: k } }' })).providers.get('openai')?.type).to.equal('openai')
  })

  it('give api_key before api_keys', async () => {
    expect((await load({ yaml: 'providers: { openai: { api_keys: [b, a, c], api_key: a } }' })).providers.get('openai')?.keys).to.deep.equal(['a', 'b', 'c'])
  })

  it('know the options of their type, defaults included', async () => {
    const config = await load({ yaml: 'providers: { azure: { api_key: k, base_url: "https://a.example", resilience: { retry: { max_retries: 5 } } } }' })
    expect(config.providers.get('azure')).to.deep.include({ resilience: { retry: { max_retries: 5 } } })
    expect(config.providers.get('azure')?.settings).to.deep.include({ api_version: '2024-10-21' })
  })

  const wrong: Readonly<Record<string, readonly [string, string]>> = {
    'with an unknown type': ['prod: { type: opena }', '1:22  /providers/prod/type  expected a known provider type, got "opena"; did you mean "openai"?'],
    'without a type': ['opena: {}', '1:14  /providers/opena/type  missing; expected a provider type, since the name is none; did you mean "openai"?'],
    'with an option of another type': ['openai: { api_key: k, api_version: x }', '1:36  /providers/openai/api_version  unknown key'],
    'with a setting that nothing reads': ['openai: { api_key: k, stream_usage: never }', '1:36  /providers/openai/stream_usage  unknown key'],
    'with a misspelt key, though they would be left out': ['openai: { api_ky: k }', '1:24  /providers/openai/api_ky  unknown key; did you mean "api_key"?'],
    'with a slash in the name': ['a/b: { type: openai, api_key: k }', '1:14  /providers/a~1b  expected a name without / and :'],
    'that are no map': ['openai: k', '1:14  /providers/openai  expected map'],
    'with an unresolved placeholder elsewhere': [
      'openai: { api_key: k, proxy_url: "http://${NO}" }',
      '1:36  /providers/openai/proxy_url  ${NO} is not set; ${NO:-default} would give a default',
    ],
    'with a key that is no text': ['openai: { api_keys: k }', '1:24  /providers/openai/api_keys  expected list, got <redacted>'],
  }
  for (const [name, [block, line]] of Object.entries(wrong)) {
    it(`are refused ${name}`, async () => {
      expect(await complaints({ yaml: `providers: { ${block} }` })).to.deep.equal([`tapline.yaml:${line}`])
    })
  }
})

describe('placeholders in blocks', () => {
  const state = async (block: string, env = {}) => {
    const config = await load({ yaml: `providers: { other: { type: openai, api_key: k }, x: { ${block} } }`, env })
    return [config.providers.get('x'), config.warnings] as const
  }

  it('drop a key that stays unresolved, and the others stay', async () => {
    const [instance, warnings] = await state('type: openai, api_keys: ["sk-${REGION}", b]')
    expect(instance?.keys).to.deep.equal(['b'])
    expect(warnings).to.deep.equal(['providers.x.api_keys.0 is dropped: ${REGION} is not set'])
  })

  it('drop the instance that is left without a key, with one warning that names the variable and not the text', async () => {
    const [instance, warnings] = await state('type: openai, api_key: "sk-secret-${REGION}"')
    expect(instance).to.equal(undefined)
    expect(warnings).to.deep.equal(['the provider x is not registered: its api_key needs ${REGION}, which is not set'])
  })

  it('drop the instance whose base_url stays unresolved', async () => {
    const [instance, warnings] = await state('type: openai, api_key: k, base_url: "https://${HOST_NAME}"')
    expect(instance).to.equal(undefined)
    expect(warnings).to.deep.equal(['the provider x is not registered: its base_url needs ${HOST_NAME}, which is not set'])
  })

  it('ask for the default base_url when they come to nothing', async () => {
    const [instance] = await state('type: openai, api_key: k, base_url: "${X:-}"')
    expect(instance).to.not.have.property('base_url')
    expect(instance?.keys).to.deep.equal(['k'])
  })

  it('drop an entry of models', async () => {
    const [instance, warnings] = await state('type: openai, api_key: k, models: [a, "${M}", { id: "b-${M}" }]')
    expect(instance?.models).to.deep.equal([{ id: 'a' }])
    expect(warnings).to.deep.equal(['providers.x.models.1 is dropped: ${M} is not set', 'providers.x.models.2 is dropped: ${M} is not set'])
  })

  it('are filled in', async () => {
    const [instance] = await state('type: openai, api_key: "${K}", base_url: "https://${H:-h.example}/v1"', { K: 'key' })
    expect(instance).to.deep.include({ keys: ['key'], base_url: 'https://h.example/v1' })
  })

  it('that refer to secrets stop the start when they fail, but only where they are used', async () => {
    expect(await complaints({ yaml: 'providers: { openai: { api_key: "${file:/no/such}" } }' })).to.deep.equal([
      'tapline.yaml:1:24  /providers/openai/api_key  cannot resolve ${file:...}: no such file',
    ])
    const [instance] = await state('type: azure, api_key: "${file:/no/such}"')
    expect(instance).to.equal(undefined)
  })
})

describe('an instance registers', () => {
  const rows: readonly (readonly [string, boolean, string?])[] = [
    ['type: openai, api_key: k', true],
    ['type: openai', false, 'it has no api_key'],
    ['type: azure, api_key: k', false, 'it has no base_url'],
    ['type: azure, api_key: k, base_url: "https://a.example"', true],
    ['type: openai-compatible, base_url: "http://a.example"', true],
    ['type: openai-compatible, api_key: k', false, 'it has no base_url'],
    ['type: ollama', false, 'it has no base_url'],
    ['type: ollama, base_url: "http://localhost:11434/v1"', true],
    ['type: vllm', false, 'it has no base_url and no api_key'],
    ['type: vllm, api_key: k', true],
    ['type: vertex, project: p', false, 'it has no location'],
    ['type: vertex, project: p, location: l', true],
    ['type: demo', true],
  ]
  for (const [block, registers, why] of rows) {
    it(`${registers ? 'with' : 'not with'} ${block}`, async () => {
      const config = await load({ yaml: `providers: { other: { type: openai, api_key: k }, x: { ${block} } }` })
      expect(config.providers.has('x')).to.equal(registers)
      expect(config.warnings).to.deep.equal(why === undefined ? [] : [`the provider x is not registered: ${why}`])
    })
  }

  for (const [urls, why] of [
    ['base_url: "a.example/v1"', 'its base_url is not a URL'],
    ['base_url: "ftp://a.example"', 'its base_url is neither http nor https'],
    ['base_url: "https://u:p@a.example"', 'its base_url holds a user or password'],
    ['proxy_url: "ftp://u:p@p.example"', 'its proxy_url is not http, https, socks5 or socks5h'],
    ['proxy_url: "http://u:p@p.example/path"', 'its proxy_url has a path, query or fragment'],
    ['proxy_url: "socks5://"', 'its proxy_url names no host'],
  ] as const) {
    it(`not with ${urls}, which is an error, while the others do`, async () => {
      const { providers, warnings, errors } = await load({
        yaml: `providers: { other: { type: openai, api_key: k }, x: { type: openai, api_key: k, ${urls} } }`,
      })
      expect([[...providers.keys()], warnings]).to.deep.equal([['other'], []])
      expect(errors.map(error => error.slice(error.indexOf('tapline.yaml')))).to.deep.equal([
        `tapline.yaml:1:82  /providers/x/${urls.split(':')[0]}  the provider x is left out: ${why}`,
      ])
    })
  }

  it('not with a base URL that a variable gives and that is none, which is told by its name', async () => {
    const { errors } = await load({ env: { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'a.example' } })
    expect(errors).to.deep.equal(['env OPENAI_BASE_URL  /providers/openai/base_url  the provider openai is left out: its base_url is not a URL'])
  })

  for (const [leadsBack, url, server] of [
    [true, 'http://localhost:8080/v1', ''],
    [true, 'http://127.0.0.1:9000', 'port: 9000'],
    [true, 'http://[::1]:9000/v1', 'port: 9000'],
    [true, 'http://0.0.0.0:9000/v1', 'port: 9000'],
    [true, 'http://api.localhost/v1', 'port: 80'],
    [true, 'http://Gateway.internal:9000/v1', 'port: 9000, host: gateway.internal'],
    [false, 'http://localhost:8081/v1', ''],
    [false, 'https://localhost:8080/v1', ''],
    [false, 'http://gateway.internal:8080/v1', ''],
  ] as const) {
    it(`${leadsBack ? 'not ' : ''}with ${url} where the gateway listens at { ${server} }`, async () => {
      const { providers, errors } = await load({ env: { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: url }, yaml: `server: { ${server} }` })
      expect(providers.has('openai')).to.equal(!leadsBack)
      expect(errors).to.deep.equal(
        leadsBack
          ? [
              "env OPENAI_BASE_URL  /providers/openai/base_url  the provider openai is left out: its base_url is this gateway's own address, which is for its clients",
            ]
          : [],
      )
    })
  }

  it('as the fallback only when no other does, and then it is known what was looked for', async () => {
    const alone = await load({ env: { OLLAMA_MODELS: 'm' } })
    expect([...alone.providers.keys()]).to.deep.equal(['demo'])
    expect(alone.providers.get('demo')).to.include({ type: 'demo', source: 'default' }).and.to.have.nested.include({ 'settings.pace': 7 })
    expect(alone.lookedFor).to.include.members(['OPENAI_API_KEY', 'OLLAMA_BASE_URL', 'VLLM_API_KEY', 'VLLM_BASE_URL']).and.to.not.include('DEMO_API_KEY')
    const joined = await load({ env: { OPENAI_API_KEY: 'k' } })
    expect([...joined.providers.keys()]).to.deep.equal(['openai'])
    expect(joined.lookedFor).to.deep.equal([])
  })
})

describe('URLs of providers', () => {
  for (const [url, read] of Object.entries({ 'https://a.example/v1/': 'https://a.example/v1', 'http://a.example:8080': 'http://a.example:8080' })) {
    it(`take ${url}`, () => {
      expect(baseUrl(url)).to.equal(read)
    })
  }
  for (const url of ['a.example', 'ftp://a.example', 'https://a.example?x', 'https://a.example#x', 'https://u@a.example', 'https://']) {
    it(`refuse ${url} as a base`, () => {
      expect(() => baseUrl(url)).to.throw(Error)
    })
  }
  for (const url of [
    'http://u:p@p.example:3128',
    'https://p.example/',
    'socks5://p.example',
    'socks5h://p.example:1080',
    'HTTP://p.example',
    'http://u%40x@[::1]:1',
  ]) {
    it(`take ${url} as a proxy`, () => {
      expect(proxyUrl(url)).to.equal(url)
    })
  }
  for (const url of [
    'socks4://p.example',
    'http://p.example/x',
    'http://p.example?x',
    'http://p.example#x',
    'socks5://',
    'http://',
    'p.example',
    'http://u:%zz@p.example',
  ]) {
    it(`refuse ${url} as a proxy`, () => {
      expect(() => proxyUrl(url)).to.throw(Error)
    })
  }
})
