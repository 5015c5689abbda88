/** Fields whose values are part of the address. */

import { useParam } from '../data/url.ts'

interface FilterProps {
  readonly name: string
  readonly title: string
  readonly type?: 'text' | 'search' | 'number'
}

/** Counts when it is left, or on Enter. */
export function Filter({ name, title, type = 'text' }: FilterProps) {
  const [value, set] = useParam(name)
  return (
    <label>
      {title}
      <input type={type} value={value} onChange={({ currentTarget }) => set(currentTarget.value.trim())} />
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
