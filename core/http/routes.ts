/** Koa and its router choose the pipeline; they never see a byte of a body. */

import Router from '@koa/router'
import Koa from 'koa'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plan } from '../pipeline/plan.ts'

export interface RoutedPlan {
  readonly method: string
  readonly path: string
  readonly plan: Plan
}

/** Takes a request over; the reply is its own affair. */
export type Take = (request: IncomingMessage, response: ServerResponse, plan: Plan, params: Readonly<Record<string, string>>, allow?: string) => void

/** Builds the request handler of one configuration. `unknown` serves what nothing else does. */
export function buildRoutes(routes: readonly RoutedPlan[], unknown: Plan, take: Take): (request: IncomingMessage, response: ServerResponse) => void {
  const app = new Koa()
  const router = new Router()
  for (const { method, path, plan } of [...routes].sort(staticFirst)) {
    const serve = (context: Koa.Context & { params: Record<string, string> }) => {
      context.respond = false
      take(context.req, context.res, plan, context.params)
    }
    if (method === 'ALL') router.all(path, serve)
    else router.register(path, method === 'GET' ? ['GET', 'HEAD'] : [method], serve)
  }
  const whole = wholePaths(routes)
  app.use((context, next) => {
    const plan = whole.get(`${context.req.method} ${context.req.url}`)
    if (plan === undefined) return next()
    context.respond = false
    take(context.req, context.res, plan, noParams)
  })
  app.use(router.routes())
  app.use(context => {
    context.respond = false
    take(context.req, context.res, unknown, noParams, allowed(router, context.path))
  })
  return app.callback()
}

const noParams: Readonly<Record<string, string>> = {}

/** Routes without parameters are found with one look, when the target is just that path. */
function wholePaths(routes: readonly RoutedPlan[]): ReadonlyMap<string, Plan> {
  return new Map(routes.filter(({ path }) => !/[:*]/.test(path)).map(({ method, path, plan }) => [`${method} ${path}`, plan]))
}

/** Static segments beat parameters, longer patterns beat shorter ones. */
function staticFirst(one: RoutedPlan, other: RoutedPlan): number {
  const rank = ({ path }: RoutedPlan) => path.includes('*') ? 2 : path.includes(':') ? 1 : 0
  return rank(one) - rank(other) || other.path.length - one.path.length
}

/** The methods of a path that is known under another method. */
function allowed(router: Router, path: string): string | undefined {
  const methods = router.match(path, 'NONE').path.flatMap(layer => layer.methods)
  return methods.length === 0 ? undefined : [...new Set(methods)].sort().join(', ')
}
