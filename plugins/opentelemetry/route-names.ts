/** By which route a request came, as the pipeline spells it: the one name for all that a path may hold. */

import type { Exchange, Pipelines, RouteFacts } from '../../core/index.ts'

interface NamedRoute {
  readonly path: string
  readonly pattern: RegExp
}

/** Methods that anybody may be told; others are one. */
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE'])

export class RouteNames {
  readonly #pipelines: Pick<Pipelines, 'routes'>
  /** By plan: those of one configuration are never those of another. */
  readonly #known = new WeakMap<Exchange['plan'], readonly NamedRoute[]>()

  constructor(pipelines: Pick<Pipelines, 'routes'>) {
    this.#pipelines = pipelines
  }

  /** Undefined where nothing is served. */
  of({ plan, request: { path } }: Exchange): string | undefined {
    const routes = this.#known.get(plan) ?? this.#learn(plan)
    return routes.length === 1 ? routes[0]?.path : routes.find(({ pattern }) => pattern.test(path))?.path
  }

  #learn(plan: Exchange['plan']): readonly NamedRoute[] {
    const routes = this.#pipelines.routes.filter(({ pipeline }) => pipeline === plan.name).map(named)
    this.#known.set(plan, routes)
    return routes
  }
}

export function methodOf({ request: { method } }: Exchange): string {
  return methods.has(method) ? method : '_OTHER'
}

function named({ path }: RouteFacts): NamedRoute {
  const pattern = path
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/:\w+/g, '[^/]+')
    .replace(/\*\w+/g, '.+')
  return { path, pattern: new RegExp(`^${pattern}/?$`) }
}
