/** How much is used of what may be. */

interface MeterProps {
  readonly used: number
  readonly most: number
  readonly label: string
}

/** It warns from four fifths on. */
export function Meter({ used, most, label }: MeterProps) {
  return <meter aria-label={label} min={0} max={most} high={0.8 * most} optimum={0} value={Math.min(used, most)} />
}
