/** Calls the admin API of the gateway that served the page. */

import { signal } from '@preact/signals'
import { eventsOf } from './events.ts'
import { forgetKey, key } from './key.ts'
import { saveFile } from './save.ts'
import { timeZone } from './time-zone.ts'

/** The path of the page, below whatever base path the gateway has. */
export const pageBase = location.pathname.replace(/(\/admin\/dashboard).*$/, '$1')
const apiBase = pageBase.replace(/\/dashboard$/, '')
/** Where callers' routes begin. */
export const gatewayBase = apiBase.replace(/\/admin$/, '')

/** Whether the gateway wants a key, or another one than it was given. */
export const keyWanted = signal(false)

/** What the gateway refused. `param` names the field of the request that is wrong. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string | undefined
  readonly param: string | undefined

  constructor(status: number, { message, code, param }: { message?: string; code?: string | null; param?: string | null }) {
    super(message ?? `the gateway answered ${status}`)
    this.status = status
    this.code = code ?? undefined
    this.param = param ?? undefined
  }
}

/** Whether asking again would bring the same answer. */
export function isRefusal(cause: unknown): boolean {
  return cause instanceof Refusal && cause.status < 500
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** @param path below `/admin` @throws Refusal, or TypeError if the gateway cannot be reached */
export async function get<T>(path: string, query: Query = {}): Promise<T> {
  return (await (await ask('GET', path + queryText(query))).json()) as T
}

/** @returns undefined where nothing is answered @throws as `get` */
export async function send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<T | undefined> {
  const text = await (await ask(method, path, body && JSON.stringify(body))).text()
  return text === '' ? undefined : (JSON.parse(text) as T)
}

/** The `data` of server-sent events, as they come, once the gateway has begun to answer. @throws as `get` */
export async function openStream<T>(path: string, query: Query, signal: AbortSignal): Promise<AsyncIterable<T>> {
  return parsed<T>(await ask('GET', path + queryText(query), undefined, signal))
}

async function* parsed<T>(reply: Response): AsyncGenerator<T> {
  for await (const data of eventsOf(reply)) yield JSON.parse(data) as T
}

/** Saves what the API answers as a file. */
export async function download(path: string, query: Query, name: string): Promise<void> {
  saveFile(await (await ask('GET', path + queryText(query))).blob(), name)
}

async function ask(method: string, path: string, body?: string, signal: AbortSignal | null = null): Promise<Response> {
  const given = key.value
  const reply = await fetch(apiBase + path, {
    method,
    signal,
    headers: {
      'X-Tapline-Timezone': timeZone.value,
      ...(given === undefined ? {} : { Authorization: `Bearer ${given}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  })
  if (reply.ok) return reply
  if (reply.status === 401) {
    forgetKey()
    keyWanted.value = true
  }
  throw new Refusal(reply.status, await errorOf(reply))
}

async function errorOf(reply: Response): Promise<{ message?: string; code?: string; param?: string }> {
  try {
    return ((await reply.json()) as { error?: object }).error ?? {}
  } catch {
    return {}
  }
}

function queryText(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}
