/** The request as a program sends it, to be copied. */

import { useState } from 'preact/hooks'
import { gatewayBase } from '../../data/api.ts'
import { programs, type Sent } from './code.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Dialog } from '../../parts/dialog.tsx'

export function CodeDialog({ sent, close }: { readonly sent: Omit<Sent, 'base'>; readonly close: () => void }) {
  const written = programs(sent.dialect)
  const [chosen, setChosen] = useState('curl')
  const code = written[chosen]?.({ ...sent, base: location.origin + gatewayBase }) ?? ''
  return (
    <Dialog title="Code" drawer close={close}>
      <div class="stacked">
        <div class="range" role="group" aria-label="Language">
          {Object.keys(written).map(name => (
            <button key={name} type="button" aria-pressed={name === chosen} onClick={() => setChosen(name)}>
              {name}
            </button>
          ))}
        </div>
        <pre class="whole" aria-label={chosen} tabIndex={0}>
          {code}
        </pre>
        <p class="faint">The key is read from the environment: TAPLINE_API_KEY.</p>
        <p class="answers">
          <CopyButton key={chosen} first text={() => code} />
        </p>
      </div>
    </Dialog>
  )
}
