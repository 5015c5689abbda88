/** A form of any shape in a dialog: saves what is filled in, and says what was refused and in which field. */

import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Refusal } from '../data/api.ts'
import { Dialog } from './dialog.tsx'

/** Whether the gateway refused what this field says, or something in it. */
export type IsWrong = (field: string) => boolean

interface FormDialogProps {
  readonly title: string
  readonly verb?: string
  /** Whether it makes something, or takes it away. */
  readonly kind?: 'first' | 'bad'
  /** Whether there is enough in it. */
  readonly ready?: boolean
  /** At the side of the page, for more fields than a dialog holds. */
  readonly drawer?: boolean
  readonly close: () => void
  /** What is said below of what stands in the fields, at each change. */
  readonly remark?: ((form: FormData) => ComponentChildren) | undefined
  /** What it throws is said in the form. Else it takes the form away. */
  save(form: FormData): Promise<unknown>
  /** @param refused the field that was refused, as the admin API calls it; empty if there is none */
  children(isWrong: IsWrong, refused: string): ComponentChildren
}

export function FormDialog({ title, verb = 'Save', kind = 'first', ready = true, drawer = false, close, remark, save, children }: FormDialogProps) {
  const [problem, setProblem] = useState<Error>()
  const [saving, setSaving] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const [filled, setFilled] = useState<FormData>()
  const look = () => setFilled(new FormData(form.current ?? undefined))
  useLayoutEffect(look, [])
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    setSaving(true)
    try {
      await save(new FormData(form.current ?? undefined))
    } catch (cause) {
      setProblem(cause as Error)
      // Once the field is marked.
      setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
    }
    setSaving(false)
  }
  const refused = problem instanceof Refusal ? (problem.param ?? '') : ''
  return (
    <Dialog title={title} drawer={drawer} close={close}>
      <form ref={form} onInput={remark && look} onSubmit={event => void submit(event)}>
        {children(field => refused === field || refused.startsWith(`${field}.`), refused)}
        {filled !== undefined && remark?.(filled)}
        {problem !== undefined && <p role="alert">{problem.message}</p>}
        <p class="answers">
          <button type="submit" class={kind} disabled={saving || !ready}>
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
