/** A form at the side of the page, for records with more fields than a dialog holds. */

import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Refusal } from '../data/api.ts'
import { Dialog } from './dialog.tsx'

interface FormDrawerProps {
  readonly title: string
  readonly verb: string
  readonly close: () => void
  /** What it throws is said in the form. */
  save(form: FormData): Promise<unknown>
  /** @param isWrong whether the gateway refused what this field says, or something in it */
  children(isWrong: (field: string) => boolean): ComponentChildren
}

export function FormDrawer({ title, verb, close, save, children }: FormDrawerProps) {
  const [refused, setRefused] = useState<Error>()
  const [saving, setSaving] = useState(false)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    setSaving(true)
    try {
      await save(new FormData(event.currentTarget as HTMLFormElement))
    } catch (cause) {
      setRefused(cause as Error)
    }
    setSaving(false)
  }
  const at = refused instanceof Refusal ? (refused.param ?? '') : ''
  return (
    <Dialog title={title} drawer close={close}>
      <form onSubmit={event => void submit(event)}>
        {children(field => at === field || at.startsWith(`${field}.`))}
        {refused !== undefined && <p role="alert">{refused.message}</p>}
        <p class="answers">
          <button type="submit" class="first" disabled={saving}>
            {verb}
          </button>
          <button type="button" onClick={close}>
            Cancel
          </button>
        </p>
      </form>
    </Dialog>
  )
}
