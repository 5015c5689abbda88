/** Puts the page into the document. */

import { QueryClient, QueryClientProvider } from '@tanstack/preact-query'
import { render } from 'preact'
import { Router } from 'wouter-preact'
import { App } from './app.tsx'
import { isRefusal, pageBase } from './data/api.ts'

const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: 10_000, retry: (failures, cause) => failures < 2 && !isRefusal(cause) } },
})

render(
  <QueryClientProvider client={queries}>
    <Router base={pageBase}>
      <App />
    </Router>
  </QueryClientProvider>,
  document.getElementById('page') as HTMLElement,
)
