/** Asks, in front of the page; and shows what stands beside it. */

import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

interface DialogProps {
  readonly title: string
  readonly drawer?: boolean
  readonly close: () => void
  readonly children: ComponentChildren
}

/** Closes on Escape, and gives the focus back, as the browser's own dialogs do; also where it is taken out of the page. */
export function Dialog({ title, drawer = false, close, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    if (!drawer) first(shown)?.focus()
    return () => shown?.close()
  }, [drawer])
  return (
    <dialog class={drawer ? 'drawer' : undefined} aria-label={title} ref={dialog} onClose={({ currentTarget }) => currentTarget.isConnected && close()}>
      <header>
        <h2>{title}</h2>
        <button type="button" class="plain" aria-label="Close" onClick={() => dialog.current?.close()}>
          ✕
        </button>
      </header>
      {children}
    </dialog>
  )
}

/** What a person begins with: the first field, or the way out. */
function first(dialog: HTMLDialogElement | null): HTMLElement | null | undefined {
  return dialog?.querySelector<HTMLElement>('input, select, textarea') ?? dialog?.querySelector<HTMLElement>('.answers button:last-child')
}

interface ConfirmProps {
  readonly title: string
  readonly text: string
  readonly verb: string
  /** Has to be typed first, where what is done cannot be made good. */
  readonly word?: string
  readonly close: () => void
  act(): Promise<unknown>
}

export function Confirm({ title, text, verb, word, close, act }: ConfirmProps) {
  const [typed, setTyped] = useState('')
  const [acting, setActing] = useState(false)
  const [problem, setProblem] = useState<string>()
  const go = async (event: SubmitEvent) => {
    event.preventDefault()
    setActing(true)
    try {
      await act()
      close()
    } catch (cause) {
      setProblem((cause as Error).message)
      setActing(false)
    }
  }
  return (
    <Dialog title={title} close={close}>
      <form onSubmit={event => void go(event)}>
        <p>{text}</p>
        {word !== undefined && (
          <label>
            <span>
              Type <code>{word}</code> to confirm
            </span>
            <input value={typed} autocomplete="off" spellcheck={false} onInput={({ currentTarget }) => setTyped(currentTarget.value.trim())} />
          </label>
        )}
        {problem !== undefined && <p role="alert">{problem}</p>}
        <p class="answers">
          <button type="submit" class="bad" disabled={acting || (word !== undefined && typed !== word)}>
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
