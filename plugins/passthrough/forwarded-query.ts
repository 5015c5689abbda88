/** What of a caller's query goes on to a provider. */

/** The query as it was sent, without the parameters in which the provider would take credentials. */
export function forwardedQuery(query: string, credentials: readonly string[] = []): string {
  if (query === '' || credentials.length === 0) return query
  const kept = query.slice(1).split('&').filter(pair => !credentials.includes((pair.split('=', 1)[0] ?? '').toLowerCase()))
  return kept.length === 0 ? '' : `?${kept.join('&')}`
}
