import { expect } from 'chai'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProviderCall, ProviderDefinition, ProviderSettings, Refusal } from '../../../core/plugin/provider.ts'
import { startTestGateway } from '../../../core/testing/gateway.ts'
import { ScriptedUpstream } from '../../../core/testing/scripted-upstream.ts'
import type { SmallCall } from '../../../core/upstream/small-call.ts'
import { bedrock } from '../../../providers/bedrock/index.ts'
import { controlUrl, regionOf, runtimeUrl } from '../../../providers/bedrock/place.ts'
import { real, type BedrockDeps } from '../../../providers/bedrock/deps.ts'
import { load } from '../../core/config/given.ts'
import { awsEvent, awsException } from '../../support/aws-frame.ts'
import { eventually, until } from '../../support/until.ts'
import { authorization, sha256 } from './signature.ts'

const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const vector = { accessKeyId: keys.AWS_ACCESS_KEY_ID, secretAccessKey: keys.AWS_SECRET_ACCESS_KEY, region: 'us-east-1', date: '20150830T123600Z' }
const now = Date.parse('2015-08-30T12:36:00Z')
const model = 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-x-v1:0'

function type(overrides: Partial<BedrockDeps> = {}): ProviderDefinition {
  return bedrock({ ...real, now: () => now, ...overrides })
}

function settings(variables: Record<string, string> = keys, more: object = {}): ProviderSettings {
  return { name: 'bedrock', type: 'bedrock', base_url: 'https://bedrock-runtime.us-east-1.amazonaws.com', variables, ...more }
}

function converse(body = '{"messages":[]}'): ProviderCall {
  return {
    operation: 'converse',
    method: 'POST',
    path: `/model/${encodeURIComponent(model)}/converse`,
    headers: ['Content-Type', 'application/json', 'Accept', 'application/json', 'X-Request-Id', 'r1'],
    body: Buffer.from(body),
  }
}

async function signed(call: ProviderCall, of = settings(), definition = type()): Promise<Record<string, string>> {
  await definition.sign!(call, of)
  return Object.fromEntries(Array.from({ length: call.headers.length / 2 }, (_, i) => [call.headers[2 * i]!.toLowerCase(), call.headers[2 * i + 1]!]))
}

