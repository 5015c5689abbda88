/** Calls the admin API of the gateway that served the page. */

import { signal } from '@preact/signals'
import { apiBase } from './base.ts'
import { eventsOf } from './events.ts'
import { forgetKey, key } from './key.ts'
import { saveFile } from './save.ts'
import { timeZone } from './time-zone.ts'

export { gatewayBase, pageBase } from './base.ts'

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

/** Nobody answered, or somebody else. */
export class Unreachable extends Error {}

/** Whether the last call found no gateway. */
export const isAway = signal(false)

/** Whether the gateway itself said no: asking again would bring the same answer. */
export function isRefusal(cause: unknown): boolean {
  return cause instanceof Refusal && (cause.status < 500 || cause.code === 'feature_unavailable')
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** @param path below `/admin` @throws Refusal, or Unreachable */
export async function get<T>(path: string, query: Query = {}): Promise<T> {
  return (await (await ask('GET', path + queryText(query))).json()) as T
}

/** @throws as `get`, if the gateway does not take the key */
export async function tryKey(given: string): Promise<void> {
  await ask('GET', '/access', { given })
}

/** @throws as `get` */
export async function getFile(path: string): Promise<Blob> {
  return await (await ask('GET', path)).blob()
}

/** @returns undefined where nothing is answered @throws as `get` */
export async function send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<T | undefined> {
  const text = await (await ask(method, path, { body: body && JSON.stringify(body) })).text()
  return text === '' ? undefined : (JSON.parse(text) as T)
}

/** The `data` of server-sent events, as they come, once the gateway has begun to answer. @throws as `get` */
export async function openStream<T>(path: string, query: Query, signal: AbortSignal): Promise<AsyncIterable<T>> {
  return parsed<T>(await ask('GET', path + queryText(query), { signal }))
}

async function* parsed<T>(reply: Response): AsyncGenerator<T> {
  for await (const data of eventsOf(reply)) yield JSON.parse(data) as T
}

/** Saves what the API answers as a file. */
export async function download(path: string, query: Query, name: string): Promise<void> {
  saveFile(await (await ask('GET', path + queryText(query))).blob(), name)
}

interface Asked {
  readonly body?: string | undefined
  readonly signal?: AbortSignal
  /** The key. */
  readonly given?: string | undefined
}

async function ask(method: string, path: string, { body, signal, given = key.value }: Asked = {}): Promise<Response> {
  const reply = await fetched(path, {
    method,
    signal: signal ?? null,
    headers: {
      'X-Tapline-Timezone': timeZone.value,
      ...(given === undefined ? {} : { Authorization: `Bearer ${given}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  })
  if (reply.ok) return reply
  // Another one may have been given since.
  if (reply.status === 401 && given === key.value) forgetKey()
  throw new Refusal(reply.status, await errorOf(reply))
}

/** What the gateway itself answers. A proxy in between that speaks for it answers pages, or bare text. */
async function fetched(path: string, init: RequestInit): Promise<Response> {
  try {
    const reply = await fetch(apiBase + path, { cache: 'no-store', ...init })
    const type = reply.headers.get('content-type') ?? ''
    const isOurs = reply.ok ? !type.startsWith('text/html') : type.startsWith('application/json')
    if (!isOurs) throw new Unreachable(`The gateway cannot be reached: something else answered for it, with ${reply.status}.`)
    isAway.value = false
    return reply
  } catch (cause) {
    if (init.signal?.aborted === true) throw cause
    isAway.value = true
    throw cause instanceof Unreachable ? cause : new Unreachable('The gateway cannot be reached.', { cause })
  }
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
