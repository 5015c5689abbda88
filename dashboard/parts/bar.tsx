/** Parts of a whole, side by side, and what their colours mean. */

export interface Share {
  readonly title: string
  /** The name of a colour of the style sheet. */
  readonly colour: string
  readonly value: number
}

interface BarProps {
  readonly shares: readonly Share[]
  /** What the bar would have to amount to, to fill its place. */
  readonly most: number
  show(value: number): string
}

export function Bar({ shares, most, show }: BarProps) {
  const some = shares.filter(({ value }) => value > 0)
  const text = some.map(({ title, value }) => `${title}: ${show(value)}`).join(', ')
  return (
    <span class="bar" role="img" aria-label={text === '' ? 'Nothing' : text} title={text}>
      {some.map(({ title, colour, value }) => (
        <span key={title} style={{ width: `${(100 * value) / most}%`, background: `var(--${colour})` }} />
      ))}
    </span>
  )
}

export function BarLegend({ shares, show }: Pick<BarProps, 'shares'> & { show?(value: number): string }) {
  return (
    <ul class="legend">
      {shares.map(({ title, colour, value }) => (
        <li key={title}>
          <span style={{ background: `var(--${colour})` }} /> {title} {show !== undefined && <b>{show(value)}</b>}
        </li>
      ))}
    </ul>
  )
}
