/**
 * Incoherent scattering of powders, and of all orders in the incoherent approximation (Squires, Introduction to the Theory of
 * Thermal Neutron Scattering, chapters 3 and 4; Schober, J. Neutron Res. 17 (2014) 109). Atom κ of mass M has the density of modes
 * G(E) = Σ_q w_q Σ_ν |e_κ|² δ(E − ω), of area 3, and
 *   f(Q,E) = ħ²Q²/2M · ⅓ G(|E|)/|E| · (n + 1 for E > 0, n for E < 0),   2W = ∫ f dE,
 *   S(Q,E) = σ/4π · F{exp(f̂ − 2W)}, f̂ the Fourier transform of f: e^(−2W) (δ(E) + f + f∗f/2 + …).
 */
import { BOLTZMANN } from './constants.js';
import { fourierOf } from './fourier.js';
import { FWHM_PER_DEVIATION, fwhmAt, normalIntegral } from './normal.js';

/** ħ²/2u, meV Å² */
const RECOIL = 2.0900796;
/** Of all scattering so much may be of higher orders than those that have room. */
const LEFT_OUT = 1e-9;
/** In units of kT: neutrons gain no more. */
const GAIN = 25;
/** Energies of one transform; where more are needed, these are twice as far apart. */
const LARGEST_TRANSFORM = 2 ** 16;

export interface ScatteringAtom {
  /** amu */
  mass: number;
  /** mbarn */
  coherent: number;
  incoherent: number;
  /** per meV, of modes at multiples of `step` from 0 on; the first one is not looked at */
  density: Float64Array;
}

/** Intensities at energies k · step, k from `first` on. */
export interface Nodes {
  step: number;
  first: number;
  /** mbarn/meV per atom */
  values: Float64Array;
}

/** Of an atom, over Q²: f at E = k · step > 0 and at −E, per meV and 1/Å². */
interface PhononFunction {
  loss: Float64Array;
  gain: Float64Array;
  /** 2W / Q², Å² */
  exponent: number;
}

function phononFunction(
  { mass, density }: ScatteringAtom,
  step: number,
  temperature: number,
): PhononFunction {
  const kT = BOLTZMANN * temperature;
  const loss = new Float64Array(density.length);
  const gain = new Float64Array(density.length);
  for (let k = 1; k < density.length; k++) {
    const energy = k * step;
    const occupation = kT > 0 ? 1 / Math.expm1(energy / kT) : 0;
    const bare = (RECOIL / mass / 3) * (density[k] / energy);
    loss[k] = bare * (occupation + 1);
    gain[k] = bare * occupation;
  }
  const exponent = step * (loss.reduce((sum, x) => sum + x) + gain.reduce((sum, x) => sum + x));
  return { loss, gain, exponent };
}

/** 2W / Q² of each atom, Å²: two thirds of the trace of its Debye–Waller tensor. */
export function debyeWallerExponents(
  atoms: readonly ScatteringAtom[],
  step: number,
  temperature: number,
): number[] {
  return atoms.map((atom) => phononFunction(atom, step, temperature).exponent);
}

/** Incoherent scattering of one phonon at each |Q| (1/Å), one after the other. */
export function* onePhonon(
  atoms: readonly ScatteringAtom[],
  step: number,
  temperature: number,
  qs: readonly number[],
): Generator<Nodes> {
  const functions = atoms.map((atom) => phononFunction(atom, step, temperature));
  const count = atoms[0].density.length;
  for (const q of qs) {
    const values = new Float64Array(2 * count - 1);
    functions.forEach(({ loss, gain, exponent }, i) => {
      const factor =
        ((atoms[i].incoherent / (4 * Math.PI * atoms.length)) * q ** 2) / Math.exp(exponent * q ** 2);
      for (let k = 1; k < count; k++) {
        values[count - 1 + k] += factor * loss[k];
        values[count - 1 - k] += factor * gain[k];
      }
    });
    yield { step, first: 1 - count, values };
  }
}

/**
 * All orders from two phonons on, of coherent and incoherent cross-sections together, at each |Q| (1/Å), one after the other. Densities
 * have energies `finest` apart (meV); those of the result need not be nearer to each other than `coarsest`.
 */
export function* multiphonon(
  atoms: readonly ScatteringAtom[],
  { finest, coarsest }: { finest: number; coarsest: number },
  temperature: number,
  qs: readonly number[],
): Generator<Nodes> {
  let step = finest;
  let functions = atoms.map((atom) => phononFunction(atom, step, temperature));
  const largest = Math.max(...functions.map(({ exponent }) => exponent)) * Math.max(...qs) ** 2;
  const highest = step * (atoms[0].density.length - 1);
  const above = ordersOf(largest) * highest;
  const below = Math.min(above, GAIN * BOLTZMANN * temperature + highest);
  while (2 * step <= coarsest || (above + below) / step > LARGEST_TRANSFORM) {
    functions = functions.map(coarser);
    step *= 2;
  }
  const n = 2 ** Math.ceil(Math.log2((above + below) / step + 1));
  const fourier = fourierOf(n);
  const transforms = functions.map((of) => transformed(of, step, n, fourier));
  const first = -Math.floor(below / step);
  const [re, im] = [new Float64Array(n), new Float64Array(n)];
  // intensities are real: one complex transform makes those of two |Q|
  for (let i = 0; i < qs.length; i += 2) {
    re.fill(0);
    im.fill(0);
    qs.slice(i, i + 2).forEach((q, k) => {
      transforms.forEach((f, of) => {
        const { coherent, incoherent } = atoms[of];
        const factor = (coherent + incoherent) / (4 * Math.PI * atoms.length) / (n * step);
        addHigherOrders(f, functions[of].exponent, q ** 2, factor, k === 0 ? [re, im] : [im, re], k === 1);
      });
    });
    fourier(re, im, 1);
    for (const part of [re, im].slice(0, qs.length - i)) {
      const values = new Float64Array(n);
      values.set(part.subarray(n + first));
      values.set(part.subarray(0, n + first), -first);
      yield { step, first, values };
    }
  }
}

