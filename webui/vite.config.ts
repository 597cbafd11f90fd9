/** Builds the console into webui/dist: hashed names, nothing inline, so that the node may serve it under a strict policy. */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    target: 'es2023',
    outDir: 'dist',
    emptyOutDir: true,
    // A data: address would be an inline asset, which the policy allows for images only.
    assetsInlineLimit: 0,
    // The polyfill is an inline script in all but name; every browser of the target has what it adds.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})
