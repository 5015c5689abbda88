/** An object as JSON that can be edited. It follows the object, and the object follows it as soon as it can be read. */

import { useEffect, useState } from 'preact/hooks'
import { objectIn } from '../../data/json.ts'

interface JsonFieldProps {
  readonly label: string
  readonly rows: number
  readonly value: object
  set(value: object): void
}

export function JsonField({ label, rows, value, set }: JsonFieldProps) {
  const shown = JSON.stringify(value, undefined, 2)
  /** Undefined where nobody types. */
  const [typed, setTyped] = useState<string>()
  const [focused, setFocused] = useState(false)
  useEffect(() => {
    if (!focused) setTyped(undefined)
  }, [shown, focused])
  const isWrong = typed !== undefined && objectIn(typed) === undefined
  return (
    <label>
      {label}
      <textarea
        class="json"
        rows={rows}
        spellcheck={false}
        value={typed ?? shown}
        aria-invalid={isWrong}
        onFocus={() => setFocused(true)}
        onInput={({ currentTarget: { value: text } }) => {
          setTyped(text)
          const next = objectIn(text)
          if (next !== undefined) set(next)
        }}
        onBlur={() => setFocused(isWrong)}
      />
      {isWrong && <small role="alert">This is no JSON object, and is not sent.</small>}
    </label>
  )
}
