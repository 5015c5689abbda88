/** The way of a call through its workflow: what each step did, and which did not run. */

import { useQuery } from '@tanstack/preact-query'
import type { AuditEntry, AuditGuardrail } from '../../../schemas/admin/audit.schema.ts'
import type { WorkflowPayload, WorkflowView } from '../../../schemas/admin/workflows.schema.ts'
import { get } from '../../data/api.ts'
import { Part } from '../../parts/section.tsx'
import { deedOf, toneOf } from './columns.tsx'

interface Step {
  readonly name: string
  readonly did: string
  /** `off` did not run. */
  readonly tone: 'good' | 'warn' | 'bad' | 'off'
}

/** @param global whether the reader may see workflows; else only the steps are known that ran */
export function Flow({ entry, global }: { readonly entry: AuditEntry; readonly global: boolean }) {
  const id = entry.workflow_version_id
  const { data: workflow } = useQuery({
    queryKey: ['workflows', 'version', id],
    queryFn: async () => await get<WorkflowView>(`/workflows/${encodeURIComponent(id ?? '')}`),
    enabled: global && id !== null,
    // Of a version of the configuration, nothing is left once that is another one.
    retry: false,
    staleTime: Infinity,
  })
  if (entry.data.workflow_features === undefined || entry.data.event !== undefined) return null
  return (
    <Part title="Workflow" note={workflow && `${workflow.name}, version ${workflow.version}`}>
      <ol class="flow">
        {stepsOf(entry, workflow?.workflow_payload).map(({ name, did, tone }, at) => (
          <li key={at} class={tone}>
            {name} <small>{did}</small>
          </li>
        ))}
      </ol>
    </Part>
  )
}

function stepsOf(entry: AuditEntry, payload: WorkflowPayload | undefined): readonly Step[] {
  const { guardrails = [], workflow_features: features } = entry.data
  const of = (...phases: readonly string[]) => guardrails.filter(({ phase }) => phases.includes(phase))
  const configured = features?.guardrails === true && payload !== undefined ? stepsIn(payload) : []
  const idle = (ran: readonly AuditGuardrail[], names: readonly string[]) =>
    [...new Set(names)].filter(name => !ran.some(({ instance }) => instance === name)).map((name): Step => ({ name, did: 'not run', tone: 'off' }))
  const prompt = of('prompt')
  const reply = of('response', 'stream')
  return [
    ...of('route').map(ran),
    ...prompt.map(ran),
    ...idle(
      prompt,
      configured.filter(({ phase }) => phase === 'prompt').map(({ ref }) => ref),
    ),
    ...(features?.cache === true ? [cacheStep(entry)] : []),
    providerStep(entry),
    ...reply.map(ran),
    // On replies, guardrails act in reverse order.
    ...idle(
      reply,
      configured
        .filter(({ phase }) => phase !== 'prompt')
        .map(({ ref }) => ref)
        .toReversed(),
    ),
    { name: 'Answer', did: String(entry.status_code), tone: entry.status_code < 400 ? 'good' : entry.status_code < 500 ? 'warn' : 'bad' },
  ]
}

/** The guardrails of a workflow, in their order on prompts. */
function stepsIn({ guardrails = [], steps = [] }: WorkflowPayload): readonly { readonly ref: string; readonly phase: string }[] {
  const all = [...guardrails.map(step => ({ ...step, phase: 'prompt' })), ...steps.map(step => ({ ...step, phase: step.phase ?? 'prompt' }))]
  return all.toSorted((one, other) => (one.step ?? 0) - (other.step ?? 0))
}

function ran(entry: AuditGuardrail): Step {
  return { name: entry.instance, did: entry.target === null ? deedOf(entry) : `chose ${entry.target}`, tone: toneOf(entry) }
}

function cacheStep({ cache_type: type, data: { attempts = [] } }: AuditEntry): Step {
  if (type !== null) return { name: 'Cache', did: `${type} hit`, tone: 'good' }
  return attempts.length > 0 ? { name: 'Cache', did: 'no hit', tone: 'good' } : { name: 'Cache', did: 'not run', tone: 'off' }
}

function providerStep({ data: { attempts = [] } }: AuditEntry): Step {
  const last = attempts.at(-1)
  if (last === undefined) return { name: 'Provider', did: 'not called', tone: 'off' }
  const times = attempts.length === 1 ? '' : ` at attempt ${attempts.length}`
  if (!last.success) return { name: last.provider_name, did: `failed${times}`, tone: 'bad' }
  return { name: last.provider_name, did: `answered${times}`, tone: attempts.length === 1 ? 'good' : 'warn' }
}
