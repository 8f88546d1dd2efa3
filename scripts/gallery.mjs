// The pictures of docs/gallery.md, and the page itself, made by the commands that it shows: npm run gallery.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withOwnDaemon } from './lib/ownDaemon.mjs';
import { root, run } from './lib/run.mjs';

const folder = join('docs', 'gallery');
const model = 'matlab/examples/data/quartz_bks.json.gz';
/** Of a column of a journal, in cm. */
const size = '--fig-size 9 6.5 --font-size 8';

const pictures = [
  {
    name: 'dispersion',
    title: 'Dispersion, with the density of states beside it',
    words:
      'The path is that of the lattice (`--path`, `--q` and `--zone` for others); at Γ each line has the LO–TO splitting of its own direction.',
    commands: [
      `dispersion ${model} --asr -s bands.json`,
      `dos ${model} --asr --grid 24 24 22 --adaptive --pdos -s dos.json`,
      `replot bands.json dos.json ${size} -s ${folder}/dispersion.png`,
    ],
  },
  {
    name: 'dos',
    title: 'Density of states that neutrons see',
    words: 'Weighted with cross-sections and masses, and the part of each species.',
    commands: [
      `dos ${model} --asr --grid 24 24 22 --adaptive --eb 1 -w coherent-plus-incoherent-dos ${size} -s ${folder}/dos.png --pdos`,
    ],
  },
  {
    name: 'map',
    title: 'S(Q,ω) along a path in another zone',
    words:
      'Colours go with the square root of the intensity; `--temperature` gives Bose and Debye–Waller factors.',
    commands: [
      `map ${model} --asr --zone 1 0 2 --path "G M K G A" --temperature 300 --grid 8 8 8 --eb 1.5 --ebins 300 --e-max 165 --colour-scale sqrt ${size} -s ${folder}/map.png`,
    ],
  },
  {
    name: 'slice',
    title: 'A plane of Q at constant energy, as data are cut',
    words:
      'Each bin is an average over its q-points, a thickness of the plane and a range of energies; both axes have the same scale. `--e-bin` without a plane gives a line of Q and energy.',
    commands: [
      `slice ${model} --asr --temperature 300 --grid 8 8 8 --u 1 0 0 --v 0 1 0 --u-bin 0 0.02 4 --v-bin 0 0.02 3 --w-bin -0.05 0.05 --e-bin 10 12 --eb 1 --colour-scale sqrt ${size} -s ${folder}/slice.png`,
    ],
  },
  {
    name: 'powder',
    title: 'Powder average, as a spectrometer sees it',
    words:
      'Neutrons of 200 meV, detectors from 5 to 135°. Each shell has as many directions as an error of 2 % needs; the command prints and saves the errors.',
    commands: [
      `powder ${model} --asr --temperature 10 --q-max 12 --q-spacing 0.1 --e-i 200 --angle-range 5 135 --eb 3 --error 2 --colour-scale sqrt ${size} -s ${folder}/powder.png`,
    ],
  },
  {
    name: 'thermo',
    title: 'Heat capacity, entropy and energies',
    words:
      'In the harmonic approximation, from sums over the modes of a grid; `-s table.csv` for other programs.',
    commands: [`thermo ${model} --asr --t-step 10 --grid 16 16 14 ${size} -s ${folder}/thermo.png`],
  },
];

/** Words of a command, of which some are in quotation marks. */
const wordsOf = (command) => command.match(/"[^"]*"|\S+/g).map((word) => word.replaceAll('"', ''));

async function make({ name, commands }) {
  for (const command of commands) {
    console.log(`euphonicd ${command}`);
    const { code } = await run(process.execPath, [join('dist', 'cli.js'), ...wordsOf(command)]);
    if (code !== 0) throw new Error(`the picture ${name} cannot be made`);
  }
}

function page() {
  const sections = pictures.map(
    ({ name, title, words, commands }) =>
      `## ${title}\n![${title}](gallery/${name}.png)\n\n${words}\n\n\`\`\`\n${commands.map((command) => `npx euphonicd ${command}`).join('\n')}\n\`\`\`\n`,
  );
  return `# Gallery
α-quartz of the BKS potential, whose file is in the repository. \`npm run gallery\` makes these pictures and this page anew;
[spectra.md](spectra.md) explains the commands. \`-s NAME.html\` instead of \`.png\` makes a page to zoom in, with sliders for the colours.

${sections.join('\n')}`;
}

mkdirSync(join(root, folder), { recursive: true });
await withOwnDaemon(async () => {
  for (const picture of pictures) await make(picture);
});
for (const name of ['bands.json', 'dos.json']) rmSync(join(root, name), { force: true });
writeFileSync(join(root, 'docs', 'gallery.md'), page());
