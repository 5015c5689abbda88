/** Fields whose values are part of the address. */

import { useState } from 'preact/hooks'
import { useParam } from '../data/url.ts'

interface FilterProps {
  readonly name: string
  readonly title: string
  readonly type?: 'text' | 'search' | 'number'
}

/** Counts when it is left, or on Enter; until then, what is typed stays whatever else the page shows anew. */
export function Filter({ name, title, type = 'text' }: FilterProps) {
  const [value, set] = useParam(name)
  const [typed, setTyped] = useState<string>()
  const enter = (text: string) => {
    setTyped(undefined)
    set(text.trim())
  }
  return (
    <label>
      {title}
      <input
        type={type}
        value={typed ?? value}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        onChange={({ currentTarget }) => enter(currentTarget.value)}
      />
    </label>
  )
}

interface SelectFilterProps {
  readonly name: string
  readonly title: string
  /** The first is chosen where the address says nothing. */
  readonly options: readonly [Option, ...Option[]]
}

type Option = readonly [value: string, text: string]

export function SelectFilter({ name, title, options }: SelectFilterProps) {
  const [value, set] = useParam(name, options[0][0])
  return (
    <label>
      {title}
      <select value={value} onChange={({ currentTarget }) => set(currentTarget.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}
