/** A field whose text is part of the address. It counts when it is left, or on Enter. */

import { useParam } from '../data/url.ts'

interface FilterProps {
  readonly name: string
  readonly title: string
  readonly type?: 'text' | 'search' | 'number'
}

export function Filter({ name, title, type = 'text' }: FilterProps) {
  const [value, set] = useParam(name)
  return (
    <label>
      {title}
      <input type={type} value={value} onChange={({ currentTarget }) => set(currentTarget.value.trim())} />
    </label>
  )
}
