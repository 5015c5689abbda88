import { definePlugin } from 'tapline'

/** Stands in the golden configurations, and collects streams. */
export default definePlugin({ name: 'judge', setup: () => ({ response() {} }) })
