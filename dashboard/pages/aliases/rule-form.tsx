/** Asks who may use which models. */

import type { VirtualModelView } from '../../../schemas/admin/virtual-models.schema.ts'
import { listIn, textIn } from '../../data/form.ts'
import { RecordForm } from '../../parts/record-form.tsx'
import { useWrite } from './virtual-models.ts'

export function RuleForm({ edited, close }: { readonly edited: VirtualModelView | undefined; readonly close: () => void }) {
  const write = useWrite()
  return (
    <RecordForm
      title={edited === undefined ? 'New rule' : `Rule for ${edited.source}`}
      fields={[
        { name: 'source', title: 'Models', required: true, value: edited?.source, hint: 'openai/gpt-5, openai/*, gpt-5 (of any provider) or *.' },
        {
          name: 'user_paths',
          title: 'For user paths',
          value: edited?.user_paths.join(', '),
          hint: 'Separated by commas. Everybody, if no path and no group is named.',
        },
        { name: 'groups', title: 'For groups', value: edited?.groups.join(', '), hint: 'Separated by commas.' },
        { name: 'description', title: 'Description', value: edited?.description },
      ]}
      close={close}
      save={async form => {
        await write('PUT', {
          source: textIn(form, 'source'),
          ...(edited === undefined ? {} : { old_source: edited.source }),
          user_paths: listIn(form, 'user_paths'),
          groups: listIn(form, 'groups'),
          description: textIn(form, 'description'),
        })
        close()
      }}
    />
  )
}
