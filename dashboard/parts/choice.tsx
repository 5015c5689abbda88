/** Buttons of which one is pressed; which one is part of the address. */

import { useParam } from '../data/url.ts'

type Option<Key extends string> = readonly [key: Key, title: string]

interface ChoiceProps<Key extends string> {
  /** Of the parameter. */
  readonly name: string
  readonly title: string
  /** The first is pressed where the address says nothing. */
  readonly options: readonly [Option<Key>, ...Option<Key>[]]
}

export function Choice<Key extends string>({ name, title, options }: ChoiceProps<Key>) {
  const chosen = useChoice(name, options)
  const [, set] = useParam(name, options[0][0])
  return (
    <fieldset class="range">
      <legend class="unseen">{title}</legend>
      {options.map(([key, text]) => (
        <button key={key} type="button" aria-pressed={key === chosen} onClick={() => set(key)}>
          {text}
        </button>
      ))}
    </fieldset>
  )
}

/** The key that is chosen; the first where the address names none of them. */
export function useChoice<Key extends string>(name: string, options: ChoiceProps<Key>['options']): Key {
  const [given] = useParam(name)
  return (options.find(([key]) => key === given) ?? options[0])[0]
}
