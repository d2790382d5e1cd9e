import { defineConfig, type UserConfig } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';

const wwwroot = '../src/Brink.Server/wwwroot';

// The bundle is checked in and CI compares it byte for byte, so names carry no hash; the server answers with an ETag.
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
              entryFileNames: 'assets/[name].js',
              chunkFileNames: 'assets/[name].js',
              assetFileNames: 'assets/[name][extname]',
            },
          },
        },
      },
);
