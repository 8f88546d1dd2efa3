/** Where in Q and energy transfer a spectrometer of fixed incident or final energy can measure. */

/** ħ²/2m of the neutron, meV Å² */
const NEUTRON = 2.072124855;

export interface Kinematics {
  /** meV; the other one follows from the energy transfer */
  energy: number;
  isFinal: boolean;
  /** scattering angles 2θ, degrees, in ascending order */
  angles: readonly [number, number];
}

/** The smallest and the largest |Q| (1/Å) at an energy transfer (meV): Q² = k_i² + k_f² − 2 k_i k_f cos 2θ. None where a neutron cannot. */
export function reachable(
  { energy, isFinal, angles }: Kinematics,
  transfer: number,
): [number, number] | undefined {
  const other = isFinal ? energy + transfer : energy - transfer;
  if (other < 0) return undefined;
  const [fixed, free] = [Math.sqrt(energy / NEUTRON), Math.sqrt(other / NEUTRON)];
  const at = (angle: number) =>
    Math.sqrt(Math.max(0, fixed ** 2 + free ** 2 - 2 * fixed * free * Math.cos((angle * Math.PI) / 180)));
  return [at(angles[0]), at(angles[1])];
}
