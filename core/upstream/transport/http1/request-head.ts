/** The head of a request, spelled for the wire. */

/** Methods whose requests say their length even if they have no body (RFC 9110 8.6). */
const withBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])
const withoutBody: ReadonlySet<string> = new Set(['GET', 'DELETE'])

const plainPath = /^\/[\u0021-\u007e]*$/
/** All but those that say how the message or the connection ends, or whom it is for. */
const plainName = /^(?!(?:connection|content-length|expect|host|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade)$)[!#$%&'*+\-.^_`|~\dA-Z]+$/i
/** Names that were found plain: most calls carry the same. */
const known = new Set<string>()
const mostKnown = 500
const plainValue = /^[\t\u0020-\u007e\u0080-\u00ff]*$/

/** What is asked, beside where. */
export interface Asked {
  readonly method: string
  /** Flat. */
  readonly headers: readonly string[]
  readonly body?: Buffer | undefined
}

/** @returns undefined where something in it would have to be judged: another method, a header about the connection, a character that may not stand there */
export function requestHead(host: string, path: string, { method, headers, body }: Asked): string | undefined {
  const saysLength = withBody.has(method)
  if (!saysLength && (body !== undefined || !withoutBody.has(method))) return undefined
  if (!plainPath.test(path)) return undefined
  let text = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i]
    const value = headers[i + 1]
    if (typeof name !== 'string' || typeof value !== 'string' || !isPlain(name) || !plainValue.test(value)) return undefined
    text += `${name}: ${value}\r\n`
  }
  return saysLength ? `${text}content-length: ${body?.length ?? 0}\r\n\r\n` : `${text}\r\n`
}

function isPlain(name: string): boolean {
  if (known.has(name)) return true
  if (!plainName.test(name)) return false
  if (known.size < mostKnown) known.add(name)
  return true
}
