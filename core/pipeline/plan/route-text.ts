/** Routes as pipelines write them: a method and a path. What could never be called is no route. */

import { METHODS } from 'node:http'
import { suggestion } from '../../config/problems/suggestion.ts'

/** What is wrong with a route, and what is expected in its place. */
export interface RouteFlaw {
  readonly expected: string
  readonly message: string
}

const usual = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'ALL']

/** The usual ones stand first: of two that are as near, they are meant. */
const methods: ReadonlySet<string> = new Set([...usual, ...METHODS.filter(method => method !== 'CONNECT' && method !== 'TRACE')])

/** What serves the calls that nothing else does. */
const rest = '*'

const name = '[A-Za-z_$][\\w$]*'
const literal = '[^\\s:*?#()[\\]{}+!\\\\"]'
/** Between two parameters stands something, or nobody knows where the first ends. */
const path = new RegExp(`^/(?:${literal}|[:*]${name}(?![:*]))*$`)
const parameter = new RegExp(`[:*](${name})`, 'g')

/** What HTTP itself knows of; other methods, such as WebDAV's, are nobody's. */
const all: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** The methods of the calls that a route with this one takes. */
export function methodsOf(method: string): readonly string[] {
  if (method === 'ALL') return all
  return method === 'GET' ? ['GET', 'HEAD'] : [method]
}

/**
 * @param text `METHOD /path`; `:name` is one segment of a path, `*name` several
 * @returns the path without a slash at its end, which makes no difference; the flaw of one that is none
 */
export function readRoute(text: string): { readonly method: string; readonly path: string } | RouteFlaw {
  const [, method, at] = /^(\S+) +(\S+)$/.exec(text) ?? []
  if (method === undefined || at === undefined)
    return { expected: 'METHOD /path', message: `expected a method and a path such as POST /v1/chat/completions, got ${JSON.stringify(text)}` }
  if (!methods.has(method))
    return { expected: `one of ${usual.join(', ')}`, message: `there is no method "${method}"${suggestion(method.toUpperCase(), methods)}` }
  return flawOfPath(method, at) ?? { method, path: at.replace(/(?<=.)\/+$/, '') }
}

function flawOfPath(method: string, at: string): RouteFlaw | undefined {
  if (method === 'ALL' && at === rest) return undefined
  if (!at.startsWith('/'))
    return { expected: 'a path that begins with /', message: `the path "${at}" does not begin with /${at === rest ? '' : `; did you mean "/${at}"?`}` }
  if (!path.test(at))
    return {
      expected: '/text, :name for one segment, *name for several',
      message: `no call can have the path "${at}": expected /text, :name for one segment, *name for several`,
    }
  if (/^\/\/|\/\.{1,2}(\/|$)/.test(at))
    return {
      expected: 'a path without . and .. segments, and without // at its beginning',
      message: `no call can have the path "${at}": it begins with //, or has . or .. segments`,
    }
  const names = at
    .matchAll(parameter)
    .map(([, found]) => found)
    .toArray()
  const twice = names.find((found, index) => names.indexOf(found) !== index)
  return twice === undefined ? undefined : { expected: 'parameters of different names', message: `the path "${at}" has two parameters "${twice}"` }
}
