/** Leads to the playground, which begins with the request of a call. */

import { useLocation } from 'wouter-preact'

export function OpenInPlayground({ id }: { readonly id: string }) {
  const [, go] = useLocation()
  return (
    <button type="button" onClick={() => go(`/playground?call=${encodeURIComponent(id)}`)}>
      Open in Playground
    </button>
  )
}
