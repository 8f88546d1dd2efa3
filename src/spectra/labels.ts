/** Labels of points of high symmetry as people write them. */

const GREEK: Readonly<Record<string, string>> = { GAMMA: 'Γ', DELTA: 'Δ', LAMBDA: 'Λ', SIGMA: 'Σ' };
const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉';

/** GAMMA is Γ, X_1 is X₁; others stay what they are. */
export function pointLabel(label: string): string {
  const [, name, digits = ''] = /^([A-Z]+)(?:_(\d+))?$/.exec(label) ?? [];
  if (name === undefined) return label;
  return `${GREEK[name] ?? name}${[...digits].map((digit) => SUBSCRIPTS[Number(digit)]).join('')}`;
}
