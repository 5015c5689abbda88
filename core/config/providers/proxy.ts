/** Which proxy calls go through: the instance's own, that of the whole process, or none. */

import { isIP } from 'node:net'
import { hostOf, isOnThisMachine, membership } from '../../networks.ts'
import { proxyUrl } from './urls.ts'

/** The process's own proxies, and hosts that are reached without them. Either case counts. */
export const proxyVariables = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'] as const

type ProxyVariable = (typeof proxyVariables)[number]

/** What an instance says of proxies, and its variables. */
export interface ProxySettings {
  readonly proxy_url?: string
  readonly variables?: Readonly<Record<string, string>>
}

/** The proxy for calls to a URL; undefined if they go straight there. @throws Error if the process names one that cannot be one */
export function proxyFor(url: string, { proxy_url: own, variables = {} }: ProxySettings): string | undefined {
  if (own !== undefined) return own
  const to = new URL(url)
  const name = to.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const said = valueOf(variables, name)
  if (said === undefined || isOnThisMachine(hostOf(to)) || isExempt(to, valueOf(variables, 'NO_PROXY') ?? '')) return undefined
  try {
    return proxyUrl(said.includes('://') ? said : `http://${said}`)
  } catch (cause) {
    throw new Error(`${name} ${(cause as Error).message}`, { cause })
  }
}

/** The proxy that the variables of the process name for calls that are no provider's. @throws as above */
export function processProxyFor(url: string): string | undefined {
  const variables = proxyVariables
    .map(name => [name, process.env[name]] as const)
    .filter((entry): entry is readonly [ProxyVariable, string] => entry[1] !== undefined)
  return proxyFor(url, { variables: Object.fromEntries(variables) })
}

/** A proxy's URL for logs. */
export function shownProxy(url: string): string {
  const { protocol, username, password, host } = new URL(url)
  const user = username === '' && password === '' ? '' : `${username}${password === '' ? '' : ':xxxxx'}@`
  return `${protocol}//${user}${host}`
}

function valueOf(variables: Readonly<Record<string, string>>, name: ProxyVariable): string | undefined {
  return variables[name] ?? variables[name.toLowerCase()]
}

/**
 * `NO_PROXY`: `*`, or hosts with commas or blanks between them, each with a port or without. `a.example` stands for its subdomains as well,
 * `.a.example` and `*.a.example` for those alone, `10.0.0.0/8` for a network.
 */
function isExempt(to: URL, list: string): boolean {
  const host = hostOf(to)
  const port = to.port === '' ? (to.protocol === 'https:' ? '443' : '80') : to.port
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(entry => entry !== '')
    .some(entry => {
      if (entry === '*') return true
      const [, bracketed, plain, wanted] = /^(?:\[(.+)\]|([^:]+|.*:.*:.*))(?::(\d+))?$/.exec(entry) ?? []
      const named = bracketed ?? plain
      return named !== undefined && (wanted === undefined || wanted === port) && isNamed(host, named)
    })
}

function isNamed(host: string, named: string): boolean {
  if (named.includes('/') || isIP(named) !== 0) return membership([named])(host)
  const domain = named.replace(/^\*?\./, '').replace(/\.$/, '')
  return host.endsWith(`.${domain}`) || (host === domain && domain === named.replace(/\.$/, ''))
}
