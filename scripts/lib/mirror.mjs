import { run } from './run.mjs';

/** Debian's mirror: the one that EUPHONIC_DEBIAN_MIRROR names, else the first that apt knows. */
export async function mirror() {
  if (process.env.EUPHONIC_DEBIAN_MIRROR) return process.env.EUPHONIC_DEBIAN_MIRROR;
  const words = ['indextargets', '--format', '$(REPO_URI)', 'Origin: Debian'];
  const { code, output } = await run('apt-get', words, { quiet: true });
  return (code === 0 && output.trim().split('\n')[0]) || 'http://deb.debian.org/debian';
}
