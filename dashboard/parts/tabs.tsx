/** Parts of a page of which one is shown; which one is part of the address. */

import { useParam } from '../data/url.ts'

interface TabsProps<Name extends string> {
  readonly label: string
  /** The titles of the tabs; the first is shown by default. */
  readonly tabs: Readonly<Record<Name, string>>
}

/** @returns which is shown, and what chooses it */
export function useTabs<Name extends string>({ label, tabs }: TabsProps<Name>) {
  const names = Object.keys(tabs) as Name[]
  const [param, set] = useParam('tab', names[0])
  const shown = names.find(name => name === param) ?? names[0]
  const bar = (
    <div class="tabs" role="group" aria-label={label}>
      {names.map(name => (
        <button key={name} type="button" aria-pressed={name === shown} onClick={() => set(name)}>
          {tabs[name]}
        </button>
      ))}
    </div>
  )
  return { shown, bar }
}