/** As many phonons as all but a negligible part of the scattering has: 2W of them on an average, by Poisson's distribution. */
function ordersOf(exponent: number): number {
  let term = Math.exp(-exponent);
  let left = 1 - term;
  let orders = 1;
  for (; left > LEFT_OUT && orders < 1000; orders++) {
    term *= exponent / orders;
    left -= term;
  }
  return orders;
}

/** The same function at half as many energies; its integral and its mean energy stay. What is nearest to zero goes there by half. */
function coarser({ loss, gain, exponent }: PhononFunction): PhononFunction {
  const length = Math.ceil(loss.length / 2) + 1;
  const half = (values: Float64Array, k: number) => {
    const at = (i: number) => values[i] ?? 0;
    return at(2 * k) / 2 + (at(2 * k - 1) + at(2 * k + 1)) / 4;
  };
  const of = (values: Float64Array, atZero: number) =>
    Float64Array.from({ length }, (_, k) => (k === 0 ? atZero : half(values, k)));
  return { loss: of(loss, loss[0] / 2 + (loss[1] + gain[1]) / 4), gain: of(gain, 0), exponent };
}

function transformed(
  { loss, gain }: PhononFunction,
  step: number,
  n: number,
  fourier: ReturnType<typeof fourierOf>,
): [Float64Array, Float64Array] {
  const [re, im] = [new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < loss.length; k++) {
    re[k] += step * loss[k];
    re[(n - k) % n] += step * gain[k];
  }
  fourier(re, im, -1);
  return [re, im];
}

/** Below it exp z − 1 − z is the sum of a few terms, which are faster and do not cancel each other. */
const SMALL = 0.05;

/**
 * Adds factor e^(−2W) (exp f̂ − 1 − f̂), whose transform is real: it has conjugates at −t. `turned` adds i times it, to the imaginary
 * part first.
 */
function addHigherOrders(
  [fRe, fIm]: [Float64Array, Float64Array],
  exponent: number,
  q2: number,
  factor: number,
  [re, im]: [Float64Array, Float64Array],
  turned: boolean,
): void {
  const n = re.length;
  const weight = factor * Math.exp(-exponent * q2);
  const sign = turned ? -1 : 1;
  for (let k = 0; k <= n / 2; k++) {
    const [x, y] = [q2 * fRe[k], q2 * fIm[k]];
    let [a, b] = [0, 0];
    if (Math.abs(x) < SMALL && Math.abs(y) < SMALL) {
      // z²/2 (1 + z/3 (1 + z/4 (1 + z/5 (1 + z/6))))
      let [u, v] = [1 + x / 6, y / 6];
      for (let order = 5; order >= 3; order--)
        [u, v] = [1 + (x * u - y * v) / order, (x * v + y * u) / order];
      const [xx, xy] = [(x * x - y * y) / 2, x * y];
      a = weight * (xx * u - xy * v);
      b = weight * (xx * v + xy * u);
    } else {
      const size = Math.exp(x);
      a = weight * (size * Math.cos(y) - 1 - x);
      b = weight * (size * Math.sin(y) - y);
    }
    re[k] += a;
    im[k] += sign * b;
    if (k === 0 || k === n / 2) continue;
    re[n - k] += a;
    im[n - k] -= sign * b;
  }
}

/** Standard deviations at which a Gaussian ends. */
const TAIL = 6;

/**
 * What makes of nodes such as these intensities [bins] between edges of bins, mbarn: a node is a box as wide as their distance, or a
 * Gaussian of an FWHM in meV.
 */
export function binning(
  { step, first, values: { length } }: Nodes,
  edges: Float64Array,
  width?: readonly number[],
): (nodes: Nodes) => Float64Array {
  const bins = edges.length - 1;
  const [low, high] = [edges[0], edges[bins]];
  const binOf = (x: number) => Math.floor(((x - low) / (high - low)) * bins);
  // of each node that reaches into bins: the first of these, and what each gets
  const shares: { node: number; begin: number; of: number[] }[] = [];
  for (let node = 0; node < length; node++) {
    const energy = (first + node) * step;
    const deviation = width ? fwhmAt(width, energy) / FWHM_PER_DEVIATION : 0;
    const reach = Math.max(TAIL * deviation, step / 2);
    if (energy + reach <= low || energy - reach >= high) continue;
    const begin = Math.max(0, binOf(energy - reach) - 1);
    const end = Math.min(bins - 1, binOf(energy + reach) + 1);
    const below = Array.from(edges.subarray(begin, end + 2), (edge) =>
      deviation > step / 2
        ? normalIntegral((edge - energy) / deviation)
        : Math.min(Math.max((edge - energy) / step + 0.5, 0), 1),
    );
    shares.push({ node, begin, of: below.slice(1).map((after, k) => step * (after - below[k])) });
  }
  return ({ values }) => {
    const sums = new Float64Array(bins);
    for (const { node, begin, of } of shares) {
      for (let k = 0; k < of.length; k++) sums[begin + k] += of[k] * values[node];
    }
    return sums;
  };
}
