/**
 * The bundler, as far as it is used here. Only who installs needs it: so it is no package of `deno.json`,
 * and fetched, by the hashes of `esbuild.lock`, when a bundle is made.
 */

const PACKAGE = "npm:esbuild@0.28.2";

interface BuildOptions {
  absWorkingDir: string;
  entryPoints: readonly string[];
  outbase: string;
  outdir: string;
  chunkNames: string;
  bundle: true;
  splitting: true;
  write: false;
  format: "esm";
  platform: "node";
  target: string;
  jsx: "automatic";
  minifySyntax: true;
  minifyWhitespace: true;
  external: readonly string[];
  define: Readonly<Record<string, string>>;
  plugins: readonly Plugin[];
  logLevel: "silent";
}

export interface Plugin {
  name: string;
  setup(build: {
    onLoad(
      options: { filter: RegExp },
      load: (file: { path: string }) => Promise<{ contents: string; loader: string } | undefined>,
    ): void;
    resolve(
      name: string,
      options: { kind: "dynamic-import"; resolveDir: string },
    ): Promise<{ path: string; errors: readonly { text: string }[] }>;
  }): void;
}

interface Bundler {
  build(options: BuildOptions): Promise<{ outputFiles: { path: string; text: string }[] }>;
  stop(): Promise<void>;
}

/** @throws when it cannot be fetched, or does not run here */
export async function loadBundler(): Promise<Bundler> {
  return await import(PACKAGE);
}
