/** Whose identity the calls have: keys from variables, else what AWS's own chain finds. */

import type { DefaultProviderInit } from '@aws-sdk/credential-provider-node'
import { proxyFor, type ProxySettings } from '../../core/config/providers/proxy.ts'
import type { Variables } from './place.ts'
import type { Chain, BedrockDeps } from './deps.ts'

/** Variables that say who is calling, or where that can be found. */
export const credentialVariables = [
  'AWS_BEARER_TOKEN_BEDROCK',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_CONFIG_FILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
] as const

const tokenServiceMs = 10_000
/** Of a container or a machine: it answers at once, or is not there. */
const metadataMs = 3000

/** The chain of one instance. It keeps what it finds until five minutes before that expires. */
export function chainFor(variables: Variables, region: string, through: ProxySettings, deps: BedrockDeps): Promise<Chain> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = variables
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const keys = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
    return Promise.resolve(() => Promise.resolve(keys))
  }
  return deps.chain(initOf(variables, region, through, deps))
}

function initOf(variables: Variables, region: string, through: ProxySettings, { fetch }: BedrockDeps): DefaultProviderInit {
  const given = {
    profile: variables['AWS_PROFILE'],
    filepath: variables['AWS_SHARED_CREDENTIALS_FILE'],
    configFilepath: variables['AWS_CONFIG_FILE'],
    webIdentityTokenFile: variables['AWS_WEB_IDENTITY_TOKEN_FILE'],
    roleArn: variables['AWS_ROLE_ARN'],
    roleSessionName: variables['AWS_ROLE_SESSION_NAME'],
  }
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    timeout: metadataMs,
    maxRetries: 1,
    clientConfig: { region, maxAttempts: 2, requestHandler: handlerOf(fetch, through) },
  }
}

type Handler = NonNullable<NonNullable<DefaultProviderInit['clientConfig']>['requestHandler']>

/** A call as AWS's library describes it. */
interface HttpRequest {
  readonly method: string
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly query?: Readonly<Record<string, string | string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** Token services are reached as the instance's own calls are. */
function handlerOf(fetch: BedrockDeps['fetch'], through: ProxySettings): Handler {
  return {
    async handle(request: HttpRequest) {
      const url = urlOf(request)
      const proxyUrl = proxyFor(url, through)
      const { status, body } = await fetch({
        method: request.method as 'GET' | 'POST' | 'PUT',
        url,
        headers: request.headers,
        ...(request.body === undefined ? {} : { body: textOf(request.body) }),
        timeoutMs: tokenServiceMs,
        ...(proxyUrl === undefined ? {} : { proxyUrl }),
      })
      return { response: { statusCode: status, headers: {}, body: Buffer.from(body) } }
    },
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
  }
}

function urlOf({ protocol, hostname, port, path, query = {} }: HttpRequest): string {
  const url = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`)
  for (const [name, value] of Object.entries(query)) for (const one of [value ?? ''].flat()) url.searchParams.append(name, one)
  return url.href
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : Buffer.from(body as Uint8Array).toString()
}
