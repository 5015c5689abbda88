/** What stands in front of the page, or beside it. */

import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

interface DialogProps {
  readonly title: string
  readonly drawer?: boolean
  readonly close: () => void
  readonly children: ComponentChildren
}

/**
 * Closes on Escape, and gives the focus back, as the browser's own dialogs do; also where it is taken out of the page. It leaves the page at once:
 * browsers say `close` with their next frame, and what asks for it anew before that would be taken for the one that goes.
 */
export function Dialog({ title, drawer = false, close, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    if (!drawer) first(shown)?.focus()
    return () => shown?.close()
  }, [drawer])
  return (
    <dialog
      class={drawer ? 'drawer' : undefined}
      aria-label={title}
      ref={dialog}
      onCancel={({ target, currentTarget }) => target === currentTarget && close()}
      onClose={({ currentTarget }) => currentTarget.isConnected && close()}
    >
      <header>
        <h2>{title}</h2>
        <button type="button" class="plain" aria-label="Close" onClick={close}>
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
