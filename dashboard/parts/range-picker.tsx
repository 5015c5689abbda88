/** Chooses the days that a page is about. */

import { useRange } from '../data/url.ts'

const choices: readonly (readonly [days: string, text: string])[] = [
  ['1', 'Today'],
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
]

export function RangePicker() {
  const [range, setRange] = useRange()
  const dated = range['days'] === undefined
  return (
    <fieldset class="range">
      <legend class="unseen">Days</legend>
      {choices.map(([days, text]) => (
        <button key={days} type="button" aria-pressed={range['days'] === days} onClick={() => setRange({ days })}>
          {text}
        </button>
      ))}
      <input
        type="date"
        aria-label="From"
        value={range['start_date'] ?? ''}
        onChange={({ currentTarget }) => setRange({ start_date: currentTarget.value, end_date: dated ? (range['end_date'] ?? '') : '' })}
      />
      <input
        type="date"
        aria-label="To"
        value={range['end_date'] ?? ''}
        onChange={({ currentTarget }) => setRange({ end_date: currentTarget.value, start_date: dated ? (range['start_date'] ?? '') : '' })}
      />
    </fieldset>
  )
}
