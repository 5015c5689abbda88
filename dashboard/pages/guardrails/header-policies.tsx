/** Header policies: what is set and removed in the headers of calls to providers. */

import { useState } from 'preact/hooks'
import type { HeaderPolicyView } from '../../../schemas/admin/header-policies.schema.ts'
import { useHeaderPolicies } from '../../data/queries.ts'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { Section } from '../../parts/section.tsx'
import { Changes, Remove, useWrite } from './definition.tsx'
import { HeaderPolicyDrawer } from './header-policy-drawer.tsx'
import { useUsedBy, type UsedBy } from './used-by.ts'

type Asked = { readonly edit: HeaderPolicyView | undefined } | { readonly remove: HeaderPolicyView }

export function HeaderPolicies() {
  const [asked, setAsked] = useState<Asked>()
  const close = () => setAsked(undefined)
  const policies = useHeaderPolicies()
  const usedBy = useUsedBy()
  const write = useWrite('header-policies', close)
  return (
    <>
      <Section
        title="Header policies"
        tools={
          <button type="button" class="first" onClick={() => setAsked({ edit: undefined })}>
            New header policy
          </button>
        }
      >
        <DataTable
          label="Header policies"
          rows={policies}
          columns={columns(setAsked, usedBy)}
          none="None is defined. They set and remove headers of the calls to providers, where a workflow names them."
          id={({ name }) => name}
        />
      </Section>
      {asked !== undefined && 'edit' in asked && <HeaderPolicyDrawer edited={asked.edit} close={close} save={async body => await write('PUT', body)} />}
      {asked !== undefined && 'remove' in asked && <Remove name={asked.remove.name} close={close} write={write} />}
    </>
  )
}

function columns(ask: (what: Asked) => void, usedBy: UsedBy): readonly Column<HeaderPolicyView>[] {
  return [
    { title: 'Name', show: ({ name }) => name },
    { title: 'Step', number: true, show: ({ step }) => step },
    {
      title: 'For',
      show: ({ methods, paths }) =>
        [methods, paths]
          .filter(list => list.length > 0)
          .map(list => list.join(', '))
          .join(' ') || 'all requests',
    },
    { title: 'When', show: ({ when }) => (when.length === 0 ? 'always' : when.map(condition => <div key={condition.header}>{conditionText(condition)}</div>)) },
    { title: 'Does', show: ({ actions }) => actions.map((action, at) => <div key={at}>{actionText(action)}</div>) },
    { title: 'Used for', show: ({ name }) => usedBy.of(name).map(({ id, scope_display: scope }) => <div key={id}>{scope}</div>) },
    {
      title: 'Actions',
      show: policy => (
        <span class="actions">
          <Changes
            managed={policy.managed}
            isUsed={usedBy.of(policy.name).length > 0}
            edit={() => ask({ edit: policy })}
            remove={() => ask({ remove: policy })}
          />
        </span>
      ),
    },
  ]
}

function conditionText({ header, matches, equals, present }: HeaderPolicyView['when'][number]) {
  if (matches !== undefined) return [<code>{header}</code>, ' matches ', <code>{matches}</code>]
  if (equals !== undefined) return [<code>{header}</code>, ' is ', <code>{equals}</code>]
  return [<code>{header}</code>, present === false ? ' is absent' : ' is present']
}

function actionText({ action, header, value, from_header: source }: HeaderPolicyView['actions'][number]) {
  if (action === 'remove') return ['removes ', <code>{header}</code>]
  return source === undefined ? ['sets ', <code>{`${header}: ${value ?? ''}`}</code>] : ['sets ', <code>{header}</code>, ' from ', <code>{source}</code>]
}
