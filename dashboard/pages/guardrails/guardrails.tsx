/** The guardrails that are defined: what they do, where they are used, and their changes. */

import { useQuery } from '@tanstack/preact-query'
import { useState } from 'preact/hooks'
import type { GuardrailType, GuardrailView } from '../../../schemas/admin/guardrails.schema.ts'
import { get } from '../../data/api.ts'
import { useGuardrailTypes } from '../../data/queries.ts'
import { duration } from '../../data/words.ts'
import { Badge } from '../../parts/badge.tsx'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Section } from '../../parts/section.tsx'
import { Changes, Remove, useWrite } from './definition.tsx'
import { GuardrailDrawer } from './guardrail-drawer.tsx'
import { Sample } from './sample.tsx'
import { useUsedBy, type UsedBy } from './used-by.ts'

type Asked = { readonly edit: GuardrailView | undefined } | { readonly test: GuardrailView } | { readonly remove: GuardrailView }

export function Guardrails() {
  const [asked, setAsked] = useState<Asked>()
  const close = () => setAsked(undefined)
  const guardrails = useQuery({ queryKey: ['guardrails'], queryFn: async () => await get<GuardrailView[]>('/guardrails') })
  const types = useGuardrailTypes()
  const usedBy = useUsedBy()
  const write = useWrite('guardrails', close)
  return (
    <>
      <Section
        title="Defined"
        tools={
          <button type="button" class="first" onClick={() => setAsked({ edit: undefined })}>
            New guardrail
          </button>
        }
      >
        <DataTable
          label="Guardrails"
          rows={guardrails}
          columns={columns({ ask: setAsked, types: types.data, usedBy })}
          none="None is defined. What is defined here applies where a workflow names it."
          id={({ name }) => name}
        />
      </Section>
      {asked !== undefined && 'edit' in asked && types.data !== undefined && (
        <GuardrailDrawer edited={asked.edit} types={types.data} close={close} save={async body => await write('PUT', body)} />
      )}
      {asked !== undefined && 'test' in asked && (
        <Dialog title={`Test ${asked.test.name}`} drawer close={close}>
          <form>
            <Sample definition={() => asked.test} />
          </form>
        </Dialog>
      )}
      {asked !== undefined && 'remove' in asked && <Remove name={asked.remove.name} close={close} write={write} />}
    </>
  )
}

interface Known {
  readonly ask: (what: Asked) => void
  readonly types: readonly GuardrailType[] | undefined
  readonly usedBy: UsedBy
}

function columns({ ask, types, usedBy }: Known): readonly Column<GuardrailView>[] {
  return [
    {
      title: 'Name',
      show: ({ name, description, summary }) => (
        <span class="clipped" title={description || summary}>
          {name}
          <small>{description || summary}</small>
        </span>
      ),
    },
    { title: 'Type', show: ({ type }) => <code>{type}</code> },
    { title: 'Acts on', show: ({ phases }) => phases.map(phase => <Badge key={phase}>{phase}</Badge>) },
    {
      title: 'If it fails',
      show: ({ fail_mode: mode, timeout_ms: ms }) => [
        mode === null ? 'by its phase' : mode === 'open' ? 'goes on' : 'refused',
        ms !== null && ms > 0 && <small> after {duration(ms)}</small>,
      ],
    },
    {
      title: 'Used for',
      show: ({ name }) =>
        usedBy.of(name).map(({ id, scope_display: scope, name: workflow }) => (
          <div key={id} title={`the workflow ${workflow}`}>
            {scope}
          </div>
        )),
    },
    {
      title: 'Health',
      show: ({ type, managed }) =>
        types === undefined || managed || types.some(known => known.type === type) ? (
          <Badge kind="good">ok</Badge>
        ) : (
          <Badge kind="bad">its type is not loaded</Badge>
        ),
    },
    { title: 'Actions', show: guardrail => <Actions guardrail={guardrail} isUsed={usedBy.of(guardrail.name).length > 0} ask={ask} /> },
  ]
}

function Actions({ guardrail, isUsed, ask }: { readonly guardrail: GuardrailView; readonly isUsed: boolean; readonly ask: (what: Asked) => void }) {
  return (
    <span class="actions">
      <button type="button" onClick={() => ask({ test: guardrail })}>
        Test
      </button>
      <Changes managed={guardrail.managed} isUsed={isUsed} edit={() => ask({ edit: guardrail })} remove={() => ask({ remove: guardrail })} />
    </span>
  )
}
