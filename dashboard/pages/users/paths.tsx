/** The tree of user paths: what is said of each, what holds for it from above, and what is left to it. */

import { useQueryClient } from '@tanstack/preact-query'
import { useState } from 'preact/hooks'
import type { UserNode, UserTree } from '../../../schemas/admin/users.schema.ts'
import { send } from '../../data/api.ts'
import { listIn, textIn } from '../../data/form.ts'
import { useModels, useUserTree } from '../../data/queries.ts'
import { useSearch } from '../../data/search.ts'
import { openModels } from './open-models.ts'
import { count } from '../../data/words.ts'
import { ConfigBadge } from '../../parts/badge.tsx'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { modelsLeft } from '../../parts/models-left.tsx'
import { RecordForm, type Field } from '../../parts/record-form.tsx'
import { Section } from '../../parts/section.tsx'
import { inTree } from './tree.tsx'
import type { KeyFor } from './index.tsx'

/** What is asked of a person at the moment. */
type Asked = { readonly edit: UserNode | undefined } | { readonly clear: UserNode } | undefined

export function Paths({ addKey }: { readonly addKey: (whom: KeyFor) => void }) {
  const queries = useQueryClient()
  const [asked, setAsked] = useState<Asked>()
  const close = () => setAsked(undefined)
  const tree = useUserTree()
  const write = async (method: 'PUT' | 'DELETE', path: string, body?: object) => {
    queries.setQueryData(['users'], await send<UserTree>(method, path, body))
    close()
    await queries.invalidateQueries({ queryKey: ['keys'] })
  }
  const nodes = tree.data?.users ?? []
  const [search, holds] = useSearch()
  return (
    <Section
      title="Paths"
      tools={
        <button type="button" class="first" onClick={() => setAsked({ edit: undefined })}>
          New rule
        </button>
      }
    >
      <DataTable
        label="User paths"
        rows={{ ...tree, data: tree.data?.users.filter(node => holds(node.user_path, node.description)) }}
        columns={columns(nodes, setAsked, addKey)}
        none={search === '' ? 'No path has a rule or a key yet.' : 'None fits.'}
        id={({ user_path: path }) => path}
      />
      {nodes.some(({ managed }) => managed) && (
        <p class="faint">
          <ConfigBadge />
          stands in the configuration, under <code>users</code>, and is changed there.
        </p>
      )}
      {asked !== undefined && 'edit' in asked && (
        <Rule
          edited={asked.edit}
          nodes={nodes}
          close={close}
          save={async form =>
            await write('PUT', '/users', {
              user_path: asked.edit?.user_path ?? textIn(form, 'user_path'),
              allowed_models: listIn(form, 'allowed_models'),
              description: textIn(form, 'description'),
            })
          }
        />
      )}
      {asked !== undefined && 'clear' in asked && (
        <Confirm
          title={`Remove the rule of ${asked.clear.user_path}?`}
          text="Its callers may use what the paths above leave to them."
          verb="Remove"
          close={close}
          act={async () => await write('DELETE', `/users?user_path=${encodeURIComponent(asked.clear.user_path)}`)}
        />
      )}
    </Section>
  )
}

function columns(nodes: readonly UserNode[], ask: (what: Asked) => void, addKey: (whom: KeyFor) => void): readonly Column<UserNode>[] {
  const listOf = (path: string) => nodes.find(node => node.user_path === path)?.allowed_models.join(', ')
  return [
    { title: 'User path', show: ({ user_path: path, description }) => inTree(path, <code title={description}>{path}</code>) },
    { title: 'Its own list', show: ({ allowed_models: models }) => (models.length === 0 ? '–' : models.join(', ')) },
    {
      title: 'From above',
      show: ({ inherited_from: above }) =>
        above.length === 0
          ? '–'
          : above.map(path => (
              <div key={path}>
                {listOf(path)} <small class="faint">{path}</small>
              </div>
            )),
    },
    { title: 'Models left', show: ({ restricted, effective_models: models }) => modelsLeft(restricted, models) },
    { title: 'Keys', number: true, show: ({ key_count: keys }) => count(keys) },
    {
      title: 'Actions',
      show: node => (
        <span class="actions">
          <button type="button" onClick={() => addKey({ path: node.user_path })}>
            Add key
          </button>
          {node.managed ? (
            <ConfigBadge />
          ) : (
            <button type="button" onClick={() => ask({ edit: node })}>
              Edit
            </button>
          )}
          {node.configured && !node.managed && (
            <button type="button" onClick={() => ask({ clear: node })}>
              Remove
            </button>
          )}
        </span>
      ),
    },
  ]
}

interface RuleProps {
  readonly edited: UserNode | undefined
  readonly nodes: readonly UserNode[]
  readonly close: () => void
  save(form: FormData): Promise<unknown>
}

/** Says what would be left while it is filled in. */
function Rule({ edited, nodes, close, save }: RuleProps) {
  const models = useModels().data
  const remark = (form: FormData) => {
    const path = edited?.user_path ?? textIn(form, 'user_path')
    const list = listIn(form, 'allowed_models')
    if (models === undefined || path === '') return null
    const left = openModels(path.startsWith('/') ? path : `/${path}`, list, nodes, models)
    if (left.length === 0)
      return (
        <p class="banner bad" role="status">
          Nothing is left: its callers could use no model.
        </p>
      )
    return (
      <p class="faint" role="status">
        {left.length} of {models.length} models are left{left.length <= few ? `: ${left.join(', ')}` : ''}.
      </p>
    )
  }
  return <RecordForm title={edited?.user_path ?? 'New rule'} fields={fields(edited)} close={close} remark={remark} save={save} />
}

/** As many models are named. */
const few = 10

function fields(edited: UserNode | undefined): readonly Field[] {
  return [
    ...(edited === undefined
      ? ([{ name: 'user_path', title: 'User path', required: true, hint: 'Such as /team/a. What is said holds for all below, too.' }] as const)
      : []),
    {
      name: 'allowed_models',
      title: 'Models',
      value: edited?.allowed_models.join(', '),
      hint: 'Selectors such as openai/ or gpt-5-mini, separated by commas. Empty: what is left from above.',
    },
    { name: 'description', title: 'Description', value: edited?.description },
  ]
}
