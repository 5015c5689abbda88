/** Puts the page into the document. */

import { QueryClient, QueryClientProvider } from '@tanstack/preact-query'
import { render } from 'preact'
import { Router } from 'wouter-preact'
import { App } from './app.tsx'
import { isRefusal, pageBase, Unreachable } from './data/api.ts'

const queries = new QueryClient({
  defaultOptions: {
    // Browsers judge by whether there is a way to the internet, which a gateway nearby does not need.
    queries: { staleTime: 10_000, networkMode: 'always', retry: (failures, cause) => failures < 2 && mayHelp(cause) },
    mutations: { networkMode: 'always' },
  },
})

/** To ask again at once. A gateway that is away is waited for elsewhere. */
function mayHelp(cause: Error): boolean {
  return !isRefusal(cause) && !(cause instanceof Unreachable)
}

render(
  <QueryClientProvider client={queries}>
    <Router base={pageBase}>
      <App />
    </Router>
  </QueryClientProvider>,
  document.getElementById('page') as HTMLElement,
)
