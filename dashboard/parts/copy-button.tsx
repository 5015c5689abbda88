/** Copies a text, and says that it did. */

import { useRef, useState } from 'preact/hooks'

interface CopyButtonProps {
  /** Whether it is what one comes for. */
  readonly first?: boolean
  readonly children?: string
  text(): string
}

export function CopyButton({ first = false, children = 'Copy', text }: CopyButtonProps) {
  const button = useRef<HTMLButtonElement>(null)
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await copyText(text(), button.current?.parentElement ?? document.body)
    setCopied(true)
  }
  return (
    <button type="button" class={first ? 'first' : undefined} ref={button} onClick={() => void copy()} onBlur={() => setCopied(false)} aria-live="polite">
      {copied ? 'Copied' : children}
    </button>
  )
}

/** Browsers have a clipboard on encrypted pages only; elsewhere, what is selected is copied. @param near where dialogs let something be selected */
async function copyText(text: string, near: Element): Promise<void> {
  if (isSecureContext) return await navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  near.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}
