/** A pipeline from the call to its end: the steps of each phase, in the order in which they are asked. */

import type { WorkflowExplanation } from '../../../schemas/admin/workflows.schema.ts'

type Step = WorkflowExplanation['steps'][number]

/** The phases by the parts of a call's way, each with what it is for. */
const ways: readonly { readonly title: string; readonly phases: Readonly<Record<string, string>> }[] = [
  {
    title: 'The way in',
    phases: {
      request: 'who is calling, and may they?',
      route: 'which models serve it?',
      prompt: 'the conversation, about to leave',
      lookup: 'can it be answered, or must it not be sent?',
    },
  },
  { title: 'The provider', phases: { attempt: 'one call begins', settled: 'it ended', recover: 'it failed: what now?' } },
  { title: 'The way back', phases: { response: 'the whole reply', stream: 'each event of a streamed reply' } },
  { title: 'Afterwards', phases: { complete: 'what it cost and how it went', finished: 'the last byte has left' } },
]

export function PipelineChart({ steps }: { readonly steps: readonly Step[] }) {
  return (
    <ol class="pipeline" aria-label="Pipeline">
      {ways.map(({ title, phases }) => (
        <li key={title}>
          <h3>{title}</h3>
          {Object.entries(phases).map(([phase, about]) => (
            <Phase key={phase} name={phase} about={about} steps={steps.filter(step => step.phase === phase)} />
          ))}
        </li>
      ))}
    </ol>
  )
}

function Phase({ name, about, steps }: { readonly name: string; readonly about: string; readonly steps: readonly Step[] }) {
  if (steps.length === 0) return null
  return (
    <div class="phase">
      <p>
        {name} <small>{about}</small>
      </p>
      <ol aria-label={name}>
        {steps.map(({ step, from }) => (
          <li key={step} class={from.startsWith('the workflow') ? 'matched' : undefined} title={from}>
            {step}
          </li>
        ))}
      </ol>
    </div>
  )
}
