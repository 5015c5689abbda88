/** A dialog around a form of any shape, which saves what is filled in; and one labelled field of such a form. */

import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Refusal } from '../data/api.ts'
import { Dialog } from './dialog.tsx'

interface EditorProps {
  readonly title: string
  readonly close: () => void
  /** What it throws is said in the form. Else it takes the form away. */
  save(form: FormData): Promise<unknown>
  /** @param wrong the field that was refused, as the admin API calls it */
  children(wrong: string | undefined): ComponentChildren
}

export function Editor({ title, close, save, children }: EditorProps) {
  const [refused, setRefused] = useState<Error>()
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    try {
      await save(new FormData(event.currentTarget as HTMLFormElement))
    } catch (cause) {
      setRefused(cause as Error)
    }
  }
  return (
    <Dialog title={title} close={close}>
      <form onSubmit={event => void submit(event)}>
        {children(refused instanceof Refusal ? refused.param : undefined)}
        {refused !== undefined && <p role="alert">{refused.message}</p>}
        <p class="answers">
          <button type="submit" class="first">
            Save
          </button>
          <button type="button" onClick={close}>
            Cancel
          </button>
        </p>
      </form>
    </Dialog>
  )
}

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
      {hint !== undefined && <small class="faint">{hint}</small>}
    </label>
  )
}
