/** Makes a version of a workflow: its scope, features, guardrails and header policies; and compares it with the one that it replaces. */

import { useQuery } from '@tanstack/preact-query'
import { useState } from 'preact/hooks'
import type { WorkflowGuardrail, WorkflowPayload, WorkflowView } from '../../../schemas/admin/workflows.schema.ts'
import type { Reach } from '../../data/access.ts'
import { get } from '../../data/api.ts'
import { useHeaderPolicies } from '../../data/queries.ts'
import { FormDialog, type IsWrong } from '../../parts/form-dialog.tsx'
import { Rows } from '../../parts/rows.tsx'
import { Comparison } from './comparison.tsx'
import { draftIn, featureNames, features, saidFeatures, stepsOf, type Draft, type Step } from './payload.ts'
import { ScopeFields } from './scope-fields.tsx'

interface DrawerProps {
  /** What the new version begins with; undefined for a new workflow. */
  readonly base: WorkflowView | undefined
  /** Those in force. */
  readonly standing: readonly WorkflowView[]
  readonly reach: Reach
  readonly close: () => void
  save(draft: Draft): Promise<unknown>
}

export function WorkflowDrawer({ base, standing, reach, close, save }: DrawerProps) {
  const [isPatch, setPatch] = useState(base?.workflow_payload.schema_version === 3)
  const payload = base?.workflow_payload ?? forEverything(standing) ?? everythingOn
  // What the configuration is called is its own.
  const own = base?.managed_default === true ? undefined : base
  return (
    <FormDialog
      drawer
      title={base === undefined ? 'New workflow' : `New version for ${base.scope_display}`}
      close={close}
      save={async form => await save(draftIn(form))}
    >
      {isWrong => (
        <>
          <label>
            Name
            <input name="name" required defaultValue={own?.name} aria-invalid={isWrong('name')} />
          </label>
          <label>
            Description
            <input name="description" defaultValue={own?.description} aria-invalid={isWrong('description')} />
          </label>
          <ScopeFields scope={base?.scope} isWrong={isWrong} />
          <label>
            What it does
            <select name="kind" onChange={({ currentTarget }) => setPatch(currentTarget.value === 'patch')}>
              <option value="features">features, guardrails and header policies</option>
              <option value="patch" selected={isPatch}>
                changes to the steps of pipelines, as JSON
              </option>
            </select>
          </label>
          {isPatch ? <Patch payload={payload} isWrong={isWrong} /> : <Features payload={payload} reach={reach} isWrong={isWrong} />}
          <Comparison standing={standing} />
        </>
      )}
    </FormDialog>
  )
}

/** A workflow stands in the place of the one for everything: who makes one begins with what that does, so that no guardrail is lost unseen. */
function forEverything(standing: readonly WorkflowView[]): WorkflowPayload | undefined {
  return standing.find(({ scope_type: type, workflow_payload: { schema_version: version } }) => type === 'global' && version !== 3)?.workflow_payload
}

const everythingOn: WorkflowPayload = {
  schema_version: 2,
  features: { cache: true, audit: true, usage: true, budget: true, guardrails: true, failover: true },
}

interface PartProps {
  readonly payload: WorkflowPayload
  readonly isWrong: IsWrong
}

function Patch({ payload: { patch = [] }, isWrong }: PartProps) {
  return (
    <label>
      Changes
      <textarea
        name="workflow_payload.patch"
        class="code"
        rows={10}
        aria-invalid={isWrong('workflow_payload')}
        defaultValue={JSON.stringify(patch, undefined, 2)}
      />
      <small>A list of insert, remove, replace and set, as in tapline.yaml. All features stay as the gateway has them.</small>
    </label>
  )
}

function Features({ payload, reach, isWrong }: PartProps & { readonly reach: Reach }) {
  const said = saidFeatures(payload) ?? saidFeatures(everythingOn)
  const { data: guardrails = [] } = useQuery({
    queryKey: ['workflows', 'guardrails'],
    queryFn: async () => await get<WorkflowGuardrail[]>('/workflows/guardrails'),
  })
  const { data: policies = [] } = useHeaderPolicies()
  return (
    <>
      <fieldset class="group">
        <legend>Features</legend>
        <div class="choices">
          {featureNames.map(feature => (
            <label key={feature} class="check">
              <input type="checkbox" name={`workflow_payload.features.${feature}`} defaultChecked={said?.[feature]} />
              {features[feature].title}
              {!reach.isOn(features[feature].setting) && ' (off in the gateway)'}
            </label>
          ))}
        </div>
        <label class="check">
          <input type="checkbox" name="partition" defaultChecked={payload.cache?.partition === 'user_path'} />
          Keep the cached answers of each user path apart
        </label>
      </fieldset>
      <Rows
        title="Guardrails"
        verb="Add a guardrail"
        hint="In place of those of the configuration. In each phase, lower steps come first; those of one step that only look are asked at once."
        rows={stepsOf(payload)}
        fresh={{ ref: '', phase: 'prompt', step: 0 }}
      >
        {(step, place) => <GuardrailFields step={step} guardrails={guardrails} name={`workflow_payload.steps.${place}`} isWrong={isWrong} />}
      </Rows>
      <Rows
        title="Header policies"
        verb="Add a header policy"
        hint="In place of those of the configuration."
        rows={payload.header_policies ?? []}
        fresh={{ ref: '' }}
      >
        {({ ref, step }, place) => {
          const name = `workflow_payload.header_policies.${place}`
          return (
            <>
              <Named name={`${name}.ref`} label="Header policy" names={policies.map(policy => policy.name)} chosen={ref} isWrong={isWrong} />
              <input name={`${name}.step`} type="number" aria-label="Step" placeholder="its own step" defaultValue={String(step ?? '')} />
            </>
          )
        }}
      </Rows>
    </>
  )
}

interface GuardrailFieldsProps {
  readonly step: Step
  readonly guardrails: readonly WorkflowGuardrail[]
  readonly name: string
  readonly isWrong: IsWrong
}

function GuardrailFields({ step: { ref, phase = 'prompt', step = 0 }, guardrails, name, isWrong }: GuardrailFieldsProps) {
  const [chosen, choose] = useState(ref)
  const phases = guardrails.find(guardrail => guardrail.name === chosen)?.phases ?? [phase]
  return (
    <>
      <Named name={`${name}.ref`} label="Guardrail" names={guardrails.map(guardrail => guardrail.name)} chosen={chosen} isWrong={isWrong} choose={choose} />
      <select name={`${name}.phase`} aria-label="Phase" aria-invalid={isWrong(`${name}.phase`)}>
        {phases.map(each => (
          <option key={each} selected={each === phase}>
            {each}
          </option>
        ))}
      </select>
      <input name={`${name}.step`} type="number" required aria-label="Step" defaultValue={String(step)} aria-invalid={isWrong(`${name}.step`)} />
    </>
  )
}

interface NamedProps {
  readonly name: string
  readonly label: string
  readonly names: readonly string[]
  readonly chosen: string
  readonly isWrong: IsWrong
  readonly choose?: (name: string) => void
}

function Named({ name, label, names, chosen, isWrong, choose }: NamedProps) {
  return (
    <select name={name} required aria-label={label} aria-invalid={isWrong(name)} onChange={({ currentTarget }) => choose?.(currentTarget.value)}>
      <option value="">{label} …</option>
      {names.map(each => (
        <option key={each} selected={each === chosen}>
          {each}
        </option>
      ))}
    </select>
  )
}
