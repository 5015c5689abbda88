/** Which workflow a call would get, why, and what its pipeline is then. */

import { useQuery } from '@tanstack/preact-query'
import type { WorkflowExplanation, WorkflowView } from '../../../schemas/admin/workflows.schema.ts'
import { get } from '../../data/api.ts'
import { useParam } from '../../data/url.ts'
import { Filter } from '../../parts/filter.tsx'
import { Section } from '../../parts/section.tsx'
import { Waiting } from '../../parts/states.tsx'
import { isSameScope } from './payload.ts'
import { PipelineChart } from './pipeline-chart.tsx'

/** @param standing those in force */
export function Explained({ standing }: { readonly standing: readonly WorkflowView[] }) {
  const [model] = useParam('model')
  const [provider] = useParam('provider')
  const [userPath] = useParam('user_path')
  const { data, error, refetch } = useQuery({
    queryKey: ['workflows', 'explain', model, provider, userPath],
    queryFn: async () => await get<WorkflowExplanation>('/workflows/explain', { model, provider, user_path: userPath }),
  })
  return (
    <Section title="Which one does a call get?">
      <div class="filters">
        <Filter name="user_path" title="User path" />
        <Filter name="provider" title="Provider" />
        <Filter name="model" title="Model" />
      </div>
      {data === undefined ? <Waiting error={error} retry={refetch} /> : <Explanation explanation={data} standing={standing} />}
    </Section>
  )
}

interface ExplanationProps {
  readonly explanation: WorkflowExplanation
  readonly standing: readonly WorkflowView[]
}

function Explanation({ explanation: { matched, candidates, steps }, standing }: ExplanationProps) {
  const taken = candidates.filter(({ scope }) => standing.some(workflow => isSameScope(workflow.scope, scope)))
  return (
    <>
      <p role="status">
        <strong>{matched.name}</strong> (version {matched.version}, for {matched.scope_display})
      </p>
      <Ladder candidates={taken} />
      {taken.length < candidates.length && (
        <details>
          <summary>All that was looked for, in this order</summary>
          <Ladder candidates={candidates} />
        </details>
      )}
      <h3>What a chat goes through then</h3>
      <PipelineChart steps={steps} />
      <p class="faint">Marked: what the workflow put there.</p>
    </>
  )
}

function Ladder({ candidates }: { readonly candidates: WorkflowExplanation['candidates'] }) {
  return (
    <ol class="ladder">
      {candidates.map(({ scope_display: scope, matched, reason }) => (
        <li key={scope} class={matched ? 'matched' : undefined}>
          <code>{scope}</code> {reason}
        </li>
      ))}
    </ol>
  )
}
