/** A list in a form: rows of fields that can be added and taken out. The fields of a row are named by its place. */

import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { textIn } from '../data/form.ts'

interface RowsProps<Row> {
  readonly title: string
  /** What the button says that adds a row. */
  readonly verb: string
  readonly hint?: string
  /** Those that are there at first. */
  readonly rows: readonly Row[]
  /** What a new row has at first. */
  readonly fresh: Row
  children(row: Row, place: number): ComponentChildren
}

export function Rows<Row>({ title, verb, hint, rows, fresh, children }: RowsProps<Row>) {
  const ids = useRef(rows.length)
  const [shown, setShown] = useState<readonly { readonly id: number; readonly row: Row }[]>(() => rows.map((row, id) => ({ id, row })))
  return (
    <fieldset class="group">
      <legend>{title}</legend>
      {hint !== undefined && <small>{hint}</small>}
      {shown.map(({ id, row }, place) => (
        <div key={id} class="row">
          {children(row, place)}
          <button type="button" class="plain" aria-label={`Remove ${place + 1} of ${title}`} onClick={() => setShown(shown.filter(other => other.id !== id))}>
            ✕
          </button>
        </div>
      ))}
      <p>
        <button type="button" onClick={() => setShown([...shown, { id: ids.current++, row: fresh }])}>
          {verb}
        </button>
      </p>
    </fieldset>
  )
}

/** Reads each row that is there. @param member one that every row has */
export function rowsIn<Row>(form: FormData, name: string, member: string, read: (field: (member: string) => string) => Row): Row[] {
  const found: Row[] = []
  for (let place = 0; form.has(`${name}.${place}.${member}`); place++) {
    found.push(read(field => textIn(form, `${name}.${place}.${field}`)))
  }
  return found
}
