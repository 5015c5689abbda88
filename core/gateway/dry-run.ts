/** What a provider would be sent for a request, and what would be lost on the way, without a call. */

import { headerPairs } from '../flat-headers.ts'
import type { Loss } from '../neutral/losses.ts'
import { Attempt } from '../pipeline/attempt.ts'
import { readBody } from '../pipeline/body.ts'
import { Exchange } from '../pipeline/exchange.ts'
import type { Plan } from '../pipeline/plan/plan.ts'
import { suggestion } from '../config/problems/suggestion.ts'
import { spelledCall } from '../upstream/outgoing.ts'
import type { ProviderInstance } from '../upstream/provider/provider.ts'
import type { Generation } from './generation.ts'

const redacted = '<redacted>'

export interface DryRunOptions {
  /** The provider instance; `instance/model` if it is to get another model than the request names. */
  readonly to: string
  /** The dialect of the request; the first that takes it by default. */
  readonly from?: string
  /** The caller's body. */
  readonly request: Buffer
}

export interface DryRun {
  /** The dialect that the request was read in. */
  readonly from: string
  readonly method: string
  readonly url: string
  /** In the order in which they are sent; keys are redacted. What the transport and signing add is not there. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** The very bytes. */
  readonly body: string
  /** Where one request takes several calls: the bodies of the others. */
  readonly further: readonly string[]
  readonly losses: readonly Loss[]
}

/** @throws GatewayError for what is refused, Error if there is no such provider or dialect */
export async function dryRun(generation: Generation, { to, from, request }: DryRunOptions): Promise<DryRun> {
  const [name = '', ...rest] = to.split('/')
  const provider = generation.providers.get(name)
  if (provider === undefined) throw new Error(`there is no provider "${name}"${suggestion(name, [...generation.providers.keys()])}`)
  const { exchange, dialect } = await read(generation, from, request)
  const model = rest.length > 0 ? rest.join('/') : withoutPrefix(exchange.model, name)
  const attempt = new Attempt({ provider, model }, 0, 'primary', 0)
  attempt.key = provider.keys.size > 0 ? redacted : undefined
  await exchange.plan.attempt?.fire(exchange, attempt)
  const { method, path, headers, body, further = [] } = spelledCall(exchange, attempt)
  return {
    from: dialect,
    method,
    url: urlOf(provider, path),
    headers: headerPairs(headers),
    body: body?.toString() ?? '',
    further: further.map(String),
    losses: attempt.translation?.losses.list ?? exchange.losses,
  }
}

/** Reads the request in the dialect that was named, else in the first that takes it. @throws the first refusal */
async function read(generation: Generation, from: string | undefined, request: Buffer): Promise<{ exchange: Exchange; dialect: string }> {
  const plans = [...generation.plans.values()]
    .map(({ plan }) => plan)
    .filter(({ dialect, body }) => dialect !== undefined && body === 'json' && (from === undefined || dialect.name === from))
  plans.sort((one, other) => Number(generates(other)) - Number(generates(one)))
  let refused: unknown
  for (const plan of plans) {
    try {
      return { exchange: await readBy(plan, request), dialect: plan.dialect?.name ?? '' }
    } catch (cause) {
      refused ??= cause
    }
  }
  throw refused ?? new Error(`no pipeline takes requests in the dialect "${from ?? ''}"`)
}

/** Whether a pipeline asks models for answers. */
function generates({ dialect, operation }: Plan): boolean {
  return dialect?.upstream?.operation(false) === operation
}

async function readBy(plan: Plan, request: Buffer): Promise<Exchange> {
  const incoming = { method: 'POST', path: '/', query: '', params: {}, headers: {}, rawHeaders: [], remoteAddress: '', body: () => Promise.resolve(request) }
  const exchange = new Exchange('dry-run', incoming, plan)
  await readBody(exchange)
  return exchange
}

function withoutPrefix(model: string, provider: string): string {
  return model.startsWith(`${provider}/`) ? model.slice(provider.length + 1) : model
}

function urlOf({ baseUrl }: ProviderInstance, path: string): string {
  return `${baseUrl ?? ''}${path}`
}
