/** One field of a form, with what it is called and what may stand in it. */

import type { ComponentChildren } from 'preact'

interface LabelledProps {
  readonly title: string
  readonly hint?: string | undefined
  /** A check box stands before its title. */
  readonly check?: boolean
  readonly children: ComponentChildren
}

export function Labelled({ title, hint, check = false, children }: LabelledProps) {
  return (
    <label class={check ? 'check' : undefined}>
      {!check && title}
      {children}
      {check && title}
      {hint !== undefined && <small>{hint}</small>}
    </label>
  )
}
