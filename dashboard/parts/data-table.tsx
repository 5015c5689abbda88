/** A table of rows that may still be on their way, be none, or have failed to come. */

import type { ComponentChildren } from 'preact'
import { isAway } from '../data/api.ts'
import { csvOf, saveFile } from '../data/save.ts'
import { sorted, valueIn, type CellValue } from '../data/sort.ts'
import { useParam } from '../data/url.ts'
import { slug } from '../data/words.ts'
import { Empty, Failed, Waiting } from './states.tsx'

export interface Column<Row> {
  /** The column `Actions` has buttons: it is neither sorted by nor saved. */
  readonly title: string
  /** Numbers stand at the right. */
  readonly number?: boolean
  show(row: Row): ComponentChildren
  /** What the column is sorted by and saved as; else what it shows. */
  value?(row: Row): CellValue
}

/** As a query of the admin API gives them. */
export interface Rows<Row> {
  /** Undefined until they are there. */
  readonly data: readonly Row[] | undefined
  readonly error: Error | null
  refetch(): unknown
}

/** Of rows that are there already. */
export function rowsOf<Row>(data: readonly Row[]): Rows<Row> {
  return { data, error: null, refetch: () => undefined }
}

interface TableProps<Row> {
  /** Names the table to those who do not see it, in the address and in the files that it is saved to: once on a page. */
  readonly label: string
  readonly rows: Rows<Row>
  readonly columns: readonly Column<Row>[]
  /** What is said where there are none. */
  readonly none: string
  id(row: Row): string
  /** Makes rows lead somewhere. */
  readonly open?: ((row: Row) => void) | undefined
  /** Whether these are not all rows: then it is not for the page to sort or save them. */
  readonly paged?: boolean
}

export function DataTable<Row>({ label, rows, columns, none, id, open, paged = false }: TableProps<Row>) {
  const [sort, setSort] = useParam(`sort.${slug(label)}`)
  const { data, error } = rows
  if (data === undefined) return <Waiting error={error} retry={() => rows.refetch()} />
  if (data.length === 0) return <Empty>{none}</Empty>
  const by = paged ? undefined : columns.find(({ title }) => slug(title) === sort.replace(/^-/, ''))
  const shown = by === undefined ? data : sorted(data, row => valueOf(by, row), sort.startsWith('-'))
  return (
    <>
      {error !== null && !isAway.value && <Failed error={error} retry={() => rows.refetch()} />}
      <div class="scroll">
        <table aria-label={label}>
          <thead>
            <tr>
              {columns.map(column => (
                <Head key={column.title} column={column} sort={by === column ? sort : ''} setSort={paged ? undefined : setSort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(row => (
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
      {!paged && <Saves label={label} rows={shown} columns={columns} />}
    </>
  )
}

function hasValues({ title }: Pick<Column<never>, 'title'>): boolean {
  return title !== 'Actions'
}

function valueOf<Row>({ number = false, show, value }: Column<Row>, row: Row): CellValue {
  return value === undefined ? valueIn(show(row), number) : value(row)
}

interface HeadProps {
  readonly column: Pick<Column<never>, 'title' | 'number'>
  /** As it stands in the address: empty, the column, or the column behind a `-` for the other way round. */
  readonly sort: string
  readonly setSort: ((sort: string) => void) | undefined
}

/** Sorts by its column, then the other way round, then not any more. Of numbers, the largest are looked for first. */
function Head({ column: { title, number = false }, sort, setSort }: HeadProps) {
  const [up, down] = [slug(title), `-${slug(title)}`]
  const [first, second] = number ? [down, up] : [up, down]
  const next = sort === '' ? first : sort === first ? second : ''
  return (
    <th scope="col" class={number ? 'number' : undefined} aria-sort={sort === '' ? undefined : sort === up ? 'ascending' : 'descending'}>
      {setSort === undefined || !hasValues({ title }) ? (
        title
      ) : (
        <button type="button" class="plain" onClick={() => setSort(next)}>
          {title}
        </button>
      )}
    </th>
  )
}

/** The whole row as JSON, as the gateway gave it; what the columns show as CSV. */
function Saves<Row>({ label, rows, columns }: Pick<TableProps<Row>, 'label' | 'columns'> & { readonly rows: readonly Row[] }) {
  const saved = columns.filter(hasValues)
  const csv = () => csvOf([saved.map(({ title }) => title), ...rows.map(row => saved.map(column => valueOf(column, row)))])
  const save = (ending: 'csv' | 'json', text: string, type: string) => saveFile(new Blob([text], { type }), `${slug(label)}.${ending}`)
  return (
    <p class="saves">
      Save as
      <button type="button" class="plain" title={`${label} as CSV`} onClick={() => save('csv', csv(), 'text/csv')}>
        CSV
      </button>
      <button
        type="button"
        class="plain"
        title={`${label} as JSON`}
        onClick={() => save('json', `${JSON.stringify(rows, undefined, 2)}\n`, 'application/json')}
      >
        JSON
      </button>
    </p>
  )
}

/** By pointer, and by keyboard, which goes from row to row by its arrows. What stands in a row acts for itself. */
function opening(open: () => void): object {
  return {
    class: 'opens',
    tabIndex: 0,
    onClick: ({ target }: MouseEvent) => {
      if ((target as Element).closest('a, button, input, select, label, summary') === null) open()
    },
    onKeyDown: (event: KeyboardEvent) => {
      const row = event.currentTarget as HTMLElement
      const act =
        event.target === row ? { Enter: open, ' ': open, ArrowDown: to(row.nextElementSibling), ArrowUp: to(row.previousElementSibling) }[event.key] : undefined
      if (act === undefined) return
      event.preventDefault()
      act()
    },
  }
}

function to(row: Element | null): () => void {
  return () => (row as HTMLElement | null)?.focus()
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
