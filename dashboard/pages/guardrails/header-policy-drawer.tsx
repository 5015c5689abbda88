/** Makes or changes a header policy. */

import type { HeaderPolicyView } from '../../../schemas/admin/header-policies.schema.ts'
import { listIn, textIn } from '../../data/form.ts'
import { FormDialog, type IsWrong } from '../../parts/form-dialog.tsx'
import { Rows, rowsIn } from '../../parts/rows.tsx'
import { NameField } from './definition.tsx'

type Condition = HeaderPolicyView['when'][number]
type Action = HeaderPolicyView['actions'][number]

interface DrawerProps {
  /** Undefined for a new one. */
  readonly edited: HeaderPolicyView | undefined
  readonly close: () => void
  save(body: object): Promise<unknown>
}

export function HeaderPolicyDrawer({ edited, close, save }: DrawerProps) {
  return (
    <FormDialog drawer title={edited?.name ?? 'New header policy'} close={close} save={async form => await save(bodyOf(form, edited))}>
      {isWrong => (
        <>
          {edited === undefined && <NameField isWrong={isWrong} />}
          <label>
            Step
            <input name="step" type="number" step="1" defaultValue={String(edited?.step ?? 0)} aria-invalid={isWrong('step')} />
            <small>Lower steps act first; a later action on the same header wins.</small>
          </label>
          <label>
            Methods
            <input name="methods" placeholder="all" defaultValue={edited?.methods.join(', ')} aria-invalid={isWrong('methods')} />
          </label>
          <label>
            Paths
            <input name="paths" placeholder="all" defaultValue={edited?.paths.join(', ')} aria-invalid={isWrong('paths')} />
            <small>Separated by commas, such as /v1/messages, /p/anthropic/*.</small>
          </label>
          <Rows title="When" verb="Add a condition" hint="All must be met by the request's own headers." rows={edited?.when ?? []} fresh={{ header: '' }}>
            {(condition, place) => <ConditionFields condition={condition} name={`when.${place}`} isWrong={isWrong} />}
          </Rows>
          <Rows title="Does" verb="Add an action" rows={edited?.actions ?? [noAction]} fresh={noAction}>
            {(action, place) => <ActionFields action={action} name={`actions.${place}`} isWrong={isWrong} />}
          </Rows>
        </>
      )}
    </FormDialog>
  )
}

const noAction: Action = { action: 'set', header: '', value: '' }

interface RowProps {
  readonly name: string
  readonly isWrong: IsWrong
}

function Header({ name, header, isWrong }: RowProps & { readonly header: string }) {
  return <input name={`${name}.header`} aria-label="Header" placeholder="Header" required defaultValue={header} aria-invalid={isWrong(`${name}.header`)} />
}

function ConditionFields({ condition, name, isWrong }: RowProps & { readonly condition: Condition }) {
  const { header, equals, matches, present } = condition
  const test = matches !== undefined ? 'matches' : equals !== undefined ? 'equals' : present === false ? 'absent' : 'present'
  return (
    <>
      <Header name={name} header={header} isWrong={isWrong} />
      <Choice
        name={`${name}.test`}
        label="Condition"
        chosen={test}
        options={{ present: 'is present', absent: 'is absent', equals: 'is', matches: 'matches' }}
      />
      <input
        name={`${name}.value`}
        aria-label="Value or pattern"
        placeholder="value, or RE2 pattern"
        defaultValue={equals ?? matches}
        aria-invalid={isWrong(name)}
      />
    </>
  )
}

function ActionFields({ action: { action, header, value, from_header: source }, name, isWrong }: RowProps & { readonly action: Action }) {
  const does = action === 'remove' ? 'remove' : source === undefined ? 'set' : 'copy'
  return (
    <>
      <Choice name={`${name}.action`} label="Action" chosen={does} options={{ set: 'set to a value', copy: 'set from a header', remove: 'remove' }} />
      <Header name={name} header={header} isWrong={isWrong} />
      <input name={`${name}.value`} aria-label="Value or source" placeholder="value, or header" defaultValue={value ?? source} aria-invalid={isWrong(name)} />
    </>
  )
}

interface ChoiceProps {
  readonly name: string
  readonly label: string
  readonly chosen: string
  readonly options: Readonly<Record<string, string>>
}

function Choice({ name, label, chosen, options }: ChoiceProps) {
  return (
    <select name={name} aria-label={label}>
      {Object.entries(options).map(([value, text]) => (
        <option key={value} value={value} selected={value === chosen}>
          {text}
        </option>
      ))}
    </select>
  )
}

function bodyOf(form: FormData, edited: HeaderPolicyView | undefined): object {
  return {
    name: edited?.name ?? textIn(form, 'name'),
    step: Number(textIn(form, 'step')),
    methods: listIn(form, 'methods'),
    paths: listIn(form, 'paths'),
    when: rowsIn(form, 'when', 'header', conditionOf),
    actions: rowsIn(form, 'actions', 'header', actionOf),
  }
}

function conditionOf(field: (member: string) => string): Condition {
  const [header, test, value] = [field('header'), field('test'), field('value')]
  if (test === 'equals') return { header, equals: value }
  return test === 'matches' ? { header, matches: value } : { header, present: test === 'present' }
}

function actionOf(field: (member: string) => string): Action {
  const [header, action, value] = [field('header'), field('action'), field('value')]
  if (action === 'remove') return { action, header }
  return action === 'copy' ? { action: 'set', header, from_header: value } : { action: 'set', header, value }
}
