/** Has all budgets, or all rate limits, begin anew. */

import { useQueryClient } from '@tanstack/preact-query'
import { useState } from 'preact/hooks'
import type { Reach } from '../../data/access.ts'
import { send } from '../../data/api.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Section } from '../../parts/section.tsx'

const kinds = [
  { what: 'budgets', feature: 'BUDGETS_ENABLED', text: 'Nothing counts as spent in the running periods. What was spent stays in the usage log.' },
  { what: 'rate-limits', feature: 'RATE_LIMITS_ENABLED', text: 'Nothing counts as used in the running windows.' },
] as const

export function Resets({ reach }: { readonly reach: Reach }) {
  const queries = useQueryClient()
  const [asked, setAsked] = useState<(typeof kinds)[number]>()
  const shown = kinds.filter(({ feature }) => reach.isOn(feature))
  if (shown.length === 0) return null
  return (
    <>
      <Section title="Start over">
        <p class="actions">
          {shown.map(kind => (
            <button key={kind.what} type="button" onClick={() => setAsked(kind)}>
              Reset all {named(kind.what)}
            </button>
          ))}
        </p>
      </Section>
      {asked !== undefined && (
        <Confirm
          title={`Reset all ${named(asked.what)}?`}
          text={asked.text}
          verb="Reset"
          word="reset"
          close={() => setAsked(undefined)}
          act={async () => {
            await send('POST', `/${asked.what}/reset`, { confirmation: 'reset' })
            await queries.invalidateQueries({ queryKey: [asked.what] })
          }}
        />
      )}
    </>
  )
}

function named(what: string): string {
  return what.replace('-', ' ')
}
