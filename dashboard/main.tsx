/** Puts the page into the document. */

import { QueryClient, QueryClientProvider } from '@tanstack/preact-query'
import { render } from 'preact'
import { Router } from 'wouter-preact'
import { App } from './app.tsx'
import { pageBase, wouldHelp } from './data/api.ts'

const queries = new QueryClient({
  defaultOptions: {
    // A gateway may be near that has no way to the internet, by which browsers judge.
    queries: { staleTime: 10_000, networkMode: 'always', retry: (failures, cause) => failures < 2 && wouldHelp(cause) },
    mutations: { networkMode: 'always' },
  },
})

render(
  <QueryClientProvider client={queries}>
    <Router base={pageBase}>
      <App />
    </Router>
  </QueryClientProvider>,
  document.getElementById('page') as HTMLElement,
)
