/** A table of rows that may still be on their way, be none, or have failed to come. */

import type { ComponentChildren } from 'preact'
import { Empty, Failed, Loading } from './states.tsx'

export interface Column<Row> {
  readonly title: string
  /** Numbers stand at the right. */
  readonly number?: boolean
  show(row: Row): ComponentChildren
}

/** As a query of the admin API gives them. */
export interface Rows<Row> {
  /** Undefined until they are there. */
  readonly data: readonly Row[] | undefined
  readonly error: Error | null
  refetch(): unknown
}

interface TableProps<Row> {
  /** Names the table to those who do not see it. */
  readonly label: string
  readonly rows: Rows<Row>
  readonly columns: readonly Column<Row>[]
  /** What is said where there are none. */
  readonly none: string
  id(row: Row): string
  /** Makes rows lead somewhere. */
  readonly open?: ((row: Row) => void) | undefined
}

export function DataTable<Row>({ label, rows, columns, none, id, open }: TableProps<Row>) {
  const { data, error } = rows
  if (data === undefined) return error === null ? <Loading /> : <Failed error={error} retry={() => rows.refetch()} />
  if (data.length === 0) return <Empty>{none}</Empty>
  return (
    <div class="scroll">
      <table aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ title, number }) => (
              <th key={title} scope="col" class={number === true ? 'number' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.map(row => (
            <tr key={id(row)} {...(open === undefined ? {} : opening(() => open(row)))}>
              {columns.map(({ title, number, show }) => (
                <td key={title} class={number === true ? 'number' : undefined}>
                  {show(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function opening(open: () => void): object {
  return {
    class: 'opens',
    tabIndex: 0,
    onClick: open,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Enter') open()
    },
  }
}

interface PagerProps {
  readonly total: number
  readonly size: number
  /** From 0. */
  readonly page: number
  turn(page: number): void
}

/** Turns the pages of a table whose rows the gateway gives out by the page. */
export function Pager({ total, size, page, turn }: PagerProps) {
  const last = Math.max(0, Math.ceil(total / size) - 1)
  if (last === 0) return null
  return (
    <div class="pager">
      <button type="button" disabled={page === 0} onClick={() => turn(page - 1)}>
        Newer
      </button>
      <span>
        {page + 1} of {last + 1}
      </span>
      <button type="button" disabled={page >= last} onClick={() => turn(page + 1)}>
        Older
      </button>
    </div>
  )
}