describe('bedrock: where it is', () => {
  for (const [word, url] of [
    ['us-east-1', 'https://bedrock-runtime.us-east-1.amazonaws.com'],
    [' eu-central-2 ', 'https://bedrock-runtime.eu-central-2.amazonaws.com'],
    ['us-gov-west-1', 'https://bedrock-runtime.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', 'https://bedrock-runtime.cn-north-1.amazonaws.com.cn'],
    ['https://a.example', undefined],
    ['a.example', undefined],
  ] as const) {
    it(`is ${url ?? 'not told'} by ${word}`, () => {
      expect(runtimeUrl(word)).to.equal(url)
    })
  }

  for (const [base, control] of [
    ['https://bedrock-runtime.us-east-1.amazonaws.com', 'https://bedrock.us-east-1.amazonaws.com'],
    ['https://proxy.example/bedrock', 'https://proxy.example/bedrock'],
  ] as const) {
    it(`lists the models of ${base} at ${control}`, () => {
      expect(controlUrl(base)).to.equal(control)
    })
  }

  const elsewhere = { AWS_DEFAULT_REGION: 'eu-west-1' }
  for (const [base, variables, region] of [
    ['https://bedrock-runtime.us-east-1.amazonaws.com', elsewhere, 'us-east-1'],
    ['https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com', elsewhere, 'us-gov-west-1'],
    ['https://vpce-0a.bedrock-runtime.us-east-2.vpce.amazonaws.com', elsewhere, 'us-east-2'],
    ['https://bedrock-runtime.cn-north-1.amazonaws.com.cn', elsewhere, 'cn-north-1'],
    ['https://us-east-1.proxy.example', elsewhere, 'eu-west-1'],
    ['https://proxy.example', { ...elsewhere, AWS_REGION: 'eu-west-2' }, 'eu-west-2'],
  ] as const) {
    it(`signs calls to ${base} for ${region}`, () => {
      expect(regionOf(base, variables)).to.equal(region)
    })
  }

  it('refuses a host that names no region if no variable does', () => {
    expect(() => regionOf('https://proxy.example', {})).to.throw('names no region')
    expect(() => type().resolve!(settings({}, { base_url: 'https://proxy.example' }))).to.throw('names no region')
  })

  const configured = async (yaml: string, env: Record<string, string>, dotenv?: string) => {
    const config = await load({ yaml, env, providerTypes: [type()], ...(dotenv === undefined ? {} : { dotenv }) })
    return [...config.providers.values()].map(({ name, base_url: url, variables = {} }) => [name, url, Object.keys(variables)])
  }

  it('is told by a word, a URL, or the variables of AWS if there is a block', async () => {
    expect(await configured('', { BEDROCK_BASE_URL: 'us-east-1', AWS_REGION: 'eu-west-1' })).to.deep.equal([
      ['bedrock', 'https://bedrock-runtime.us-east-1.amazonaws.com', ['AWS_REGION']],
    ])
    expect(await configured('providers: { bedrock: { base_url: "https://a.example/" } }', {})).to.deep.equal([['bedrock', 'https://a.example', []]])
    expect(await configured('providers: { bedrock: }', { AWS_DEFAULT_REGION: 'eu-west-1' })).to.deep.equal([
      ['bedrock', 'https://bedrock-runtime.eu-west-1.amazonaws.com', ['AWS_DEFAULT_REGION']],
    ])
    expect(await configured('', { BEDROCK_US_BASE_URL: 'us-east-1', BEDROCK_EU_BASE_URL: 'eu-west-1' })).to.deep.equal([
      ['bedrock-eu', 'https://bedrock-runtime.eu-west-1.amazonaws.com', []],
      ['bedrock-us', 'https://bedrock-runtime.us-east-1.amazonaws.com', []],
    ])
  })

  it('is not registered by the variables of AWS alone, nor without a region', async () => {
    expect(await configured('', { AWS_REGION: 'eu-west-1', ...keys })).to.deep.equal([])
    expect(await configured('providers: { bedrock: }', {})).to.deep.equal([])
  })

  it('reads the variables of AWS from .env, too', async () => {
    expect(await configured('providers: { bedrock: }', {}, 'AWS_REGION=eu-west-1\nAWS_PROFILE=work\n')).to.deep.equal([
      ['bedrock', 'https://bedrock-runtime.eu-west-1.amazonaws.com', ['AWS_REGION', 'AWS_PROFILE']],
    ])
  })
})

