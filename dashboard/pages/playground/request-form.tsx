/** What is asked: of which model, how, and with which words and tools. */

import { useQuery } from '@tanstack/preact-query'
import { namesOfModels } from './call.ts'
import { dialects } from './dialects/index.ts'
import type { Dialect, Draft } from './draft.ts'
import { MessageCards } from './message-cards.tsx'
import { ToolCards } from './tool-cards.tsx'

interface RequestFormProps {
  readonly draft: Draft
  readonly endpoint: Dialect
  change(draft: Draft): void
  speak(endpoint: string): void
}

const parameters = [
  ['maxTokens', 'Max tokens', '1'],
  ['temperature', 'Temperature', 'any'],
  ['topP', 'Top p', 'any'],
] as const

export function RequestForm({ draft, endpoint, change, speak }: RequestFormProps) {
  const { data: names = [] } = useQuery({ queryKey: ['models', 'names'], queryFn: namesOfModels })
  return (
    <>
      <div class="fields">
        <label>
          Model
          <input list="models" required value={draft.model} onInput={({ currentTarget }) => change({ ...draft, model: currentTarget.value })} />
          <datalist id="models">
            {names.map(name => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </label>
        <label>
          Endpoint
          <select onChange={({ currentTarget }) => speak(currentTarget.value)}>
            {Object.entries(dialects).map(([name, dialect]) => (
              <option key={name} value={name} selected={dialect === endpoint}>
                {dialect.title}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div class="fields">
        {parameters.map(([name, title, step]) => (
          <label key={name}>
            {title}
            <input
              type="number"
              min={0}
              step={step}
              value={draft[name] ?? ''}
              onInput={({ currentTarget: { value } }) => change({ ...draft, [name]: value === '' ? undefined : Number(value) })}
            />
          </label>
        ))}
        <label class="check">
          <input type="checkbox" checked={draft.stream} onChange={({ currentTarget }) => change({ ...draft, stream: currentTarget.checked })} /> Stream
        </label>
      </div>
      <MessageCards cards={draft.cards} set={cards => change({ ...draft, cards })} />
      <ToolCards tools={draft.tools} set={tools => change({ ...draft, tools })} />
    </>
  )
}
