/** The routes of pipelines, and those that several of them claim. */

import type { Place, Problem } from '../../config/problems/place.ts'
import { methodsOf } from './route-text.ts'

export interface Route {
  /** Upper case; `ALL` is every method but TRACE, CONNECT and what HTTP itself does not know. */
  readonly method: string
  /** Without a slash at its end. */
  readonly path: string
  /** Where it was written. */
  readonly place: Place | undefined
  readonly pointer: string
}

interface Routed {
  readonly name: string
  readonly routes: readonly Route[]
}

/** What is wrong with routes whose calls another pipeline takes already, under the same words or others; and with one that a pipeline says twice. */
export function contestedRoutes(pipelines: readonly Routed[]): readonly Problem[] {
  const owned = pipelines.flatMap(({ name, routes }) => routes.map(route => ({ ...route, owner: name })))
  return Map.groupBy(owned, ({ path }) => callsOf(path))
    .values()
    .flatMap(rivals => rivals.flatMap((route, index) => contested(route, rivals.slice(0, index))))
    .toArray()
}

interface OwnedRoute extends Route {
  readonly owner: string
}

/** The paths that a path stands for: letters count in any case, and the name of a parameter says nothing. */
function callsOf(path: string): string {
  return path.toLowerCase().replace(/([:*])[\w$]+/g, '$1')
}

function contested({ method, path, place, pointer, owner }: OwnedRoute, earlier: readonly OwnedRoute[]): Problem[] {
  const rival = earlier.find(other => (other.owner === owner ? other.method === method : shareMethod(other.method, method)))
  if (rival === undefined) return []
  const [got, taken] = [`${method} ${path}`, `${rival.method} ${rival.path}`]
  return [{ ...place, pointer, message: `${got} is the route of pipeline "${rival.owner}" already${taken === got ? '' : `, as ${taken}`}`, got }]
}

function shareMethod(one: string, other: string): boolean {
  return methodsOf(one).some(method => methodsOf(other).includes(method))
}
