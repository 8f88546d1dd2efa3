// The sources of the libraries that are linked into the binaries: Debian's, fetched by apt, by their sums.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stampMatches, writeStamp } from '../stamp.mjs';
import { fetched } from './fetched.mjs';
import { must } from './must.mjs';

/**
 * Name of the archive without Debian's changes, which concern its own packaging, its SHA-256, and what is changed in it: each time a file,
 * the text that is there, and the one that takes its place.
 */
const archives = {
  highway: {
    package: 'highway=1.2.0-2',
    file: 'highway_1.2.0.orig.tar.gz',
    sha256: '7e0be78b8318e8bdbf6fa545d2ecb4c90f947df03f7aadc42c1967f019e63343',
  },
  zeromq: {
    package: 'zeromq3=4.3.4-6',
    file: 'zeromq3_4.3.4.orig.tar.gz',
    sha256: '0ff5a531c9ffaf0dfdc7dc78d13d1383088f454896d252934c429b2554d10559',
    changes: [
      // newer libraries of C++ want an allocator that can be made one of another type
      [
        'src/secure_allocator.hpp',
        'template <typename T> struct secure_allocator_t : std::allocator<T>\n{\n};',
        'template <typename T> using secure_allocator_t = std::allocator<T>;',
      ],
      // a library that is linked into others shows nothing to the process that they are loaded into
      ['include/zmq.h', '#define ZMQ_EXPORT __attribute__ ((visibility ("default")))', '#define ZMQ_EXPORT'],
    ],
  },
};

/** Releases of Debian that have them. */
const releases = ['bookworm', 'trixie'];
const mirror = () => process.env.EUPHONIC_DEBIAN_MIRROR ?? 'http://deb.debian.org/debian';

const sumOf = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Lists of apt's own, so that those of the machine stay as they are. */
async function aptOptions(cache) {
  const apt = join(cache, 'apt');
  mkdirSync(join(apt, 'lists', 'partial'), { recursive: true });
  const list = join(apt, 'sources.list');
  writeFileSync(list, releases.map((name) => `deb-src ${mirror()} ${name} main\n`).join(''));
  return [
    ...['-o', `Dir::Etc::sourcelist=${list}`, '-o', 'Dir::Etc::sourceparts=-'],
    ...['-o', `Dir::State::lists=${join(apt, 'lists')}`, '-o', 'APT::Sandbox::User=root'],
  ];
}

function replaceIn(path, old, fresh) {
  const text = readFileSync(path, 'utf8');
  if (!text.includes(old)) throw new Error(`${path} has no ${old}`);
  writeFileSync(path, text.replace(old, fresh));
}

/** The folder with the sources of a library; fetched and unpacked where it is not there. */
export async function sourcesOf(library, cache) {
  const { package: name, file, sha256, changes = [] } = archives[library];
  const archive = join(cache, 'sources', file);
  if (!existsSync(archive)) {
    mkdirSync(join(cache, 'sources'), { recursive: true });
    const options = await aptOptions(cache);
    await fetched(name, async () => {
      await must('apt-get', [...options, 'update']);
      await must('apt-get', [...options, 'source', '--download-only', '--only-source', name], {
        cwd: join(cache, 'sources'),
      });
    });
  }
  const found = sumOf(archive);
  if (found !== sha256) throw new Error(`${archive} has the SHA-256 ${found}; expected ${sha256}`);
  const folder = join(cache, 'sources', file.replace('.orig.tar.gz', ''));
  const state = JSON.stringify([sha256, changes]);
  if (!stampMatches(join(folder, '.whole'), state)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    await must('tar', ['xzf', archive, '-C', folder, '--strip-components=1']);
    for (const [changed, old, fresh] of changes) replaceIn(join(folder, changed), old, fresh);
    writeStamp(join(folder, '.whole'), state);
  }
  return folder;
}
