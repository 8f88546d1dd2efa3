/** `euphonicd thermo`: heat capacity, entropy, free and internal energy. */
import { sizeOf, weightedHalf } from '../../qpoints/grid.js';
import type { Provenance } from '../../spectra/spectrum.js';
import { type Thermodynamics, thermodynamics } from '../../spectra/thermo.js';
import { outputs } from '../formats/spectrumFile.js';
import { THERMO_FORMS, writeThermo } from '../formats/thermoFile.js';
import type { CalculationFlags } from '../options/calculationOptions.js';
import type { ModelFlags } from '../options/modelOptions.js';
import type { PictureFlags } from '../options/pictureOptions.js';
import { type GridFlags, gridOf } from '../options/spectrumOptions.js';
import { EXIT_OK, UsageError } from '../terminal/exitCodes.js';
import { note, print, printJson } from '../terminal/output.js';
import { planOptions } from './planOptions.js';
import { provenanceOf } from './report.js';
import { withModel } from './session.js';

interface ThermoFlags extends CalculationFlags, ModelFlags, GridFlags, PictureFlags {
  tMin: number;
  tMax: number;
  tStep: number;
  json?: boolean;
  saveTo?: string[];
  saveJson?: string;
  msd?: boolean;
}

/** q-points of a grid for thermodynamics: half of their frequencies lie in memory. */
const MAX_THERMO_POINTS = 2 ** 20;

/** Temperatures of a table. */
const MAX_TEMPERATURES = 10_000;
/** Modes per atom that may be left out without a word: three acoustic ones of a zone centre. */
const ACOUSTIC = 3;

export async function thermo(modelPath: string, flags: ThermoFlags): Promise<number> {
  // at the zone centre no direction of approach would stand for all
  const plan = { splitting: false, ...planOptions(flags) };
  const temperatures = temperaturesOf(flags);
  // with --json the numbers go to the terminal instead
  const isNamed = flags.saveTo !== undefined || flags.saveJson !== undefined;
  const files = flags.json && !isNamed ? [] : outputs(flags, modelPath, 'thermo', THERMO_FORMS);
  return withModel(modelPath, flags, async (session) => {
    const { client, model, crystal, evaluate, signal } = session;
    const grid = gridOf(flags, crystal.cellVectors);
    if (sizeOf(grid) > MAX_THERMO_POINTS) {
      throw new UsageError('too_large', `The grid has ${sizeOf(grid)} q-points.`, {
        where: '--grid',
        expected: `at most MAX_THERMO_POINTS = ${MAX_THERMO_POINTS}`,
        advice: 'Take a coarser grid.',
      });
    }
    const { qpts, weights } = weightedHalf(grid);
    const { frequencies, notes } = await evaluate(qpts, { ...plan, quantity: 'frequencies' });
    const found = thermodynamics(frequencies, weights, temperatures);
    const { splitting: _, ...withoutSplitting } = plan;
    const displacements: Float64Array[] = [];
    for (const temperature of flags.msd ? temperatures : []) {
      const options = { ...withoutSplitting, grid: [...grid] as [number, number, number], temperature };
      const { tensors } = await client.debyeWaller(model, options, signal);
      // the exponent of the Debye–Waller factor is Q·W·Q, and half of Q·U·Q
      displacements.push(tensors.map((w) => 2 * w));
    }
    const json = {
      model: model.model,
      grid,
      asr: plan.asr ?? null,
      ...asJson(found),
      ...(flags.msd && displacementsJson(crystal.atomType, displacements)),
    };
    const about = { grid: grid.join(' '), asr: plan.asr ?? 'none', modes_left_out_per_atom: found.leftOut };
    const provenance = provenanceOf(session, 'thermo', { ...about, per: 'mole of atoms' });
    const table = () => csv(found, crystal.atomType, displacements, { model: model.model, ...about });
    await writeThermo(files, { found, json, table, provenance }, flags);
    for (const sentence of [...model.notes, ...notes]) note(sentence);
    if (found.leftOut > ACOUSTIC / (crystal.atomType.length * sizeOf(grid)) + 1e-9) {
      note(`Imaginary modes, ${found.leftOut.toPrecision(3)} of 3 per atom, are left out.`);
    }
    if (flags.json) printJson(json);
    else {
      printTable(found);
      if (flags.msd) printDisplacements(temperatures, crystal.atomType, displacements);
      print(`written to ${files.map(({ path }) => path).join(', ')}`);
    }
    return EXIT_OK;
  });
}

