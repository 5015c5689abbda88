/** The menu: beside the page, or above it where there is little room, where it opens on demand. */

import { useState } from 'preact/hooks'
import { Link } from 'wouter-preact'
import type { Reach } from '../data/access.ts'
import { forgetKey, key } from '../data/key.ts'
import type { PagePlace } from '../pages/paths.ts'

interface MenuProps {
  readonly pages: readonly PagePlace[]
  readonly reach: Reach
  readonly at: string
}

export function Menu({ pages, reach, at }: MenuProps) {
  const [open, setOpen] = useState(false)
  return (
    <nav aria-label="Pages" class={open ? 'open' : undefined} onKeyDown={({ key: pressed }) => pressed === 'Escape' && setOpen(false)}>
      <p class="brand">Tapline</p>
      <button type="button" class="unfold" aria-expanded={open} onClick={() => setOpen(!open)}>
        Menu
      </button>
      <ul>
        {pages.map(({ path, title }) => (
          <li key={path}>
            <Link href={path} aria-current={at === path ? 'page' : undefined}>
              {title}
            </Link>
          </li>
        ))}
      </ul>
      <footer>
        {reach.userPath !== undefined && <p class="faint">below {reach.userPath}</p>}
        {key.value !== undefined && (
          <button type="button" class="plain" onClick={forgetKey}>
            Sign out
          </button>
        )}
      </footer>
    </nav>
  )
}
