/** Where Bedrock is: a region's own hosts, or a host that somebody put before them. */

export type Variables = Readonly<Record<string, string>>

/** Variables in which AWS's own tools keep the region. */
export const regionVariables = ['AWS_REGION', 'AWS_DEFAULT_REGION'] as const

const regionWord = /^[a-z]{2,}(?:-[a-z]+)+-\d+$/

/** The runtime of a region; `undefined` for what is no region. */
export function runtimeUrl(word: string): string | undefined {
  const region = word.trim()
  if (!regionWord.test(region)) return undefined
  return `https://bedrock-runtime.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
}

/** The host that lists models; a host of somebody's own serves both. */
export function controlUrl(baseUrl: string): string {
  return baseUrl.replace('://bedrock-runtime.', '://bedrock.')
}

/** The region for which calls are signed. @throws Error if neither the host nor a variable says it */
export function regionOf(baseUrl: string, variables: Variables): string {
  const { hostname } = new URL(baseUrl)
  const named = /\.amazonaws\.com(?:\.cn)?$/.test(hostname) ? hostname.split('.').find(part => regionWord.test(part)) : undefined
  const region = named ?? regionVariables.map(name => variables[name]).find(value => value !== undefined)
  if (region === undefined) throw new Error(`the host ${hostname} names no region, and ${regionVariables.join(' and ')} are not set`)
  return region
}
