/** The curl lines of the manual, done by `fetch`. */

import type { TestGateway } from '../../core/testing/gateway.ts'
import type { Block } from './manual.ts'

/** Where the manual says that the gateway listens. */
export const shown = 'http://localhost:8080'

/** Does what a curl line says. */
export async function call(gateway: TestGateway, { text }: Block): Promise<Response> {
  const words = [...text.replaceAll('\\\n', ' ').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, plain]) => single ?? double ?? plain ?? '')
  const after = (flag: string) => words.flatMap((word, index) => (word === flag ? (words[index + 1] ?? []) : []))
  const [body] = after('-d')
  const headers = Object.fromEntries(after('-H').map(header => header.split(/: (.*)/s, 2) as [string, string]))
  const url = words.find(word => word.startsWith(shown)) ?? ''
  const [method = body === undefined ? 'GET' : 'POST'] = after('-X')
  return await fetch(url.replace(shown, gateway.url), { method, headers, ...(body === undefined ? {} : { body }) })
}
