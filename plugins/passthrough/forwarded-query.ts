/** What of a caller's query goes on to a provider. */

/** The query as it was sent, without the parameters in which the provider would take credentials. */
export function forwardedQuery(query: string, credentials: readonly string[] = []): string {
  if (query === '' || credentials.length === 0) return query
  const kept = query
    .slice(1)
    .split('&')
    .filter(pair => !credentials.includes(nameOf(pair)))
  return kept.length === 0 ? '' : `?${kept.join('&')}`
}

/** As a vendor reads it: `%6bey` is `key`. */
function nameOf(pair: string): string {
  const [name = ''] = new URLSearchParams(pair).keys()
  return name.toLowerCase()
}
