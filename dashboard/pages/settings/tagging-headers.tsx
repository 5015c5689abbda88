/** The headers in which callers send labels. */

import { useQuery, useQueryClient } from '@tanstack/preact-query'
import { useState } from 'preact/hooks'
import type { TaggingHeaderView, TaggingHeaderWrite, TaggingSettings } from '../../../schemas/admin/tagging.schema.ts'
import { get, send } from '../../data/api.ts'
import { textIn } from '../../data/form.ts'
import { ConfigBadge } from '../../parts/badge.tsx'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { RecordForm, type Field } from '../../parts/record-form.tsx'
import { Section } from '../../parts/section.tsx'

/** What is asked of a person at the moment. */
type Asked = { readonly edit: TaggingHeaderView | undefined } | { readonly remove: TaggingHeaderView } | undefined

export function TaggingHeaders() {
  const queries = useQueryClient()
  const [asked, setAsked] = useState<Asked>()
  const close = () => setAsked(undefined)
  const tagging = useQuery({ queryKey: ['tagging'], queryFn: async () => await get<TaggingSettings>('/tagging/settings') })
  const { headers = [], editable = false } = tagging.data ?? {}
  const write = async (written: readonly TaggingHeaderWrite[]) => {
    queries.setQueryData(['tagging'], await send<TaggingSettings>('PUT', '/tagging/settings', { headers: written }))
    close()
  }
  const save = async (written: TaggingHeaderWrite, edited: TaggingHeaderView | undefined) =>
    await write(edited === undefined ? [...headers, written] : headers.map(header => (header === edited ? written : header)))
  return (
    <Section
      title="Headers with labels"
      tools={
        editable && (
          <button type="button" onClick={() => setAsked({ edit: undefined })}>
            New header
          </button>
        )
      }
    >
      <DataTable
        label="Headers with labels"
        rows={{ ...tagging, data: tagging.data?.headers }}
        columns={columns(editable, setAsked)}
        none="There is none: calls have the labels of their keys."
        id={({ header }) => header}
      />
      {tagging.data?.editable === false && <p class="banner">The store is away: headers cannot be changed now.</p>}
      {headers.some(({ managed }) => managed) && (
        <p class="faint">
          <ConfigBadge />
          stands in the configuration, under <code>tagging</code>, and is changed there.
        </p>
      )}
      {asked !== undefined && 'edit' in asked && (
        <RecordForm
          title={asked.edit?.header ?? 'New header'}
          fields={fields(asked.edit)}
          close={close}
          save={async form => await save(headerIn(form), asked.edit)}
        />
      )}
      {asked !== undefined && 'remove' in asked && (
        <Confirm
          title={`Remove ${asked.remove.header}?`}
          text="What callers send in it is no label any more. Calls that were counted keep theirs."
          verb="Remove"
          close={close}
          act={async () => await write(headers.filter(header => header !== asked.remove))}
        />
      )}
    </Section>
  )
}

function columns(editable: boolean, ask: (what: Asked) => void): readonly Column<TaggingHeaderView>[] {
  return [
    { title: 'Header', show: ({ header }) => <code>{header}</code> },
    { title: 'Prefix that is taken off', show: ({ prefix }) => (prefix === '' ? '–' : <code>{prefix}</code>) },
    { title: 'Between labels', show: ({ delimiter }) => <code>{delimiter}</code> },
    { title: 'Stays in the gateway', show: ({ do_not_pass: stays }) => (stays ? 'yes' : 'no') },
    {
      title: 'Actions',
      show: header =>
        header.managed ? (
          <ConfigBadge />
        ) : (
          editable && (
            <span class="actions">
              <button type="button" onClick={() => ask({ edit: header })}>
                Edit
              </button>
              <button type="button" onClick={() => ask({ remove: header })}>
                Remove
              </button>
            </span>
          )
        ),
    },
  ]
}

function fields(edited: TaggingHeaderView | undefined): readonly Field[] {
  return [
    { name: 'header', title: 'Header', required: true, value: edited?.header, hint: 'Such as X-Feature.' },
    { name: 'prefix', title: 'Prefix', value: edited?.prefix, hint: 'Taken off the beginning of each label that begins so.' },
    { name: 'delimiter', title: 'Between labels', required: true, value: edited?.delimiter ?? ',' },
    { name: 'do_not_pass', title: 'Stays in the gateway where headers go on to a provider', type: 'checkbox', value: edited?.do_not_pass === true ? 'on' : '' },
  ]
}

/** What stands between labels may be a space. */
function headerIn(form: FormData): TaggingHeaderWrite {
  const delimiter = form.get('delimiter')
  return {
    header: textIn(form, 'header'),
    prefix: textIn(form, 'prefix'),
    delimiter: typeof delimiter === 'string' ? delimiter : ',',
    do_not_pass: form.get('do_not_pass') !== null,
  }
}