function temperaturesOf({ tMin, tMax, tStep }: ThermoFlags): number[] {
  const count = Math.floor((tMax - tMin) / tStep + 1e-9) + 1;
  if (count >= 1 && count <= MAX_TEMPERATURES)
    return Array.from({ length: count }, (_, k) => tMin + k * tStep);
  throw new UsageError(
    'invalid_argument',
    `From ${tMin} to ${tMax} K by ${tStep} K there are ${count} temperatures.`,
    {
      where: '--t-min, --t-max, --t-step',
      expected: `1 to ${MAX_TEMPERATURES} temperatures`,
    },
  );
}

function asJson({ temperature, heatCapacity, entropy, freeEnergy, internalEnergy, leftOut }: Thermodynamics) {
  return {
    per: 'mole of atoms',
    temperature,
    temperature_unit: 'kelvin',
    heat_capacity: heatCapacity,
    heat_capacity_unit: 'joule / mole / kelvin',
    entropy,
    entropy_unit: 'joule / mole / kelvin',
    free_energy: freeEnergy,
    free_energy_unit: 'kilojoule / mole',
    internal_energy: internalEnergy,
    internal_energy_unit: 'kilojoule / mole',
    modes_left_out_per_atom: leftOut,
  };
}

/** A line for each temperature, below # lines that say how the numbers came about. */
function csv(
  { temperature, heatCapacity, entropy, freeEnergy, internalEnergy }: Thermodynamics,
  atomType: readonly string[],
  displacements: readonly Float64Array[],
  about: Provenance,
): string {
  const columns: [name: string, values: readonly number[]][] = [
    ['temperature (K)', temperature],
    ['heat capacity (J/mol/K)', heatCapacity],
    ['entropy (J/mol/K)', entropy],
    ['free energy (kJ/mol)', freeEnergy],
    ['internal energy (kJ/mol)', internalEnergy],
  ];
  if (displacements.length > 0) {
    atomType.forEach((type, i) => {
      const values = displacements.map((all) => isotropic(all.subarray(9 * i, 9 * i + 9)));
      columns.push([`U_iso of ${i + 1} ${type} (angstrom^2)`, values]);
    });
  }
  return [
    ...Object.entries({ ...about, per: 'mole of atoms' }).map(([name, value]) => `# ${name}: ${value}`),
    columns.map(([name]) => name).join(','),
    ...temperature.map((_, k) => columns.map(([, values]) => values[k]).join(',')),
    '',
  ].join('\n');
}

/** ⟨u²⟩ along any direction on the average: a third of the trace. */
const isotropic = (tensor: Float64Array) => (tensor[0] + tensor[4] + tensor[8]) / 3;

/** Of each temperature and atom, [3,3] in Cartesian axes of the file. */
function displacementsJson(atomType: readonly string[], displacements: readonly Float64Array[]) {
  const tensors = displacements.map((all) => atomType.map((_, i) => all.subarray(9 * i, 9 * i + 9)));
  return {
    atom_type: atomType,
    u: tensors.map((atoms) => atoms.map((u) => [0, 3, 6].map((k) => [...u.subarray(k, k + 3)]))),
    u_iso: tensors.map((atoms) => atoms.map(isotropic)),
    u_unit: 'angstrom ** 2',
  };
}

function printDisplacements(
  temperature: readonly number[],
  atomType: readonly string[],
  displacements: readonly Float64Array[],
): void {
  print('mean-square displacements, Å² along Cartesian axes');
  print(
    `    T (K)  atom      ${['U_iso', 'U_xx', 'U_yy', 'U_zz', 'U_yz', 'U_xz', 'U_xy'].map((name) => name.padStart(10)).join('')}`,
  );
  temperature.forEach((t, k) => {
    atomType.forEach((type, i) => {
      const u = displacements[k].subarray(9 * i, 9 * i + 9);
      const numbers = [isotropic(u), u[0], u[4], u[8], u[5], u[2], u[1]].map((x) =>
        x.toFixed(6).padStart(10),
      );
      print(`${t.toFixed(2).padStart(9)}  ${`${i + 1} ${type}`.padEnd(10)}${numbers.join('')}`);
    });
  });
}

function printTable({
  temperature,
  heatCapacity,
  entropy,
  freeEnergy,
  internalEnergy,
}: Thermodynamics): void {
  print('per mole of atoms');
  print('    T (K)  Cv (J/mol/K)   S (J/mol/K)    F (kJ/mol)    U (kJ/mol)');
  temperature.forEach((t, i) => {
    const columns = [heatCapacity, entropy, freeEnergy, internalEnergy];
    print(
      `${t.toFixed(2).padStart(9)}${columns.map((values) => values[i].toFixed(5).padStart(14)).join('')}`,
    );
  });
}
