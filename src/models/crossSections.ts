/** Neutron scattering cross-sections of a crystal's atoms. */
import { EuphonicError } from '../base/errors.js';
import { atomKind, siteMixture } from './atomTypes.js';
import { CROSS_SECTIONS } from './data/crossSections.js';

/** 4π times the mean of a squared bound scattering length, mbarn */
interface CrossSections {
  coherent: number;
  incoherent: number;
}

const MILLIBARN_PER_BARN = 1000;

/** By names such as Ni and 62Ni. */
const TABLE: ReadonlyMap<string, CrossSections> = new Map(
  CROSS_SECTIONS.trim()
    .split('\n')
    .flatMap((line) => {
      const [symbol, natural, ...isotopes] = line.split(' ');
      const entry = (name: string, [coherent, incoherent]: string[]): [string, CrossSections] => [
        name,
        {
          coherent: MILLIBARN_PER_BARN * Number(coherent),
          incoherent: MILLIBARN_PER_BARN * Number(incoherent),
        },
      ];
      const ofIsotopes = isotopes.map((isotope) => {
        const [number, ...values] = isotope.split(':');
        return entry(`${number}${symbol}`, values);
      });
      return natural === '-' ? ofIsotopes : [entry(symbol, natural.split(':')), ...ofIsotopes];
    }),
);

/**
 * Of each atom; `atomMass` in amu tells isotopes apart as `atomKind` does. Throws `no_scattering_length` for an atom type that the
 * table does not have.
 */
export function crossSections(atomTypes: readonly string[], atomMass: ArrayLike<number>): CrossSections[] {
  return atomTypes.map((type, i) => {
    const parts = siteMixture(type) ?? [{ element: atomKind(type, atomMass[i]).name ?? type, weight: 1 }];
    const sum = { coherent: 0, incoherent: 0 };
    for (const { element, weight } of parts) {
      const found = TABLE.get(element);
      if (!found) {
        throw new EuphonicError('no_scattering_length', `There are no cross-sections for ${type}.`, {
          where: `atom ${i}`,
          expected: 'an element or isotope of the Blue Book',
        });
      }
      sum.coherent += weight * found.coherent;
      sum.incoherent += weight * found.incoherent;
    }
    return sum;
  });
}
