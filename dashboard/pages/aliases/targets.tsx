/** The targets of an alias in their order, with their weights where those count. */

import { useState } from 'preact/hooks'
import type { FailoverSuggestion } from '../../../schemas/admin/virtual-models.schema.ts'
import { send } from '../../data/api.ts'
import { useModels, useVirtualModels } from '../../data/queries.ts'
import type { IsWrong } from '../../parts/form-dialog.tsx'

export interface Target {
  readonly name: string
  readonly weight: number
}

interface TargetsProps {
  /** The alias, if there is one yet. */
  readonly source: string | undefined
  readonly targets: readonly Target[]
  readonly weighted: boolean
  readonly isWrong: IsWrong
  set(targets: readonly Target[]): void
}

export function Targets({ source, targets, weighted, isWrong, set }: TargetsProps) {
  const [note, setNote] = useState<string>()
  const names = useNames(source)
  const change = (at: number, to: Partial<Target>) => set(targets.map((target, index) => (index === at ? { ...target, ...to } : target)))
  const suggest = async () => {
    const first = targets[0]?.name.trim() ?? ''
    try {
      const found = await send<FailoverSuggestion>('POST', '/virtual-models/suggest-failover', { source: first })
      const fresh = (found?.targets ?? []).filter(({ model }) => targets.every(({ name }) => name !== model))
      set([...targets.filter(({ name }) => name.trim() !== ''), ...fresh.map(({ model }) => ({ name: model, weight: 1 }))])
      setNote(fresh.length === 0 ? `Nothing is known that could stand in for ${first}.` : fresh.map(({ model, reason }) => `${model}: ${reason}`).join('; '))
    } catch (cause) {
      setNote((cause as Error).message)
    }
  }
  return (
    <div role="group" aria-label="Targets" class="targets">
      <span class="faint">Stands for</span>
      {targets.map(({ name, weight }, at) => (
        <div key={at} class="target">
          <input
            aria-label={`Target ${at + 1}`}
            list="target-names"
            required={at === 0}
            placeholder="openai/gpt-5"
            value={name}
            aria-invalid={isWrong(`targets.${at}`)}
            onInput={({ currentTarget }) => change(at, { name: currentTarget.value })}
          />
          {weighted && (
            <input
              aria-label={`Weight of target ${at + 1}`}
              title="Weight: how many calls in a row it takes"
              type="number"
              min={1}
              value={weight}
              onInput={({ currentTarget }) => change(at, { weight: Number(currentTarget.value) })}
            />
          )}
          <button type="button" aria-label={`Move target ${at + 1} up`} disabled={at === 0} onClick={() => set(swapped(targets, at - 1))}>
            ↑
          </button>
          <button type="button" aria-label={`Move target ${at + 1} down`} disabled={at === targets.length - 1} onClick={() => set(swapped(targets, at))}>
            ↓
          </button>
          <button
            type="button"
            aria-label={`Remove target ${at + 1}`}
            disabled={targets.length === 1}
            onClick={() => set(targets.filter((_, index) => index !== at))}
          >
            ✕
          </button>
        </div>
      ))}
      <datalist id="target-names">
        {names.map(name => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <div class="actions">
        <button type="button" onClick={() => set([...targets, { name: '', weight: 1 }])}>
          Add target
        </button>
        <button type="button" disabled={targets[0]?.name.trim() === ''} onClick={() => void suggest()}>
          Suggest failover
        </button>
      </div>
      {note !== undefined && <small class="faint">{note}</small>}
    </div>
  )
}

/** What may be a target. */
function useNames(source: string | undefined): readonly string[] {
  const models = useModels()
  const virtual = useVirtualModels()
  const aliases = virtual.data?.filter(({ kind, source: name }) => kind === 'redirect' && name !== source) ?? []
  return [...aliases.map(({ source: name }) => name), ...(models.data ?? []).map(({ selector }) => selector)]
}

/** With the one at this place behind the next. */
function swapped(targets: readonly Target[], at: number): readonly Target[] {
  return [...targets.slice(0, at), ...targets.slice(at, at + 2).reverse(), ...targets.slice(at + 2)]
}
