/** The pipelines, as they are without the guardrails of the configuration's list and of workflows. */

import type { InnerCall, Pipelines } from '../../core/index.ts'

export function unguarded(pipelines: Pipelines): Pipelines {
  const exempt = (request: InnerCall): InnerCall => ({ ...request, isExempt: true })
  return {
    get routes() {
      return pipelines.routes
    },
    get exchanges() {
      return pipelines.exchanges
    },
    call: request => pipelines.call(exempt(request)),
    rehearse: request => pipelines.rehearse(exempt(request)),
    review: (request, answer) => pipelines.review(exempt(request), answer),
    guardsPrompts: (method, path) => pipelines.guardsPrompts(method, path),
    usageIn: (method, path, answer) => pipelines.usageIn(method, path, answer),
  }
}
