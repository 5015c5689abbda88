/** Builds the page into `dist/page`, from which the plugin `dashboard` serves it. */

import { defineConfig } from 'vite'

export default defineConfig({
  // Assets are found from the page's own address, wherever a base path puts it.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { outDir: '../dist/page', emptyOutDir: true, modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
})
