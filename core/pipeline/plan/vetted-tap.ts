/** Looks at what a tap leaves for others, if it left anything: what cannot be used is the failure of its plugin, not of the provider or the gateway. */

import { isPromise } from '../../promise.ts'
import { headerName, headerValue } from '../../upstream/headers/header-edits.ts'
import { isOfSending } from '../../upstream/headers/header-names.ts'
import { ProviderInstance } from '../../upstream/provider/provider.ts'
import type { Target } from '../../upstream/provider/target.ts'
import type { Attempt } from '../attempt.ts'
import type { Exchange } from '../exchange.ts'
import type { Tap } from '../phase.ts'
import type { PhaseName } from './step.ts'
import type { Warning } from '../warning.ts'

type Call<Said> = Tap<Said>['call']

/** @returns a tap that fails, and leaves nothing, where the given one leaves what cannot be used; decided once, as taps are placed */
export function vettedTap<Said>(phase: PhaseName, name: string, call: Call<Said>): Call<Said> {
  if (phase === 'route') return withTargets(name, call)
  return phase === 'attempt' ? withHeaders(name, call) : call
}

function withTargets<Said>(name: string, call: Call<Said>): Call<Said> {
  return (exchange, attempt) => {
    const before = exchange.targets
    const { length } = before
    const said = call(exchange, attempt)
    if (isPromise<Said | Warning | undefined>(said)) return afterwards(said, () => vetTargets(name, exchange, before, length))
    vetTargets(name, exchange, before, length)
    return said
  }
}

function vetTargets(name: string, exchange: Exchange, before: readonly Target[], length: number): void {
  if (exchange.targets === before && before.length === length) return
  const flaw = flawOfTargets(exchange.targets)
  if (flaw === undefined) return
  exchange.targets = before.slice(0, length)
  throw new TypeError(`${name} set ${flaw}`)
}

function withHeaders<Said>(name: string, call: Call<Said>): Call<Said> {
  return (exchange, attempt) => {
    if (attempt === undefined) return call(exchange, attempt)
    const { headers } = attempt
    const { length } = headers
    const said = call(exchange, attempt)
    if (isPromise<Said | Warning | undefined>(said)) return afterwards(said, () => vetHeaders(name, attempt, headers, length))
    vetHeaders(name, attempt, headers, length)
    return said
  }
}

function vetHeaders(name: string, attempt: Attempt, headers: readonly string[], length: number): void {
  if (attempt.headers === headers && headers.length === 0) return
  const flaw = flawOfHeaders(attempt.headers)
  if (flaw === undefined) return
  Object.assign(attempt, { headers: headers.slice(0, length) })
  throw new TypeError(`${name} added ${flaw}`)
}

async function afterwards<Said>(said: Promise<Said>, vet: () => void): Promise<Said> {
  const late = await said
  vet()
  return late
}

function flawOfTargets(targets: unknown): string | undefined {
  if (!Array.isArray(targets)) return `targets that are no list: ${shown(targets)}`
  const wrong = (targets as readonly unknown[]).findIndex(target => !isTarget(target))
  return wrong < 0 ? undefined : `a target that is none: ${shown(targets[wrong])}; expected { provider, model } with one of the service "providers"`
}

function isTarget(target: unknown): boolean {
  const { provider, model } = (target ?? {}) as { provider?: unknown; model?: unknown }
  return provider instanceof ProviderInstance && typeof model === 'string'
}

const names = new RegExp(headerName)
const values = new RegExp(headerValue)

function flawOfHeaders(headers: unknown): string | undefined {
  if (!Array.isArray(headers)) return `headers that are no list: ${shown(headers)}`
  if (headers.length % 2 !== 0) return 'a header without a value: expected name, value, name, value …'
  for (let i = 0; i < headers.length; i += 2) {
    const [name, value] = headers.slice(i, i + 2) as [unknown, unknown]
    if (typeof name !== 'string' || !names.test(name)) return `a header whose name cannot be sent: ${shown(name)}`
    if (isOfSending(name.toLowerCase())) return `the header ${name}, which the transport writes itself`
    if (!['string', 'number', 'boolean'].includes(typeof value) || !values.test(String(value))) return `the header ${name} with a value that cannot be sent`
  }
  return undefined
}

/** What stands in the log; never much. */
function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : Array.isArray(value) ? 'a list' : value === null ? 'null' : typeof value
}
