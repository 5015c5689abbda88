/** Asks before something is done that cannot be taken back. */

import { useState } from 'preact/hooks'
import { FormDialog } from './form-dialog.tsx'

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
  const save = async () => {
    await act()
    close()
  }
  return (
    <FormDialog title={title} verb={verb} kind="bad" ready={word === undefined || typed === word} close={close} save={save}>
      {() => (
        <>
          <p>{text}</p>
          {word !== undefined && (
            <label>
              <span>
                Type <code>{word}</code> to confirm
              </span>
              <input value={typed} autocomplete="off" spellcheck={false} onInput={({ currentTarget }) => setTyped(currentTarget.value.trim())} />
            </label>
          )}
        </>
      )}
    </FormDialog>
  )
}
