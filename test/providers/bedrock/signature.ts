/** Signature version 4 as its description has it, written down once more: what a signature must be. */

import { createHash, createHmac } from 'node:crypto'

export interface Signed {
  readonly method: string
  /** As it stands in the request line, percent-encoded once. */
  readonly path: string
  readonly query?: string
  /** Those that are signed, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly service: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** `20150830T123600Z`. */
  readonly date: string
}

/** The value of `Authorization`. */
export function authorization({ method, path, query = '', headers, body = '', service, region, accessKeyId, secretAccessKey, date }: Signed): string {
  const names = Object.keys(headers).toSorted()
  const canonical = [
    method,
    path
      .split('/')
      .map(segment => encode(segment))
      .join('/'),
    sortedQuery(query),
    ...names.map(name => `${name}:${headers[name]?.trim().replace(/ +/g, ' ') ?? ''}`),
    '',
    names.join(';'),
    sha256(body),
  ].join('\n')
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`
  const key = [date.slice(0, 8), region, service, 'aws4_request'].reduce<Buffer | string>((key, part) => hmac(key, part), `AWS4${secretAccessKey}`)
  const signature = hmac(key, ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')).toString('hex')
  return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** RFC 3986: letters, digits and `-._~` stay. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

function sortedQuery(query: string): string {
  return [...new URLSearchParams(query)]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join('&')
}