describe('bedrock: signatures', () => {
  const host = { host: 'example.amazonaws.com', 'x-amz-date': vector.date }
  for (const [name, call, signature] of [
    ['get-vanilla', { method: 'GET', path: '/', headers: host }, '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    [
      'get-vanilla-query-order-key-case',
      { method: 'GET', path: '/', query: 'Param2=value2&Param1=value1', headers: host },
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    ['get-utf8', { method: 'GET', path: '/ሴ', headers: host }, '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85'],
    ['post-vanilla', { method: 'POST', path: '/', headers: host }, '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    [
      'post-x-www-form-urlencoded',
      { method: 'POST', path: '/', headers: { ...host, 'content-type': 'application/x-www-form-urlencoded' }, body: 'Param1=value1' },
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
  ] as const) {
    it(`are checked here against what AWS has published: ${name}`, () => {
      expect(authorization({ ...vector, service: 'service', ...call })).to.match(new RegExp(`Signature=${signature}$`))
    })
  }

  it('encode the path once more, the colons and slashes of a model among it', async () => {
    const body = '{"messages":[{"role":"user","content":[{"text":"zwölf"}]}]}'
    const headers = await signed(converse(body))
    expect(headers['x-amz-date']).to.equal(vector.date)
    expect(headers['x-amz-content-sha256']).to.equal(sha256(body))
    expect(headers['authorization']).to.equal(
      authorization({
        ...vector,
        service: 'bedrock',
        method: 'POST',
        body,
        path: '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.anthropic.claude-x-v1%3A0/converse',
        headers: {
          host: 'bedrock-runtime.us-east-1.amazonaws.com',
          'content-type': 'application/json',
          'x-amz-date': vector.date,
          'x-amz-content-sha256': sha256(body),
        },
      }),
    )
  })

  it('cover the token of a session', async () => {
    const headers = await signed(converse(), settings({ ...keys, AWS_SESSION_TOKEN: 'SESSION' }))
    expect(headers['x-amz-security-token']).to.equal('SESSION')
    expect(headers['authorization']).to.contain('SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token')
  })

  it('cover the host and the query that list models', async () => {
    const headers = await signed({ operation: 'models', method: 'GET', path: '/foundation-models?byInferenceType=ON_DEMAND', headers: [], body: undefined })
    expect(headers['authorization']).to.equal(
      authorization({
        ...vector,
        service: 'bedrock',
        method: 'GET',
        path: '/foundation-models',
        query: 'byInferenceType=ON_DEMAND',
        headers: { host: 'bedrock.us-east-1.amazonaws.com', 'x-amz-date': vector.date, 'x-amz-content-sha256': sha256('') },
      }),
    )
  })

  it("cover the path and port of a host of one's own", async () => {
    const call = converse()
    const headers = await signed(call, settings({ ...keys, AWS_REGION: 'us-east-1' }, { base_url: 'http://127.0.0.1:8080/aws' }))
    expect(headers['authorization']).to.equal(
      authorization({
        ...vector,
        service: 'bedrock',
        method: 'POST',
        path: `/aws${call.path}`,
        body: '{"messages":[]}',
        headers: { host: '127.0.0.1:8080', 'content-type': 'application/json', 'x-amz-date': vector.date, 'x-amz-content-sha256': sha256('{"messages":[]}') },
      }),
    )
  })

  it('give way to a bearer token', async () => {
    const headers = await signed(converse(), settings({ ...keys, AWS_BEARER_TOKEN_BEDROCK: 'TOKEN' }))
    expect(headers['authorization']).to.equal('Bearer TOKEN')
    expect(headers).not.to.have.property('x-amz-date')
  })

  it('give way to a key of the configuration', async () => {
    const call = converse()
    call.headers.push('Authorization', 'Bearer KEY')
    expect((await signed(call))['authorization']).to.equal('Bearer KEY')
  })
})

describe('bedrock: refusals', () => {
  const refusal = (status: number, code: string, message: string, date?: string): Refusal => ({
    status,
    code,
    param: null,
    message,
    ...(date === undefined ? {} : { date }),
  })
  const call = (of: ProviderSettings) => ({ operation: 'converse', dialect: 'bedrock-converse', model, settings: of, streamed: false })
  const skew = refusal(
    403,
    'InvalidSignatureException',
    'Signature expired: 20150830T123600Z is now earlier than 20150830T124600Z (20150830T125100Z - 5 min.)',
    'Sun, 30 Aug 2015 12:51:00 GMT',
  )

  it('for the clock teach the time, once for each', async () => {
    const definition = type()
    const of = settings()
    expect((await signed(converse(), of, definition))['x-amz-date']).to.equal('20150830T123600Z')
    expect(definition.learn!(skew, call(of))).to.equal('the clock is off by 900 s')
    expect((await signed(converse(), of, definition))['x-amz-date']).to.equal('20150830T125100Z')
    expect((await signed(converse(), settings(), definition))['x-amz-date'], 'of another instance').to.equal('20150830T123600Z')
  })

  it('that are no matter of the clock, or tell no time, teach nothing', () => {
    const definition = type()
    const of = settings()
    expect(definition.learn!(refusal(403, 'AccessDeniedException', 'You may not', 'Sun, 30 Aug 2015 12:51:00 GMT'), call(of))).to.equal(undefined)
    expect(definition.learn!(refusal(403, 'InvalidSignatureException', 'Signature expired'), call(of))).to.equal(undefined)
  })

  it('of cache points keep them from that model', () => {
    const definition = type()
    const of = settings()
    expect(definition.traits!(model, of).cacheMarks).to.equal(undefined)
    expect(definition.learn!(refusal(400, 'ValidationException', 'Invocation failed: cachePoint is not supported by this model'), call(of))).to.equal(
      `no cache points: ${model}`,
    )
    expect(definition.traits!(model, of).cacheMarks).to.equal(false)
    expect(definition.traits!('other', of).cacheMarks).to.equal(undefined)
  })

  it('for want of an inference profile say what to do', () => {
    const message = 'Invocation of model ID x with on-demand throughput isn’t supported. Retry your request with an inference profile.'
    expect(type().explain!(refusal(400, 'ValidationException', message))).to.match(/us\./)
    expect(type().explain!(refusal(400, 'ValidationException', 'too long'))).to.equal(undefined)
  })

  it('of an expired token have credentials looked for anew', async () => {
    let chains = 0
    const definition = type({
      chain: async () => {
        const accessKeyId = `K${++chains}`
        return async () => ({ accessKeyId, secretAccessKey: 's' })
      },
    })
    const of = settings({})
    await signed(converse(), of, definition)
    definition.learn!(refusal(403, 'ExpiredTokenException', 'The security token included in the request is expired'), call(of))
    expect((await signed(converse(), of, definition))['authorization']).to.contain('Credential=K2/')
    expect(chains).to.equal(2)
  })
})

describe('bedrock: credentials', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tapline-aws-'))
  })
  after(async () => {
    await rm(folder, { recursive: true })
  })

  const keyOf = (headers: Record<string, string>) => /Credential=([^/]+)/.exec(headers['authorization'] ?? '')?.[1]
  /** No network: whoever asks a token service gets what `answer` says. */
  const asking = (answer: (call: SmallCall) => string) => {
    const calls: SmallCall[] = []
    const definition = type({
      fetch: async call => {
        calls.push(call)
        return { status: 200, body: answer(call) }
      },
    })
    return { calls, definition }
  }
  /** Sets variables of the process for one run. */
  const within = async (variables: Record<string, string>, run: () => Promise<void>) => {
    const hidden = Object.keys(process.env)
      .filter(name => name.startsWith('AWS_'))
      .map(name => [name, process.env[name]] as const)
    for (const [name] of hidden) delete process.env[name]
    Object.assign(process.env, variables)
    try {
      await run()
    } finally {
      for (const name of Object.keys(variables)) delete process.env[name]
      for (const [name, value] of hidden) process.env[name] = value
    }
  }

  it('come from a profile in the shared files', async () => {
    const file = join(folder, 'credentials')
    await writeFile(
      file,
      '[default]\naws_access_key_id = AKDEFAULT\naws_secret_access_key = s\n\n[work]\naws_access_key_id = AKWORK\naws_secret_access_key = s\naws_session_token = T\n',
    )
    const variables = { AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: join(folder, 'none') }
    await within({}, async () => {
      expect(keyOf(await signed(converse(), settings(variables)))).to.equal('AKDEFAULT')
      const headers = await signed(converse(), settings({ ...variables, AWS_PROFILE: 'work' }))
      expect([keyOf(headers), headers['x-amz-security-token']]).to.deep.equal(['AKWORK', 'T'])
    })
  })

  it('come from a web identity, through the proxy of the instance, once for all who wait', async () => {
    const file = join(folder, 'token')
    await writeFile(file, 'WEB.TOKEN')
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString()
    const { calls, definition } = asking(
      () =>
        `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>AKWEB</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>T</SessionToken><Expiration>${inAnHour}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
    )
    const of = settings(
      {
        AWS_WEB_IDENTITY_TOKEN_FILE: file,
        AWS_ROLE_ARN: 'arn:aws:iam::1:role/r',
        AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
        AWS_CONFIG_FILE: join(folder, 'none'),
      },
      { proxy_url: 'http://proxy.example:3128' },
    )
    await within({}, async () => {
      const several = await Promise.all([1, 2, 3].map(() => signed(converse(), of, definition)))
      expect(several.map(keyOf)).to.deep.equal(['AKWEB', 'AKWEB', 'AKWEB'])
      expect(keyOf(await signed(converse(), of, definition))).to.equal('AKWEB')
    })
    expect(calls.map(({ method, url, proxyUrl, timeoutMs }) => ({ method, url, proxyUrl, timeoutMs }))).to.deep.equal([
      { method: 'POST', url: 'https://sts.us-east-1.amazonaws.com/', proxyUrl: 'http://proxy.example:3128', timeoutMs: 10_000 },
    ])
    expect(calls[0]?.body).to.contain('WebIdentityToken=WEB.TOKEN')
  })

  it('come through the proxy of the process, if the instance has none', async () => {
    const file = join(folder, 'token')
    await writeFile(file, 'WEB.TOKEN')
    const { calls, definition } = asking(
      () =>
        '<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>AKWEB</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>T</SessionToken><Expiration>2126-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>',
    )
    const of = settings({
      AWS_WEB_IDENTITY_TOKEN_FILE: file,
      AWS_ROLE_ARN: 'arn:aws:iam::1:role/r',
      AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
      AWS_CONFIG_FILE: join(folder, 'none'),
      HTTPS_PROXY: 'http://everyone:3128',
    })
    await within({}, async () => {
      expect(keyOf(await signed(converse(), of, definition))).to.equal('AKWEB')
    })
    expect(calls.map(({ proxyUrl }) => proxyUrl)).to.deep.equal(['http://everyone:3128'])
  })

  it('are renewed when less than five minutes are left', async () => {
    const file = join(folder, 'token')
    await writeFile(file, 'WEB.TOKEN')
    let count = 0
    const { calls, definition } = asking(() => {
      const left = ++count === 1 ? 4 * 60_000 : 3_600_000
      return `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>AK${count}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>T</SessionToken><Expiration>${new Date(Date.now() + left).toISOString()}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`
    })
    const of = settings({
      AWS_WEB_IDENTITY_TOKEN_FILE: file,
      AWS_ROLE_ARN: 'arn:aws:iam::1:role/r',
      AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
      AWS_CONFIG_FILE: join(folder, 'none'),
    })
    await within({}, async () => {
      await until(async () => keyOf(await signed(converse(), of, definition)) === 'AK2')
    })
    expect(calls.length).to.equal(2)
  })

  it('come from a container', async () => {
    await using server = await ScriptedUpstream.start()
    server.reply({ body: { AccessKeyId: 'AKECS', SecretAccessKey: 's', Token: 'T', Expiration: new Date(Date.now() + 3_600_000).toISOString() } })
    await within({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/creds`, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'secret' }, async () => {
      expect(keyOf(await signed(converse(), settings({ AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'), AWS_CONFIG_FILE: join(folder, 'none') })))).to.equal(
        'AKECS',
      )
    })
    expect(server.requests[0]?.headers['authorization']).to.equal('secret')
  })

  it('come from the metadata of a machine, by its second version', async () => {
    await using server = await ScriptedUpstream.start()
    server.reply(
      { body: 'IMDS-TOKEN', headers: { 'content-type': 'text/plain' } },
      { body: 'role-of-machine', headers: { 'content-type': 'text/plain' } },
      { body: { Code: 'Success', AccessKeyId: 'AKEC2', SecretAccessKey: 's', Token: 'T', Expiration: new Date(Date.now() + 3_600_000).toISOString() } },
    )
    await within({ AWS_EC2_METADATA_SERVICE_ENDPOINT: server.url.replace('/v1', '') }, async () => {
      expect(keyOf(await signed(converse(), settings({ AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'), AWS_CONFIG_FILE: join(folder, 'none') })))).to.equal(
        'AKEC2',
      )
    })
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
      'PUT /latest/api/token',
      'GET /latest/meta-data/iam/security-credentials/',
      'GET /latest/meta-data/iam/security-credentials/role-of-machine',
    ])
    expect(server.requests[2]?.headers['x-aws-ec2-metadata-token']).to.equal('IMDS-TOKEN')
  })
})

describe('bedrock: models', () => {
  it('are those that write text', () => {
    expect(
      type().models!({
        modelSummaries: [
          { modelId: 'anthropic.claude-x-v1:0', providerName: 'Anthropic', outputModalities: ['TEXT'] },
          { modelId: 'amazon.nova-canvas-v1:0', providerName: 'Amazon', outputModalities: ['IMAGE'] },
          { modelId: 'amazon.nova-omni', outputModalities: ['TEXT', 'IMAGE'] },
          { modelId: 'odd' },
          null,
        ],
      }),
    ).to.deep.equal([{ id: 'anthropic.claude-x-v1:0', owned_by: 'anthropic' }, { id: 'amazon.nova-omni' }])
    expect(() => type().models!({ data: [] })).to.throw('modelSummaries')
  })

  const traits = (id: string, more: object = {}) => type().traits!(id, settings(keys, more))
  for (const [id, thinking, jsonSchema] of [
    ['anthropic.claude-v2:1', 'none', false],
    ['anthropic.claude-instant-v1', 'none', false],
    ['anthropic.claude-3-5-sonnet-20241022-v2:0', 'none', false],
    ['us.anthropic.claude-3-7-sonnet-20250219-v1:0', 'budget', false],
    ['anthropic.claude-sonnet-4-20250514-v1:0', 'budget', false],
    ['eu.anthropic.claude-sonnet-4-5-20250929-v1:0', 'budget', true],
    ['global.anthropic.claude-opus-4-6-v1', 'adaptive', true],
    [model, 'adaptive', true],
  ] as const) {
    it(`know ${id}`, () => {
      const known = traits(id)
      expect([known.vendor, known.thinking, known.jsonSchema, known.forcedTools]).to.deep.equal(['anthropic', thinking, jsonSchema, true])
    })
  }

  for (const [id, forcedTools] of [
    ['us.amazon.nova-pro-v1:0', true],
    ['mistral.mistral-large-2407-v1:0', true],
    ['meta.llama3-70b-instruct-v1:0', false],
    ['openai.gpt-oss-120b-1:0', false],
  ] as const) {
    it(`of ${id} ${forcedTools ? 'can' : 'cannot'} be made to call a tool, and are not of Claude`, () => {
      expect([traits(id).forcedTools, traits(id).vendor]).to.deep.equal([forcedTools, undefined])
    })
  }

  it('are what a user says they are', () => {
    const given = { model_traits: [{ models: 'arn:*:application-inference-profile/*', vendor: 'anthropic', thinking: 'budget', cache_marks: false }] }
    expect(traits('arn:aws:bedrock:us-east-1:1:application-inference-profile/abc', given)).to.include({
      vendor: 'anthropic',
      thinking: 'budget',
      cacheMarks: false,
    })
  })
})

describe('bedrock: through a gateway', () => {
  const chat = (url: string, body: object) =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'bedrock/us.anthropic.claude-x-v1:0', messages: [{ role: 'user', content: 'Tide?' }], ...body }),
    })
  const start = async (upstream: ScriptedUpstream, env: Record<string, string> = keys) =>
    await startTestGateway({
      env: { AWS_REGION: 'us-east-1', ...env },
      config: {
        models: { configured_provider_models_mode: 'allowlist' },
        providers: { bedrock: { base_url: upstream.url, models: ['us.anthropic.claude-x-v1:0'] } },
      },
    })
  const reply = {
    output: { message: { role: 'assistant', content: [{ text: 'high' }] } },
    stopReason: 'end_turn',
    usage: { inputTokens: 7, outputTokens: 2, totalTokens: 9 },
  }

  it('answers a chat, the model in the path, the call signed', async () => {
    await using upstream = await ScriptedUpstream.start()
    await using gateway = await start(upstream)
    upstream.reply({ body: reply })
    const answer = (await (await chat(gateway.url, {})).json()) as any
    expect(answer.choices[0]).to.deep.include({ finish_reason: 'stop' })
    expect([answer.choices[0].message.content, answer.usage.prompt_tokens, answer.model]).to.deep.equal(['high', 7, 'us.anthropic.claude-x-v1:0'])
    const sent = upstream.requests[0]!
    expect(sent.path).to.equal('/v1/model/us.anthropic.claude-x-v1%3A0/converse')
    expect(sent.headers['authorization']).to.match(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/bedrock\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=[0-9a-f]{64}$/,
    )
    expect(sent.headers['x-amz-content-sha256']).to.equal(sha256(sent.body.toString()))
    expect(JSON.parse(sent.body.toString())).to.deep.equal({ messages: [{ role: 'user', content: [{ text: 'Tide?' }] }] })
  })

  const frames = [
    awsEvent('messageStart', { role: 'assistant' }),
    awsEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'high 😀' } }),
    awsEvent('contentBlockStop', { contentBlockIndex: 0 }),
    awsEvent('messageStop', { stopReason: 'end_turn' }),
    awsEvent('metadata', { usage: { inputTokens: 7, outputTokens: 2, totalTokens: 9 } }),
  ]
  const eventStream = { 'content-type': 'application/vnd.amazon.eventstream' }
  const dataOf = (text: string) =>
    text
      .split('\n\n')
      .filter(event => event.startsWith('data: {'))
      .map((event): any => JSON.parse(event.slice(6)))

  it('streams, its frames cut at every byte', async () => {
    await using upstream = await ScriptedUpstream.start()
    await using gateway = await start(upstream)
    upstream.reply({ headers: eventStream, body: Buffer.concat(frames), splitAt: 'every byte' })
    const text = await (await chat(gateway.url, { stream: true })).text()
    expect(
      dataOf(text)
        .map(({ choices }) => choices[0]?.delta.content as string | undefined)
        .join(''),
    ).to.equal('high 😀')
    expect(text).to.match(/data: \[DONE\]\n\n$/)
    const sent = upstream.requests[0]!
    expect([sent.path, sent.headers['accept']]).to.deep.equal(['/v1/model/us.anthropic.claude-x-v1%3A0/converse-stream', 'application/vnd.amazon.eventstream'])
  })

  it('ends a stream with an error where a bit was flipped', async () => {
    await using upstream = await ScriptedUpstream.start()
    await using gateway = await start(upstream)
    const broken = Buffer.concat(frames)
    const at = frames[0]!.length + frames[1]!.length + 60
    broken[at] = broken[at]! ^ 1
    upstream.reply({ headers: eventStream, body: broken })
    const text = await (await chat(gateway.url, { stream: true })).text()
    expect(dataOf(text).at(-1)?.error?.code).to.equal('stream_incomplete')
    expect(text).not.to.contain('[DONE]')
  })

  it('answers an exception before any text with its status', async () => {
    await using upstream = await ScriptedUpstream.start()
    await using gateway = await start(upstream)
    upstream.always({ headers: eventStream, body: awsException('validationException', { message: 'too long' }) })
    const response = await chat(gateway.url, { stream: true })
    expect([response.status, ((await response.json()) as any).error.message]).to.deep.equal([400, 'too long'])
  })

  it('answers a refusal with its type as the code', async () => {
    await using upstream = await ScriptedUpstream.start()
    await using gateway = await start(upstream)
    upstream.reply({
      status: 400,
      headers: { 'x-amzn-errortype': 'ValidationException:http://x/' },
      body: { message: 'Invocation of model ID x with on-demand throughput isn’t supported.' },
    })
    const response = await chat(gateway.url, {})
    const { error } = (await response.json()) as any
    expect([response.status, error.code]).to.deep.equal([400, 'ValidationException'])
    expect(error.message).to.contain('inference profile')
  })

  it('tries once more with the time of AWS, and without cache points that are refused', async () => {
    await using upstream = await ScriptedUpstream.start()
    await using gateway = await start(upstream)
    const marked = { messages: [{ role: 'user', content: [{ type: 'text', text: 'Tide?', cache_control: { type: 'ephemeral' } }] }] }
    upstream.reply(
      {
        status: 403,
        headers: { 'x-amzn-errortype': 'InvalidSignatureException', date: 'Sun, 30 Aug 2015 12:51:00 GMT' },
        body: { message: 'Signature expired: x' },
      },
      { body: reply },
      { status: 400, headers: { 'x-amzn-errortype': 'ValidationException' }, body: { message: 'cachePoint is not supported' } },
      { body: reply },
    )
    expect((await chat(gateway.url, {})).status).to.equal(200)
    expect(upstream.requests[1]!.headers['x-amz-date']).to.match(/^20150830T125[01]/)
    expect((await chat(gateway.url, marked)).status).to.equal(200)
    expect(upstream.requests.slice(2).map(({ body }) => body.toString().includes('cachePoint'))).to.deep.equal([true, false])
  })

  it('lists models', async () => {
    await using upstream = await ScriptedUpstream.start()
    upstream.always({ body: { modelSummaries: [{ modelId: 'amazon.nova-pro-v1:0', providerName: 'Amazon', outputModalities: ['TEXT'] }] } })
    await using gateway = await startTestGateway({
      env: { AWS_REGION: 'us-east-1', AWS_BEARER_TOKEN_BEDROCK: 'TOKEN' },
      config: { providers: { bedrock: { base_url: upstream.url } } },
    })
    await eventually(async () => {
      const list = (await (await fetch(`${gateway.url}/v1/models`)).json()) as any
      expect((list.data as any[]).map(({ id }) => id as string)).to.deep.equal(['bedrock/amazon.nova-pro-v1:0'])
    })
    const sent = upstream.requests[0]!
    expect([sent.path, sent.headers['authorization']]).to.deep.equal(['/v1/foundation-models?byInferenceType=ON_DEMAND', 'Bearer TOKEN'])
  })
})
