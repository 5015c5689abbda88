/** What stands where data will be, is not, or could not be had. */

import type { ComponentChildren } from 'preact'

export function Loading() {
  return (
    <p class="state" role="status">
      Loading …
    </p>
  )
}

export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="state">{children}</p>
}

export function Failed({ error, retry }: { readonly error: Error; readonly retry: () => unknown }) {
  return (
    <div class="state failed" role="alert">
      <p>{error.message}</p>
      <button type="button" onClick={() => void retry()}>
        Try again
      </button>
    </div>
  )
}

/** Where data is still on its way, or could not be had. */
export function Waiting({ error, retry }: { readonly error: Error | null; readonly retry: () => unknown }) {
  return error === null ? <Loading /> : <Failed error={error} retry={retry} />
}
