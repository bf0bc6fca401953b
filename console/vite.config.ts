import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Pages stand at / and below /console/, files below /console/files/ (see console.go).
export default defineConfig({
  plugins: [react()],
  base: '/console/files/',
  build: {
    outDir: 'build',
    assetsDir: '',
    assetsInlineLimit: 0, // the policy of the page lets nothing come from data: addresses
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    target: 'es2022',
    chunkSizeWarningLimit: 800, // the first load is measured packed, by walk/
  },
  server: {
    proxy: {
      '/graphql': { target: 'http://127.0.0.1:8080', ws: true },
      '^/(jobs|collections|reconciliation|login|logout|auth|changes|files|graphiql)': 'http://127.0.0.1:8080',
    },
  },
});
