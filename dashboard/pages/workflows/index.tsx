/** Workflows: which features and guardrails hold for which calls, and which one a given call gets. */

import { useQueryClient } from '@tanstack/preact-query'
import { useState } from 'preact/hooks'
import type { WorkflowView } from '../../../schemas/admin/workflows.schema.ts'
import type { Reach } from '../../data/access.ts'
import { send } from '../../data/api.ts'
import { useWorkflows } from '../../data/queries.ts'
import { time } from '../../data/words.ts'
import { Badge, ConfigBadge } from '../../parts/badge.tsx'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { Section } from '../../parts/section.tsx'
import { Explained } from './explained.tsx'
import { features, featureNames, saidFeatures, stepsOf } from './payload.ts'
import { WorkflowDrawer } from './workflow-drawer.tsx'

type Asked = { readonly base: WorkflowView | undefined } | { readonly stop: WorkflowView }

export function WorkflowsPage({ reach }: { readonly reach: Reach }) {
  const queries = useQueryClient()
  const [asked, setAsked] = useState<Asked>()
  const close = () => setAsked(undefined)
  const workflows = useWorkflows()
  const write = async (path: string, body: object) => {
    await send('POST', path, body)
    close()
    await queries.invalidateQueries({ queryKey: ['workflows'] })
  }
  return (
    <>
      <header class="head">
        <h1>Workflows</h1>
        <button type="button" class="first" onClick={() => setAsked({ base: undefined })}>
          New workflow
        </button>
      </header>
      <p class="faint">
        A call gets exactly one workflow, and workflows are never combined: of those that fit it, the one with the deepest user path. For equal paths, a model
        comes before its provider, and a provider before neither.
      </p>
      <Section title="In force">
        <DataTable label="Workflows" rows={workflows} columns={columns(reach, setAsked)} none="There is none." id={({ id }) => id} />
      </Section>
      <Explained standing={workflows.data ?? []} />
      {asked !== undefined && 'base' in asked && (
        <WorkflowDrawer base={asked.base} standing={workflows.data ?? []} reach={reach} close={close} save={async draft => await write('/workflows', draft)} />
      )}
      {asked !== undefined && 'stop' in asked && (
        <Confirm
          title={`Deactivate ${asked.stop.name}?`}
          text={`Calls of ${asked.stop.scope_display} get the next workflow that fits.`}
          verb="Deactivate"
          close={close}
          act={async () => await write(`/workflows/${encodeURIComponent(asked.stop.id)}/deactivate`, {})}
        />
      )}
    </>
  )
}

function columns(reach: Reach, ask: (what: Asked) => void): readonly Column<WorkflowView>[] {
  return [
    { title: 'For', show: ({ scope_display: scope }) => scope },
    {
      title: 'Workflow',
      show: ({ name, description, version, created_at: at, compile_error: error }) => (
        <span class="clipped" title={description}>
          {name}{' '}
          <span class="faint">
            version {version}
            {at !== null && `, ${time(at)}`}
          </span>
          {description !== '' && <small>{description}</small>}
          {error !== undefined && <span class="wrapped failed">Does not compile: {error}</span>}
        </span>
      ),
    },
    { title: 'Features', show: workflow => <Features workflow={workflow} reach={reach} /> },
    {
      title: 'Guardrails',
      show: ({ workflow_payload: payload }) => [...new Set(stepsOf(payload).map(({ ref }) => ref))].map(ref => <div key={ref}>{ref}</div>),
    },
    { title: 'Actions', show: workflow => <Actions workflow={workflow} ask={ask} /> },
  ]
}

/** Those that the workflow has on; grey where the gateway has them off. */
function Features({
  workflow: { workflow_payload: payload, effective_features: effective },
  reach,
}: {
  readonly workflow: WorkflowView
  readonly reach: Reach
}) {
  const said = saidFeatures(payload) ?? effective
  const on = featureNames.filter(feature => said[feature])
  return (
    <span class="features">
      {on.map(feature => {
        const { setting } = features[feature]
        const why = effective[feature] ? undefined : reach.isOn(setting) ? 'Needs usage.' : `The gateway has it off: ${setting}.`
        return (
          <span key={feature} class={why === undefined ? undefined : 'off'} title={why}>
            <Badge kind={why === undefined ? 'good' : 'plain'}>{feature}</Badge>
          </span>
        )
      })}
      {on.length === 0 && 'none'}
    </span>
  )
}

function Actions({ workflow, ask }: { readonly workflow: WorkflowView; readonly ask: (what: Asked) => void }) {
  if (workflow.managed && !workflow.managed_default) return <ConfigBadge />
  return (
    <span class="actions">
      <button type="button" onClick={() => ask({ base: workflow })}>
        {workflow.managed_default ? 'Replace' : 'New version'}
      </button>
      {workflow.scope_type === 'global' ? (
        workflow.managed && <ConfigBadge />
      ) : (
        <button type="button" onClick={() => ask({ stop: workflow })}>
          Deactivate
        </button>
      )}
    </span>
  )
}
