/** Which headers go where: names by what they are for, and what becomes of each kind. */

import { memoize } from '../../memoize.ts'

/**
 * | kind               | policy and overrides   | caller's, to a provider by passthrough | provider's, to the caller by passthrough |
 * |--------------------|------------------------|----------------------------------------|------------------------------------------|
 * | `credentials`      | leave it alone         | stays here                             | goes, but for `ofHop`                    |
 * | `ofConnection`     | leave it alone         | stays here                             | stays here                               |
 * | `ofMessage`        | leave it alone         | stays here                             | goes                                     |
 * | `ofSpelling`       | leave it alone         | goes                                   | goes                                     |
 * | `requestIds`       | leave it alone         | `X-Request-Id` stays here              | goes as `X-Upstream-Request-Id`          |
 * | `ofWay`            | policy may edit it     | stays here                             | goes                                     |
 * | `ofAnother`        | policy may edit it     | stays here                             | goes                                     |
 * | `ofGatewaysCall`   | policy may edit it     | goes                                   | goes                                     |
 * | `prefixOfOrigins`  | policy may edit it     | goes                                   | stays here                               |
 * | `ofAnswerer`       | policy may edit it     | goes                                   | stays here                               |
 *
 * Overrides let no header of a caller along that stays here, that policy leaves alone, or that is of the gateway's own call.
 * What `Connection` names stays here, both ways.
 */
type Names = ReadonlySet<string>

const secrets: Names = new Set([
  'authorization',
  'proxy-authorization',
  'x-api-key',
  'api-key',
  'xi-api-key',
  'x-goog-api-key',
  'x-auth-token',
  'x-access-token',
  'x-amz-security-token',
  'x-tapline-key',
  'x-gomodel-key',
  'cookie',
  'set-cookie',
])
/** Secrets, and what asks for them. */
const credentials: Names = new Set([...secrets, 'www-authenticate', 'proxy-authenticate'])
/** Credentials between two ends of one connection, and a provider's cookies. */
const ofHop: Names = new Set(['proxy-authenticate', 'proxy-authorization', 'set-cookie'])
const ofConnection: Names = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'])
const ofMessage: Names = new Set(['host', 'content-length', 'expect'])
const ofSpelling: Names = new Set(['content-type', 'content-encoding', 'accept-encoding'])
const requestIds: Names = new Set(['x-request-id', 'request-id'])
/** The way that a request came; other names of this kind begin with one of `prefixesOfWay`. */
const ofWay: Names = new Set(['forwarded'])
const prefixesOfWay = ['proxy-', 'x-forwarded-']
/** What some servers take for the method or the path instead of those of the request, by which the gateway has judged it. */
const ofAnother: Names = new Set(['x-http-method-override', 'x-http-method', 'x-method-override', 'x-original-url', 'x-rewrite-url'])
/** Where the caller stands, and what they take: the gateway makes a call of its own. */
const ofGatewaysCall: Names = new Set(['accept', 'via', 'x-real-ip'])

/** Which web pages may call: for the provider's own address, not for the gateway's, where a page could spend the operator's key. */
const prefixOfOrigins = 'access-control-'

/** Which provider answered: where that is a gateway like this one, only this one says it. */
const ofAnswerer = 'x-tapline-provider'

/** Those above that say how a message is carried and spelled, and which one it is; `Trailers` is how some spell `Trailer`. */
const transport: Names = new Set([...ofConnection, 'trailers', ...ofMessage, ...ofSpelling, ...requestIds])

/** What the transport writes by itself, and takes from nobody else. */
const ofSending: Names = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'content-length', 'expect'])

/** Whether a call cannot be sent with such a header. @param name in lower case */
export function isOfSending(name: string): boolean {
  return ofSending.has(name)
}

/** A list without what the transport writes by itself; the same one where there is nothing of that. @param headers flat; whatever somebody wrote there */
export function withoutSending(headers: readonly string[]): readonly string[] {
  return headers.some(isOfSendingAt) ? headers.filter((_, at) => !isOfSendingAt(headers[at - (at % 2)], 0)) : headers
}

function isOfSendingAt(name: unknown, at: number): boolean {
  return at % 2 === 0 && typeof name === 'string' && ofSending.has(name.toLowerCase())
}

/** Why policy must not touch a header; undefined if it may. */
export function untouchable(name: string): 'credentials' | 'transport' | undefined {
  const lower = name.toLowerCase()
  if (credentials.has(lower)) return 'credentials'
  return transport.has(lower) ? 'transport' : undefined
}

/** Why policy refuses to touch a header, for people; undefined if it does not. */
export function refusalToTouch(name: string): string | undefined {
  const why = untouchable(name)
  return why === undefined ? undefined : `${name} ${why === 'credentials' ? 'carries credentials' : 'belongs to the transport of messages'}, and is left alone`
}

/** Whether a header's value is a credential, to be kept out of every log. @param name in lower case, as below */
export function isSecret(name: string): boolean {
  return secrets.has(name)
}

/** Whether a caller's header never goes to a provider. */
export function staysHere(name: string): boolean {
  return (
    credentials.has(name) ||
    ofConnection.has(name) ||
    ofMessage.has(name) ||
    name === 'x-request-id' ||
    ofWay.has(name) ||
    ofAnother.has(name) ||
    prefixesOfWay.some(prefix => name.startsWith(prefix))
  )
}

/** Whether overrides may let a caller's header along, if it does not stay here anyway. */
export function isOverridable(name: string): boolean {
  return untouchable(name) === undefined && !ofGatewaysCall.has(name)
}

/** Whether a provider's header never goes to callers. */
export function staysUpstream(name: string): boolean {
  return ofConnection.has(name) || ofHop.has(name) || name === ofAnswerer || name.startsWith(prefixOfOrigins)
}

/** Whether a provider names the request by it. */
export function isRequestId(name: string): boolean {
  return requestIds.has(name)
}

/** Lower-case names of headers that are of one connection because its `Connection` header says so. */
export function namedByConnection({ connection = '' }: Readonly<Record<string, string | readonly string[] | undefined>>): Names {
  return namesIn(String(connection))
}

const namesIn = memoize(
  (list: string): Names =>
    new Set(
      list
        .toLowerCase()
        .split(',')
        .map(name => name.trim()),
    ),
)
