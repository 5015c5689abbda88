/** The tools that the model may call, one card each. */

import type { Draft } from './draft.ts'
import { JsonField } from './json-field.tsx'

type Tools = Draft['tools']

const emptyTool = { name: '', description: '', parameters: { type: 'object', properties: {} } }

export function ToolCards({ tools, set }: { readonly tools: Tools; readonly set: (tools: Tools) => void }) {
  const change = (at: number, tool: Tools[number]) => set(tools.map((old, index) => (index === at ? tool : old)))
  return (
    <details>
      <summary>Tools{tools.length > 0 && ` (${tools.length})`}</summary>
      <div role="group" aria-label="Tools" class="deck">
        {tools.map((tool, at) => (
          <div key={at}>
            <header>
              <span class="faint">Tool {at + 1}</span>
              <button type="button" class="plain" aria-label={`Remove tool ${at + 1}`} onClick={() => set(tools.filter((_, index) => index !== at))}>
                ✕
              </button>
            </header>
            {'other' in tool ? (
              <JsonField label="As JSON" rows={4} value={tool.other} set={other => change(at, { other })} />
            ) : (
              <>
                <label>
                  Name
                  <input required value={tool.name} onInput={({ currentTarget }) => change(at, { ...tool, name: currentTarget.value })} />
                </label>
                <label>
                  Description
                  <input value={tool.description} onInput={({ currentTarget }) => change(at, { ...tool, description: currentTarget.value })} />
                </label>
                <JsonField label="Parameters, as JSON Schema" rows={4} value={tool.parameters} set={parameters => change(at, { ...tool, parameters })} />
              </>
            )}
          </div>
        ))}
        <p class="actions">
          <button type="button" onClick={() => set([...tools, emptyTool])}>
            Add tool
          </button>
        </p>
      </div>
    </details>
  )
}
