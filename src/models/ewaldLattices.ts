/** The lattices of Ewald's two sums for dipoles in a dielectric, in coordinates in which their reach is a sphere. */
import { choleskyFactor, determinant, inverse, reciprocal, times, volume } from './lattice.js';

/** Both sums end where their terms have fallen to e^{−x²} with this x: 2e-17. */
export const EWALD_REACH = 6.2;

interface EwaldLattices {
  /** [3,3] rows; |v·distances| is the root of d·ε⁻¹·d, d = v·(cell vectors). Reach: EWALD_REACH/Λ */
  distances: Float64Array;
  /** [3,3] rows; |v·waves| is the root of K·ε·K, K = v·(reciprocal vectors). Reach: 2Λ·EWALD_REACH */
  waves: Float64Array;
  /** [3,3] lower triangle L with L·Lᵀ = ε⁻¹: d in the coordinates of `distances` is d·L */
  root: Float64Array;
}

/** `dielectric` [3,3] is symmetric and positive definite. */
export function ewaldLattices(cellVectors: Float64Array, dielectric: Float64Array): EwaldLattices {
  const root = choleskyFactor(inverse(dielectric));
  const distances = times(cellVectors, root);
  return { distances, waves: times(reciprocal(cellVectors), choleskyFactor(dielectric)), root };
}

/** The splitting parameter Λ (1/bohr) with which as many distances as waves are within reach, if the lattice is cubic. */
export function balancedSplitting(cellVectors: Float64Array, dielectric: Float64Array): number {
  return Math.sqrt(Math.PI) * Math.cbrt(Math.sqrt(determinant(dielectric)) / volume(cellVectors));
}
