/** The messages of a request, one card each. */

import type { Draft, Role } from './draft.ts'
import { JsonField } from './json-field.tsx'

type Cards = Draft['cards']
type Card = Cards[number]

const roles: readonly Role[] = ['system', 'user', 'assistant']

export function MessageCards({ cards, set }: { readonly cards: Cards; readonly set: (cards: Cards) => void }) {
  const change = (at: number, card: Card) => set(cards.map((old, index) => (index === at ? card : old)))
  return (
    <div role="group" aria-label="Messages" class="deck">
      {cards.map((card, at) => (
        <div key={at}>
          <header>
            {'other' in card ? (
              <span class="faint">Message</span>
            ) : (
              <select aria-label={`Role of message ${at + 1}`} onChange={({ currentTarget }) => change(at, { ...card, role: currentTarget.value as Role })}>
                {roles.map(role => (
                  <option key={role} selected={role === card.role}>
                    {role}
                  </option>
                ))}
              </select>
            )}
            <button type="button" class="plain" aria-label={`Remove message ${at + 1}`} onClick={() => set(cards.filter((_, index) => index !== at))}>
              ✕
            </button>
          </header>
          {'other' in card ? (
            <JsonField label="As JSON" rows={4} value={card.other} set={other => change(at, { other })} />
          ) : (
            <textarea
              aria-label={`Message ${at + 1}`}
              rows={Math.min(12, Math.max(2, card.text.split('\n').length))}
              value={card.text}
              onInput={({ currentTarget }) => change(at, { ...card, text: currentTarget.value })}
            />
          )}
        </div>
      ))}
      <p class="actions">
        <button type="button" onClick={() => set([...cards, nextAfter(cards.at(-1))])}>
          Add message
        </button>
        {!cards.some(card => 'role' in card && card.role === 'system') && (
          <button type="button" onClick={() => set([{ role: 'system', text: '' }, ...cards])}>
            Add system message
          </button>
        )}
      </p>
    </div>
  )
}

/** Whose turn it is. */
function nextAfter(card: Card | undefined): Card {
  return { role: card !== undefined && 'role' in card && card.role === 'user' ? 'assistant' : 'user', text: '' }
}
