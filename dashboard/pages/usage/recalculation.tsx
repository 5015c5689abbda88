/** Computes the costs of what the page shows anew, at the prices that hold now. */

import { useQueryClient } from '@tanstack/preact-query'
import { useState } from 'preact/hooks'
import type { RecalculationRequest, RecalculationResult } from '../../../schemas/admin/usage.schema.ts'
import { send } from '../../data/api.ts'
import { count } from '../../data/words.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Facts, type Fact } from '../../parts/facts.tsx'
import type { Question } from './question.ts'

const word = 'recalculate'
const titles: Readonly<Record<string, string>> = { user_path: 'user path', model: 'model', provider: 'provider', label: 'label' }

export function Recalculation({ question }: { readonly question: Question }) {
  const queries = useQueryClient()
  const [asked, setAsked] = useState(false)
  const [result, setResult] = useState<RecalculationResult>()
  const act = async () => {
    setResult(await send<RecalculationResult>('POST', '/usage/recalculate-pricing', requestOf(question)))
    await queries.invalidateQueries({ queryKey: ['usage'] })
  }
  return (
    <>
      <button type="button" onClick={() => setAsked(true)}>
        Recalculate costs
      </button>
      {asked && (
        <Confirm
          title="Recalculate costs?"
          text={`Of all records ${meant(question)}, the cost is computed anew at the prices that hold now, and the old cost is forgotten. Where no price is known, it becomes unknown.`}
          verb="Recalculate"
          word={word}
          close={() => setAsked(false)}
          act={act}
        />
      )}
      {result !== undefined && !asked && <Done result={result} close={() => setResult(undefined)} />}
    </>
  )
}

function Done({ result, close }: { readonly result: RecalculationResult; readonly close: () => void }) {
  const facts: readonly Fact[] = [
    ['Records that fit', count(result.matched)],
    ['Computed anew', count(result.recalculated)],
    ['With a price', count(result.with_pricing)],
    ['Without one', count(result.without_pricing)],
  ]
  return (
    <Dialog title="Costs recalculated" close={close}>
      <Facts facts={facts} />
    </Dialog>
  )
}

function requestOf({ range: { days, ...dates }, filters }: Question): RecalculationRequest {
  return { ...(days === undefined ? dates : { days: Number(days) }), ...filters, confirmation: word }
}

/** Whoever answered: costs that the local cache saved are among them. */
function meant({ range: { days, start_date: start, end_date: end }, filters }: Question): string {
  const when = days === undefined ? [start && `from ${start}`, end && `to ${end}`] : [days === '1' ? 'of today' : `of the last ${days} days`]
  const whose = Object.entries(filters).map(([name, value]) => `with the ${titles[name] ?? name} ${value}`)
  return [...when, ...whose].filter(Boolean).join(' ')
}
