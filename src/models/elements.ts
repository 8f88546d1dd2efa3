/** Elements by their symbols. */
/** In the order of their atomic numbers. */
const SYMBOLS = `
H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd
Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac
Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr`
  .trim()
  .split(/\s+/);

/** Of an atom type, which may be an isotope's or have a label: 62Ni, Fe:1; the type itself where it has none. */
export function elementOf(type: string): string {
  const symbol = /[A-Z][a-z]?/.exec(type)?.[0] ?? type;
  return symbol === 'D' || symbol === 'T' ? 'H' : symbol;
}

/** 0 where there is no such element. */
export const atomicNumber = (symbol: string): number => SYMBOLS.indexOf(symbol) + 1;
