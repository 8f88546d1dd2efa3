/** Where the kernel's time goes: each stage's time, and how near it comes to what the core can do. */
import { loadAddon } from '../../src/compute/local/addon.js';
import type { NativeProfile } from '../../src/compute/local/native.js';
import { jobOptions, Kernel, type Quantity } from '../harness/kernel.js';
import { circumstances } from '../harness/machine.js';
import { GROWTH_MATERIALS, loadMaterials, MATERIALS } from '../harness/materials.js';
import { barCharts, lineCharts } from '../harness/pictures.js';
import { randomPoints } from '../harness/points.js';
import { figure, type Report, table } from '../harness/report.js';
import { DEFAULT_POINTS, type Settings } from '../harness/settings.js';

interface Result {
  material: string;
  label: string;
  atoms: number;
  plan: ReturnType<typeof planFigures>;
  profile: NativeProfile;
}

/** What the kernel's stages are called in a study of an Ewald sum, a dynamical matrix and its diagonalisation. */
const NAMES: Readonly<Record<string, string>> = {
  phases: 'phases',
  terms: 'dynamical matrix: force constants, real half of Ewald',
  dipole: 'reciprocal half of Ewald',
  assemble: 'dynamical matrix: Born charges, assembly',
  scattering: 'scattering vector',
  reduction: 'reduction to tridiagonal form',
  QL: 'QL: eigenvalues, intensities',
  output: 'output',
};

/** Points that a profile goes through, if the crystal is small enough: a multiple of all batches. */
const PROFILE_POINTS = 2048;

export async function stages(settings: Settings): Promise<Report> {
  const quantity: Quantity = 'structure_factor';
  const addon = loadAddon();
  const kernel = new Kernel(1);
  const results: Result[] = [];
  const begin = circumstances();
  for (const { name, label, fc } of await loadMaterials(settings, [...MATERIALS, ...GROWTH_MATERIALS])) {
    console.error(`stages: ${name}`);
    const { plan } = await kernel.plan(fc);
    // About as many points as the time allows; the work grows as the cube of the number of atoms.
    const points = Math.max(64, Math.min(PROFILE_POINTS, Math.floor(4e8 / fc.nAtoms ** 3 / 64) * 64));
    const profile = await addon.profile(
      plan,
      jobOptions(fc, quantity, 1),
      randomPoints(points),
      Math.min(settings.seconds, 5),
    );
    results.push({ material: name, label, atoms: fc.nAtoms, plan: planFigures(plan.info), profile });
  }
  kernel.close();
  const growth = results.filter(({ material }) => GROWTH_MATERIALS.includes(material));
  return {
    workload: 'stages',
    circumstances: begin,
    settings,
    results,
    text: results.map(section).join('\n\n'),
    pictures: {
      shares: shares(results),
      ...(growth.length > 1 && { growth: growthPicture(growth) }),
    },
  };
}

function planFigures(info: {
  ewaldLambda: number;
  nTerms: number;
  nLatticeVectors: number;
  nReciprocal: number;
  inversionCentre: boolean;
  planSeconds: number;
}) {
  const { ewaldLambda, nTerms, nLatticeVectors, nReciprocal, inversionCentre, planSeconds } = info;
  return { ewaldLambda, nTerms, nLatticeVectors, nReciprocal, inversionCentre, planSeconds };
}

function section({ label, plan, profile }: Result): string {
  const { ticksPerSecond, peakOperationsPerTick, medianTicks, stages, rotations } = profile;
  const total = stages.reduce((sum, stage) => sum + stage.medianTicks, 0);
  const operations = stages.reduce((sum, stage) => sum + stage.operations, 0);
  const row = (name: string, ticks: number, ops: number) => [
    name,
    figure((ticks / ticksPerSecond) * DEFAULT_POINTS),
    `${((100 * ticks) / total).toFixed(1)} %`,
    figure(ticks / 1000),
    figure(ops / 1000),
    `${((100 * ops) / ticks / peakOperationsPerTick).toFixed(0)} %`,
  ];
  const rows = stages.map((stage) =>
    row(NAMES[stage.name] ?? stage.name, stage.medianTicks, stage.operations),
  );
  const form = plan.inversionCentre ? 'inversion centre, real form' : 'complex form';
  const ewald = plan.nReciprocal > 0 ? `, ${plan.nReciprocal} G vectors` : '';
  return [
    `**${label}**: ${form}; plan ${figure(1000 * plan.planSeconds)} ms with ${plan.nTerms} terms over`,
    `${plan.nLatticeVectors} lattice vectors${ewald}; ${figure((medianTicks / ticksPerSecond) * 1e6)} µs per q-point,`,
    `${figure(rotations)} QL rotations.`,
    '',
    table(
      ['stage', 's for 50,000 q-points', 'share', 'kcycles per q', 'kflop per q', 'of peak'],
      [...rows, row('total', total, operations)],
    ),
  ].join('\n');
}

function shares(results: readonly Result[]): Promise<string> {
  const names = Object.keys(NAMES).filter((name) =>
    results.some(({ profile }) => profile.stages.some((stage) => stage.name === name)),
  );
  const share = ({ profile }: Result, name: string) => {
    const total = profile.stages.reduce((sum, stage) => sum + stage.medianTicks, 0);
    return (100 * (profile.stages.find((stage) => stage.name === name)?.medianTicks ?? 0)) / total;
  };
  return barCharts([
    {
      title: 'Share of the time',
      yLabel: '%',
      groups: results.map(({ material }) => material.replaceAll('-', '\n')),
      bars: names.map((name) => ({
        name: NAMES[name],
        values: results.map((result) => share(result, name)),
      })),
      stacked: true,
    },
  ]);
}

function growthPicture(results: readonly Result[]): Promise<string> {
  const microseconds = ({ profile }: Result) => (profile.medianTicks / profile.ticksPerSecond) * 1e6;
  const first = results[0];
  const measured = results.map((result) => ({ x: result.atoms, y: microseconds(result) }));
  const cubic = results.map(({ atoms }) => ({
    x: atoms,
    y: microseconds(first) * (atoms / first.atoms) ** 3,
  }));
  return lineCharts([
    {
      title: 'Time per q-point against the number of atoms',
      xLabel: 'atoms in the cell',
      yLabel: 'µs per q-point, one thread',
      series: [
        { name: 'measured', points: measured },
        { name: 'cube of the number of atoms', points: cubic, dashed: true },
      ],
      logX: true,
      logY: true,
    },
  ]);
}
