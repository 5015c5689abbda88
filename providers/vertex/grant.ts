/** Ways to an access token, and how one is asked for. */

import { proxyFor, type ProxySettings } from '../../core/config/providers/proxy.ts'
import type { SmallCall, SmallFetch } from '../../core/upstream/small-call.ts'

export interface AccessToken {
  readonly value: string
  readonly expiresInMs: number
}

/** Gets a new access token. @throws Error */
export type Grant = () => Promise<AccessToken>

const timeoutMs = 10_000

/** A form for a token endpoint. */
export function tokenForm(url: string, fields: Readonly<Record<string, string>>, through: ProxySettings): SmallCall {
  return {
    method: 'POST',
    url,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' },
    body: new URLSearchParams(fields).toString(),
    timeoutMs,
    ...viaProxy(url, through),
  }
}

/** The proxy for a URL, as a member of its call. */
export function viaProxy(url: string, through: ProxySettings): Pick<SmallCall, 'proxyUrl'> {
  const proxyUrl = proxyFor(url, through)
  return proxyUrl === undefined ? {} : { proxyUrl }
}

/** Asks for a token. @throws Error that says who refused and why, never with what */
export async function askForToken(fetch: SmallFetch, call: SmallCall): Promise<AccessToken> {
  const { access_token: value, expires_in: seconds } = await askForJson(fetch, call)
  if (typeof value !== 'string' || value === '') throw new Error(`${hostOf(call)} answered without an access token`)
  return { value, expiresInMs: Number(seconds ?? 0) * 1000 || 0 }
}

/** One more try where none was answered, or the server is not well. @throws Error */
export async function askForJson(fetch: SmallFetch, call: SmallCall): Promise<Readonly<Record<string, unknown>>> {
  const first = await fetch(call).catch((cause: unknown) => cause)
  const { status, body } = isReply(first) && first.status !== 429 && first.status < 500 ? first : await fetch(call)
  const json = parsed(body)
  if (status !== 200) throw new Error(`${hostOf(call)} answered ${status}${reasonIn(json)}`)
  return json
}

function isReply(value: unknown): value is Awaited<ReturnType<SmallFetch>> {
  return typeof (value as { readonly status?: unknown } | undefined)?.status === 'number' && !(value instanceof Error)
}

function hostOf({ url }: SmallCall): string {
  return new URL(url).host
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}

/** OAuth's `error` and `error_description`, or Google's `error.message`. */
function reasonIn({ error, error_description: description }: Readonly<Record<string, unknown>>): string {
  const message = typeof error === 'object' && error !== null ? (error as { readonly message?: unknown }).message : error
  const words = [message, description].filter(word => typeof word === 'string')
  return words.length === 0 ? '' : `: ${words.join(': ').slice(0, 300)}`
}
