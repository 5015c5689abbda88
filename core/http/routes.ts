/** Koa and its router choose the pipeline, but for the plainest paths; they never see a byte of a body. */

import Router from '@koa/router'
import Koa from 'koa'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Elsewhere } from '../pipeline/incoming-request.ts'
import type { Plan } from '../pipeline/plan/plan.ts'
import { methodsOf } from '../pipeline/plan/route-text.ts'
import type { Routed } from './serve.ts'

export interface RoutedPlan {
  readonly method: string
  readonly path: string
  readonly plan: Plan
}

/** Takes a request over; the reply is its own affair. */
export type Take = (request: IncomingMessage, response: ServerResponse, routed: Routed) => void

export interface Routes {
  /** Finds the pipeline, and hands the request over to it. */
  route(request: IncomingMessage, response: ServerResponse): void
  /** The plan of a route without parameters. */
  planAt(method: string, url: string): Plan | undefined
}

/** A route of the path that is asked for, under whatever method. */
interface Matched {
  readonly path: string | RegExp
  readonly methods: readonly string[]
}

/** With what the router has found out. */
type RoutedContext = Koa.Context & { readonly params: Readonly<Record<string, string>>; readonly matched?: readonly Matched[] }

/** Builds the routes of one configuration. `unknown` serves what nothing else does. */
export function buildRoutes(routes: readonly RoutedPlan[], unknown: Plan, take: Take): Routes {
  const whole = wholePaths(routes)
  const app = new Koa()
  const router = new Router()
  const refuse = (context: RoutedContext) => {
    context.respond = false
    const allow = allowed(context.matched)
    take(context.req, context.res, { plan: unknown, params: noParams, elsewhere: allow === undefined ? meant(context, whole) : { allow } })
  }
  for (const route of [...routes].sort(staticFirst)) {
    const serve = (context: RoutedContext) => {
      if (rank(route) === 1 && isWhole(context.matched)) return refuse(context)
      context.respond = false
      take(context.req, context.res, { plan: route.plan, params: context.params })
    }
    router.register(route.path, [...methodsOf(route.method)], serve)
  }
  app.use(router.routes())
  app.use(refuse)
  app.on('error', (cause: NodeJS.ErrnoException) => {
    if (!leavings.has(cause.code ?? '')) app.onerror(cause)
  })
  const choose = app.callback()
  const planAt = (method: string, url: string) => whole.get(url)?.get(method)
  return {
    planAt,
    route(request, response) {
      const plan = planAt(request.method ?? '', request.url ?? '')
      if (plan === undefined) void choose(request, response)
      else take(request, response, { plan, params: noParams })
    },
  }
}

/** Callers who left while they were written to. Whoever serves them hears of it; Koa would print each. */
const leavings: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE'])

const noParams: Readonly<Record<string, string>> = {}

type WholePaths = ReadonlyMap<string, ReadonlyMap<string, Plan>>

/** Routes without parameters, by path and method: found with one look when the target is just that path. A context of Koa's costs more. */
function wholePaths(routes: readonly RoutedPlan[]): WholePaths {
  const plain = routes.filter(({ path }) => !/[:*]/.test(path))
  return new Map(
    Map.groupBy(plain, ({ path }) => path)
      .entries()
      .map(([path, those]) => [path, new Map(those.map(({ method, plan }) => [method, plan]))]),
  )
}

/** Static segments beat parameters, longer patterns beat shorter ones. */
function staticFirst(one: RoutedPlan, other: RoutedPlan): number {
  return rank(one) - rank(other) || other.path.length - one.path.length
}

function rank({ path }: Pick<Matched, 'path'>): number {
  const pattern = String(path)
  return pattern.includes('*') ? 2 : pattern.includes(':') ? 1 : 0
}

/** Whether a path is that of a route without parameters, under whatever method: then it is no parameter's value under another. */
function isWhole(matched: readonly Matched[] = []): boolean {
  return matched.some(route => rank(route) === 0)
}

/** Where a base URL that says too much or too little, such as one without `/v1`, should have led. */
function meant({ method, path }: Koa.Context, whole: WholePaths): Elsewhere {
  const [nearest] = [...whole]
    .filter(([known, methods]) => methods.has(method) && path !== '/' && (known.endsWith(path) || path.endsWith(known)))
    .map(([known]) => known)
    .toSorted((one, other) => distance(one, path) - distance(other, path))
  return nearest === undefined ? {} : { meant: nearest }
}

function distance(one: string, other: string): number {
  return Math.abs(one.length - other.length)
}

/** The methods of a path that is known under another method. */
function allowed(matched: readonly Matched[] = []): string | undefined {
  const shadowed = isWhole(matched) ? 1 : undefined
  const methods = matched.filter(route => rank(route) !== shadowed).flatMap(route => route.methods)
  return methods.length === 0 ? undefined : [...new Set(methods)].sort().join(', ')
}
