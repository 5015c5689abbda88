/** Saves all rows of a log that fit, not only those of the page. */

import { download, type Query } from '../data/api.ts'

export function Exports({ of: log, query }: { readonly of: 'audit' | 'usage'; readonly query: Query }) {
  return (['csv', 'ndjson'] as const).map(format => (
    <button key={format} type="button" onClick={() => void download(`/${log}/export`, { ...query, format }, `${log}.${format}`)}>
      Save as {format.toUpperCase()}
    </button>
  ))
}
