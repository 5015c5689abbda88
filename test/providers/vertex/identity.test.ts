import { expect } from 'chai'
import type { ProviderCall, ProviderDefinition, ProviderSettings } from '../../../core/plugin/provider.ts'
import { smallCall } from '../../../core/upstream/small-call.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { vertex } from '../../../providers/vertex/index.ts'
import type { VertexDeps } from '../../../providers/vertex/deps.ts'
import { Google, jwtOf, pem } from './google.ts'

const minuteMs = 60_000

describe('the identity of vertex', () => {
  let google: Google
  let clock: TurnedClock
  beforeEach(async () => {
    google = await Google.start()
    clock = new TurnedClock()
  })
  afterEach(() => google.close())

  const account = (more = {}) =>
    JSON.stringify({
      type: 'service_account',
      project_id: 'p',
      private_key_id: 'kid-1',
      private_key: pem,
      client_email: 'robot@p.iam.gserviceaccount.com',
      token_uri: google.tokenUrl,
      ...more,
    })

  /** The type in deps with these files. */
  function type(files: Readonly<Record<string, string>> = {}, more: Partial<VertexDeps> = {}): ProviderDefinition {
    return vertex({
      now: () => clock.now(),
      fetch: smallCall,
      gcloud: '/home/ann/.config/gcloud',
      read: file => {
        const text = files[file]
        if (text === undefined) throw Object.assign(new Error(`ENOENT: ${file}`), { code: 'ENOENT' })
        return text
      },
      ...more,
    })
  }

  const settingsOf = (more: object): ProviderSettings => ({ name: 'vertex', type: 'vertex', vertex_project: 'proj', vertex_location: 'europe-west4', ...more })

  /** Signs a call, and gives its headers. */
  async function signed(definition: ProviderDefinition, settings: ProviderSettings): Promise<readonly string[]> {
    const call: ProviderCall = {
      operation: 'generate',
      method: 'POST',
      path: '/publishers/google/models/google%2Fgemini-x:generateContent',
      headers: ['Accept', '*/*'],
      body: undefined,
    }
    await definition.sign?.(call, settings)
    expect(call.path).to.equal('/publishers/google/models/gemini-x:generateContent')
    return call.headers
  }

  const token = async (definition: ProviderDefinition, settings: ProviderSettings) => (await signed(definition, settings))[3]

  describe('of a service account', () => {
    it('is a claim that the account signed, exchanged for a token', async () => {
      const headers = await signed(type(), settingsOf({ service_account_json: account() }))
      expect(headers).to.deep.equal(['Accept', '*/*', 'Authorization', 'Bearer token-1', 'x-goog-user-project', 'proj'])
      const [asked] = google.asked
      expect(asked?.form['grant_type']).to.equal('urn:ietf:params:oauth:grant-type:jwt-bearer')
      const issued = Math.floor(clock.now() / 1000)
      expect(jwtOf(asked?.form['assertion'] ?? '')).to.deep.equal({
        header: { alg: 'RS256', typ: 'JWT', kid: 'kid-1' },
        claims: {
          iss: 'robot@p.iam.gserviceaccount.com',
          sub: 'robot@p.iam.gserviceaccount.com',
          aud: google.tokenUrl,
          scope: 'https://www.googleapis.com/auth/cloud-platform',
          iat: issued,
          exp: issued + 3600,
        },
      })
    })

    for (const [name, given] of [
      ['a file', () => ({ auth_type: 'gcp_service_account', service_account_file: '/keys/robot.json' })],
      ['JSON', () => ({ auth_type: 'service_account', service_account_json: account() })],
      ['base64', () => ({ service_account_json_base64: Buffer.from(account()).toString('base64') })],
      ['a file, without the kind of identity', () => ({ service_account_file: '/keys/robot.json' })],
    ] as const) {
      it(`comes from ${name}`, async () => expect(await token(type({ '/keys/robot.json': account() }), settingsOf(given()))).to.equal('Bearer token-1'))
    }

    it('asks for the scope of the settings', async () => {
      await signed(type(), settingsOf({ service_account_json: account(), gcp_scope: 'scope-a scope-b' }))
      expect(jwtOf(google.asked[0]?.form['assertion'] ?? '').claims['scope']).to.equal('scope-a scope-b')
    })
  })

  describe('by default', () => {
    const named = (more = {}) => settingsOf({ variables: { GOOGLE_APPLICATION_CREDENTIALS: '/adc.json', ...more } })
    const user = () =>
      JSON.stringify({ type: 'authorized_user', client_id: 'client', client_secret: 'secret', refresh_token: 'refresh', token_uri: google.tokenUrl })
    const kept = '/home/ann/.config/gcloud/application_default_credentials.json'

    it('is that of the file that the environment names', async () => {
      expect(await token(type({ '/adc.json': account(), [kept]: '{}' }), named())).to.equal('Bearer token-1')
      expect(google.asked[0]?.form).to.have.property('assertion')
    })
    it("is that of gcloud's user, refreshed", async () => {
      expect(await token(type({ [kept]: user() }), settingsOf({}))).to.equal('Bearer token-1')
      expect(google.asked[0]?.form).to.deep.equal({ grant_type: 'refresh_token', client_id: 'client', client_secret: 'secret', refresh_token: 'refresh' })
    })
    it("is that of gcloud's user in a folder of its own", async () => {
      expect(await token(type({ '/sdk/application_default_credentials.json': user() }), settingsOf({ variables: { CLOUDSDK_CONFIG: '/sdk' } }))).to.equal(
        'Bearer token-1',
      )
    })
    it("is the machine's, from its metadata server, never through a proxy", async () => {
      const calls: unknown[] = []
      const definition = type(
        {},
        {
          fetch: call => {
            calls.push([call.proxyUrl, call.connectMs])
            return smallCall(call)
          },
        },
      )
      expect(await token(definition, settingsOf({ proxy_url: 'http://127.0.0.1:1', variables: { GCE_METADATA_HOST: google.host } }))).to.equal('Bearer token-1')
      expect(calls).to.deep.equal([[undefined, 1000]])
      expect(google.asked.map(({ method, path }) => `${method} ${path}`)).to.deep.equal(['GET /computeMetadata/v1/instance/service-accounts/default/token'])
    })
    it('of the machine is asked for where Google says', async () => {
      const urls: string[] = []
      await token(
        type(
          {},
          {
            fetch: async ({ url }) => {
              urls.push(url)
              return { status: 200, body: '{"access_token":"t","expires_in":3599}' }
            },
          },
        ),
        settingsOf({}),
      )
      expect(urls).to.deep.equal(['http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token'])
    })
    it('is not that of a service account that is given, if asked for by name', async () => {
      await token(type({ [kept]: user() }), settingsOf({ auth_type: 'gcp_adc', service_account_json: account() }))
      expect(google.asked[0]?.form['grant_type']).to.equal('refresh_token')
    })

    const external = (more = {}) =>
      JSON.stringify({
        type: 'external_account',
        audience: '//iam/pools/a',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        token_url: google.tokenUrl,
        credential_source: { file: '/subject' },
        ...more,
      })
    it("is another provider's, exchanged", async () => {
      expect(await token(type({ '/adc.json': external(), '/subject': 'subject\n' }), named())).to.equal('Bearer token-1')
      expect(google.asked[0]?.form).to.deep.equal({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        audience: '//iam/pools/a',
        scope: 'https://www.googleapis.com/auth/cloud-platform',
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        subject_token: 'subject',
      })
    })
    it("is another provider's that acts for a service account", async () => {
      const file = external({
        credential_source: { file: '/subject', format: { type: 'json', subject_token_field_name: 'id' } },
        service_account_impersonation_url: `http://${google.host}/impersonate`,
      })
      expect(await token(type({ '/adc.json': file, '/subject': '{"id":"subject"}' }), named())).to.equal('Bearer token-2')
      expect([google.asked[1]?.headers['authorization'], JSON.parse(google.asked[1]?.body ?? '')]).to.deep.equal([
        'Bearer token-1',
        { scope: ['https://www.googleapis.com/auth/cloud-platform'], lifetime: '3600s' },
      ])
    })

    it('goes through the proxy of the instance', async () => {
      const proxies: unknown[] = []
      const definition = type(
        { '/adc.json': account() },
        {
          fetch: ({ proxyUrl }) => {
            proxies.push(proxyUrl)
            return Promise.resolve({ status: 200, body: '{"access_token":"t","expires_in":3600}' })
          },
        },
      )
      await signed(definition, named())
      await signed(definition, { ...named(), proxy_url: 'http://proxy:3128' })
      expect(proxies).to.deep.equal([undefined, 'http://proxy:3128'])
    })
    it('goes through the proxy of the process, if the instance has none', async () => {
      const proxies: unknown[] = []
      const file = account({ token_uri: 'https://token.example/token' })
      const definition = type(
        { '/adc.json': file },
        {
          fetch: ({ proxyUrl }) => {
            proxies.push(proxyUrl)
            return Promise.resolve({ status: 200, body: '{"access_token":"t","expires_in":3600}' })
          },
        },
      )
      const variables = { GOOGLE_APPLICATION_CREDENTIALS: '/adc.json', HTTPS_PROXY: 'http://everyone:3128' }
      for (const given of [{ variables }, { variables, proxy_url: 'http://own:3128' }, { variables: { ...variables, NO_PROXY: 'token.example' } }])
        await signed(definition, settingsOf(given))
      expect(proxies).to.deep.equal(['http://everyone:3128', 'http://own:3128', undefined])
    })
  })

  describe('that cannot be had', () => {
    const kept = '/home/ann/.config/gcloud/application_default_credentials.json'
    for (const [name, files, given, message] of [
      ['a service account that is not given', {}, { auth_type: 'gcp_service_account' }, 'auth_type gcp_service_account needs service_account_file'],
      ['a file that is not there', {}, { service_account_file: '/none.json' }, 'ENOENT'],
      ['a file that the environment names and is not there', {}, { variables: { GOOGLE_APPLICATION_CREDENTIALS: '/none.json' } }, 'ENOENT'],
      ['a file that is no JSON', { '/a.json': 'sk-secret' }, { service_account_file: '/a.json' }, '/a.json is no JSON object'],
      [
        'a key of another type',
        { '/a.json': '{"type":"authorized_user"}' },
        { service_account_file: '/a.json' },
        'is of type authorized_user, not service_account',
      ],
      [
        'a key without a member',
        { '/a.json': '{"type":"service_account","client_email":"a"}' },
        { service_account_file: '/a.json' },
        '/a.json has no private_key_id',
      ],
      [
        'a key that is none',
        { '/a.json': '{"type":"service_account","client_email":"a","private_key_id":"k","private_key":"sk-secret"}' },
        { service_account_file: '/a.json' },
        '/a.json: private_key is no key in PEM',
      ],
      ['a type that is not known', { [kept]: '{"type":"impersonated_service_account"}' }, {}, 'is of type impersonated_service_account, which is not known'],
      [
        'a source of tokens that is not known',
        { [kept]: '{"type":"external_account","audience":"a","token_url":"u","subject_token_type":"t","credential_source":{"executable":{}}}' },
        {},
        'is of type external_account with a source of tokens that is not known',
      ],
      [
        'a source of tokens that must be signed',
        {
          [kept]:
            '{"type":"external_account","audience":"a","token_url":"u","subject_token_type":"t","credential_source":{"environment_id":"aws1","url":"http://a"}}',
        },
        {},
        'is of type external_account with a source of tokens that is not known',
      ],
    ] as [string, Record<string, string>, object, string][]) {
      it(`fails the setting up: ${name}`, () => {
        let thrown = ''
        try {
          type(files).resolve?.(settingsOf(given))
        } catch (cause) {
          thrown = (cause as Error).message
        }
        expect(thrown).to.contain(message).and.not.to.contain('sk-secret')
      })
    }

    it('fails the call, and says who refused and why', async () => {
      const definition = type()
      const settings = settingsOf({ service_account_json: account() })
      google.queue.push({ status: 400, body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } })
      const cause = await token(definition, settings).then(
        () => undefined,
        (error: unknown) => error as Error,
      )
      expect(cause?.message).to.equal(`${google.host} answered 400: invalid_grant: Invalid JWT Signature.`)
      expect(google.asked).to.have.length(1)
      expect(await token(definition, settings)).to.equal('Bearer token-1')
    })
    for (const [name, answer] of [
      ['a server that is not well', { status: 503 }],
      ['too many questions', { status: 429 }],
      ['a connection that breaks', 'cut'],
    ] as const) {
      it(`is asked for once more after ${name}`, async () => {
        google.queue.push(answer)
        expect(await token(type(), settingsOf({ service_account_json: account() }))).to.equal('Bearer token-1')
        expect(google.asked).to.have.length(2)
      })
      it(`is not asked for a third time after ${name}`, async () => {
        google.queue.push(answer, answer)
        const cause = await token(type(), settingsOf({ service_account_json: account() })).then(
          () => undefined,
          (error: unknown) => error,
        )
        expect([cause instanceof Error, google.asked.length]).to.deep.equal([true, 2])
      })
    }
    it('is refused without a token in the answer', async () => {
      google.queue.push({ body: 'no JSON' })
      const cause = await token(type(), settingsOf({ service_account_json: account() })).then(
        () => undefined,
        (error: unknown) => error as Error,
      )
      expect(cause?.message).to.equal(`${google.host} answered without an access token`)
    })
  })

  describe('is kept', () => {
    let definition: ProviderDefinition
    let settings: ProviderSettings
    beforeEach(() => {
      definition = type()
      settings = settingsOf({ service_account_json: account() })
    })
    const now = () => token(definition, settings)

    it('for fifty minutes of the hour that it lives', async () => {
      await now()
      clock.advance(50 * minuteMs - 1)
      expect(await now()).to.equal('Bearer token-1')
      clock.advance(1)
      expect(await now()).to.equal('Bearer token-2')
    })
    it('until five minutes before its end', async () => {
      google.lifeSeconds = 600
      await now()
      clock.advance(5 * minuteMs - 1)
      expect(await now()).to.equal('Bearer token-1')
      clock.advance(1)
      expect(await now()).to.equal('Bearer token-2')
    })
    it('not at all if it lives five minutes or less', async () => {
      google.lifeSeconds = 300
      expect([await now(), await now()]).to.deep.equal(['Bearer token-1', 'Bearer token-2'])
    })
    it('without a wait', async () => {
      await now()
      const call = { operation: 'generate', method: 'POST', path: '/x', headers: [], body: undefined }
      expect(definition.sign?.(call, settings)).to.equal(undefined)
      expect(call.headers).to.deep.equal(['Authorization', 'Bearer token-1', 'x-goog-user-project', 'proj'])
    })
    it('and asked for once, however many wait for it', async () => {
      let open = () => {}
      google.gate = new Promise(resolve => {
        open = resolve
      })
      const waiting = Array.from({ length: 20 }, now)
      open()
      expect(new Set(await Promise.all(waiting))).to.deep.equal(new Set(['Bearer token-1']))
      expect(google.asked).to.have.length(1)
    })
    it('until the provider refuses it', async () => {
      await now()
      definition.onUnauthorized?.(settings)
      expect([await now(), await now()]).to.deep.equal(['Bearer token-2', 'Bearer token-2'])
    })
    it('for each instance by itself', async () => {
      await now()
      expect(await token(definition, settingsOf({ service_account_json: account() }))).to.equal('Bearer token-2')
      expect(await now()).to.equal('Bearer token-1')
    })
  })
})
