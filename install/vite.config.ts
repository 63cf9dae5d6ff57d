/** Builds the pages of the app into `install/dist`, from where the server sends them. */
import bitrix24Ui from '@bitrix24/b24ui-nuxt/vite';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const neededByAll =
  /install\/src\/(api\/|frame\/(?!open-sdk|offer-file)|page-data|language|composables\/use-(load|action)|components\/(LoadState|ProblemAlert)|texts\/(texts|plural|words-of))/;

export default defineConfig({
  base: '/bitrix24/assets/',
  plugins: [
    vue(),
    bitrix24Ui({
      // Our own is smaller and needs no storage, which is blocked in many frames.
      colorMode: false,
      autoImport: false,
      prose: false,
      mdc: false,
      experimental: { componentDetection: true },
      // What type checking of the templates needs.
      components: { dts: 'dist-types/components.d.ts' },
      dts: false,
    }),
  ],
  define: { __VUE_OPTIONS_API__: false, __VUE_PROD_DEVTOOLS__: false, __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false },
  build: {
    rolldownOptions: {
      input: ['index.html', 'connect.html'],
      // Each file costs the browser some milliseconds: what every page needs is one.
      output: { codeSplitting: { groups: [{ name: 'base', test: neededByAll }] } },
    },
    outDir: 'dist',
    assetsDir: '',
    emptyOutDir: true,
    // Read by the server, which names the files of the first view in the page.
    manifest: 'manifest.json',
    // The content security policy allows no `data:` fonts or scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
});
