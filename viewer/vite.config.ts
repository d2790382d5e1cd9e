import { defineConfig, type UserConfig } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';

const wwwroot = '../src/Brink.Server/wwwroot';

// The bundle is checked in, and a test compares it byte for byte with a fresh one: nothing in it may depend on the machine.
const common: UserConfig = {
  base: './',
  publicDir: false,
  server: { proxy: { '/api': process.env.BRINK_SERVER ?? 'http://127.0.0.1:5230' } },
  build: {
    outDir: wwwroot,
    target: 'es2022',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
};

export default defineConfig(({ mode }) =>
  mode === 'report'
    ? {
        ...common,
        plugins: [viteSingleFile({ removeViteModuleLoader: true })],
        build: { ...common.build, emptyOutDir: false, rollupOptions: { input: 'report.html' } },
      }
    : {
        ...common,
        build: {
          ...common.build,
          emptyOutDir: true,
          // Every style in one sheet: the lazily loaded views must not flash.
          cssCodeSplit: false,
          // No data: addresses for assets, which the content security policy forbids.
          assetsInlineLimit: 0,
          rollupOptions: {
            output: {
              // With a digest of what they hold: the server lets browsers keep them for ever.
              entryFileNames: 'assets/[name]-[hash].js',
              chunkFileNames: 'assets/[name]-[hash].js',
              assetFileNames: 'assets/[name]-[hash][extname]',
            },
          },
        },
      },
);
