/**
 * Points of high symmetry and the path through them, for each extended Bravais lattice: Hinuma, Pizzi, Kumagai, Oba &
 * Tanaka, Comput. Mater. Sci. 128 (2017) 140. Coordinates belong to the reciprocal basis of the primitive cell that the
 * paper's table 3 makes of the conventional one. Time reversal holds for phonons, so that no path is doubled with -q.
 */
import type { Vector } from '../../models/lattice.js';
import type { ConventionalCell, ExtendedBravais } from './bravais.js';

interface Table {
  parameters?(cell: ConventionalCell): Record<string, number>;
  /** a label and three sums of numbers and parameters each, separated by commas */
  points: string;
  /** labels, with | where the path breaks */
  path: string;
}

/** Points by their labels, in the order of the table, and the path. */
export function latticeTable(
  bravais: ExtendedBravais,
  cell: ConventionalCell,
): { points: Map<string, Vector>; path: string } {
  const { parameters, points, path } = TABLES[bravais];
  const values = parameters?.(cell) ?? {};
  const entries = points.split(',').map((entry): [string, Vector] => {
    const [label, ...sums] = entry.trim().split(/\s+/);
    return [label, sums.map((sum) => sumOf(sum, values)) as Vector];
  });
  return { points: new Map(entries), path };
}

/** Of `1/2-zeta`, say. */
function sumOf(sum: string, parameters: Record<string, number>): number {
  let value = 0;
  for (const [, sign, term] of sum.matchAll(/([+-]?)([^+-]+)/g)) {
    const [numerator, denominator = '1'] = term.split('/');
    value += (sign === '-' ? -1 : 1) * (parameters[term] ?? Number(numerator) / Number(denominator));
  }
  return value;
}

const sine2 = (cosine: number) => 1 - cosine ** 2;

const PRIMITIVE_CUBIC = 'GAMMA 0 0 0, R 1/2 1/2 1/2, M 1/2 1/2 0, X 0 1/2 0, X_1 1/2 0 0';
const FACE_CENTRED_CUBIC = `GAMMA 0 0 0, X 1/2 0 1/2, L 1/2 1/2 1/2, W 1/2 1/4 3/4, W_2 3/4 1/4 1/2,
  K 3/8 3/8 3/4, U 5/8 1/4 5/8`;
const HEXAGONAL = `GAMMA 0 0 0, A 0 0 1/2, K 1/3 1/3 0, H 1/3 1/3 1/2, H_2 1/3 1/3 -1/2, M 1/2 0 0, L 1/2 0 1/2`;
/** The shorter of the two axes of the centred face comes first (oC1, oA1), or second (oC2, oA2). */
const ONE_FACE_CENTRED = [
  {
    points: `GAMMA 0 0 0, Y -1/2 1/2 0, T -1/2 1/2 1/2, Z 0 0 1/2, S 0 1/2 0, R 0 1/2 1/2, SIGMA_0 zeta zeta 0,
      C_0 -zeta 1-zeta 0, A_0 zeta zeta 1/2, E_0 -zeta 1-zeta 1/2`,
    path: 'GAMMA Y C_0|SIGMA_0 GAMMA Z A_0|E_0 T Y|GAMMA S R Z T',
  },
  {
    points: `GAMMA 0 0 0, Y 1/2 1/2 0, T 1/2 1/2 1/2, T_2 1/2 1/2 -1/2, Z 0 0 1/2, Z_2 0 0 -1/2, S 0 1/2 0,
      R 0 1/2 1/2, R_2 0 1/2 -1/2, DELTA_0 -zeta zeta 0, F_0 zeta 1-zeta 0, B_0 -zeta zeta 1/2,
      B_2 -zeta zeta -1/2, G_0 zeta 1-zeta 1/2, G_2 zeta 1-zeta -1/2`,
    path: 'GAMMA Y F_0|DELTA_0 GAMMA Z B_0|G_0 T Y|GAMMA S R Z T',
  },
] as const;

const TABLES: Readonly<Record<ExtendedBravais, Table>> = {
  cP1: { points: PRIMITIVE_CUBIC, path: 'GAMMA X M GAMMA R X|R M X_1' },
  cP2: { points: PRIMITIVE_CUBIC, path: 'GAMMA X M GAMMA R X|R M' },
  cF1: { points: FACE_CENTRED_CUBIC, path: 'GAMMA X U|K GAMMA L W X W_2' },
  cF2: { points: FACE_CENTRED_CUBIC, path: 'GAMMA X U|K GAMMA L W X' },
  cI1: {
    points: 'GAMMA 0 0 0, H 1/2 -1/2 1/2, P 1/4 1/4 1/4, N 0 0 1/2',
    path: 'GAMMA H N GAMMA P H|P N',
  },
  tP1: {
    points: 'GAMMA 0 0 0, Z 0 0 1/2, M 1/2 1/2 0, A 1/2 1/2 1/2, R 0 1/2 1/2, X 0 1/2 0',
    path: 'GAMMA X M GAMMA Z R A Z|X R|M A',
  },
  tI1: {
    parameters: ({ a, c }) => ({ eta: (1 + c ** 2 / a ** 2) / 4 }),
    points: `GAMMA 0 0 0, M -1/2 1/2 1/2, X 0 0 1/2, P 1/4 1/4 1/4, Z eta eta -eta, Z_0 -eta 1-eta eta, N 0 1/2 0`,
    path: 'GAMMA X M GAMMA Z|Z_0 M|X P N GAMMA',
  },
  tI2: {
    parameters: ({ a, c }) => ({ eta: (1 + a ** 2 / c ** 2) / 4, zeta: a ** 2 / c ** 2 / 2 }),
    points: `GAMMA 0 0 0, M 1/2 1/2 -1/2, X 0 0 1/2, P 1/4 1/4 1/4, N 0 1/2 0, S_0 -eta eta eta, S eta 1-eta -eta,
      R -zeta zeta 1/2, G 1/2 1/2 -zeta`,
    path: 'GAMMA X P N GAMMA M S|S_0 GAMMA|X R|G M',
  },
  oP1: {
    points: `GAMMA 0 0 0, X 1/2 0 0, Z 0 0 1/2, U 1/2 0 1/2, Y 0 1/2 0, S 1/2 1/2 0, T 0 1/2 1/2, R 1/2 1/2 1/2`,
    path: 'GAMMA X S Y GAMMA Z U R T Z|X U|Y T|S R',
  },
  oC1: { parameters: ({ a, b }) => ({ zeta: (1 + a ** 2 / b ** 2) / 4 }), ...ONE_FACE_CENTRED[0] },
  oC2: { parameters: ({ a, b }) => ({ zeta: (1 + b ** 2 / a ** 2) / 4 }), ...ONE_FACE_CENTRED[1] },
  oA1: { parameters: ({ b, c }) => ({ zeta: (1 + b ** 2 / c ** 2) / 4 }), ...ONE_FACE_CENTRED[0] },
  oA2: { parameters: ({ b, c }) => ({ zeta: (1 + c ** 2 / b ** 2) / 4 }), ...ONE_FACE_CENTRED[1] },
  oF1: {
    parameters: ({ a, b, c }) => ({
      zeta: (1 + a ** 2 / b ** 2 - a ** 2 / c ** 2) / 4,
      eta: (1 + a ** 2 / b ** 2 + a ** 2 / c ** 2) / 4,
    }),
    points: `GAMMA 0 0 0, T 1 1/2 1/2, Z 1/2 1/2 0, Y 1/2 0 1/2, SIGMA_0 0 eta eta, U_0 1 1-eta 1-eta,
      A_0 1/2 1/2+zeta zeta, C_0 1/2 1/2-zeta 1-zeta, L 1/2 1/2 1/2`,
    path: 'GAMMA Y T Z GAMMA SIGMA_0|U_0 T|Y C_0|A_0 Z|GAMMA L',
  },
  oF2: {
    parameters: ({ a, b, c }) => ({
      zeta: (1 + c ** 2 / a ** 2 - c ** 2 / b ** 2) / 4,
      kappa: (1 + c ** 2 / a ** 2 + c ** 2 / b ** 2) / 4,
    }),
    points: `GAMMA 0 0 0, T 0 1/2 1/2, Z 1/2 1/2 1, Y 1/2 0 1/2, LAMBDA_0 kappa kappa 0, Q_0 1-kappa 1-kappa 1,
      G_0 1/2-zeta 1-zeta 1/2, H_0 1/2+zeta zeta 1/2, L 1/2 1/2 1/2`,
    path: 'GAMMA T Z Y GAMMA LAMBDA_0|Q_0 Z|T G_0|H_0 Y|GAMMA L',
  },
  oF3: {
    parameters: ({ a, b, c }) => ({
      eta: (1 + a ** 2 / b ** 2 - a ** 2 / c ** 2) / 4,
      delta: (1 + b ** 2 / a ** 2 - b ** 2 / c ** 2) / 4,
      phi: (1 + c ** 2 / b ** 2 - c ** 2 / a ** 2) / 4,
    }),
    points: `GAMMA 0 0 0, T 0 1/2 1/2, Z 1/2 1/2 0, Y 1/2 0 1/2, A_0 1/2 1/2+eta eta, C_0 1/2 1/2-eta 1-eta,
      B_0 1/2+delta 1/2 delta, D_0 1/2-delta 1/2 1-delta, G_0 phi 1/2+phi 1/2, H_0 1-phi 1/2-phi 1/2, L 1/2 1/2 1/2`,
    path: 'GAMMA Y C_0|A_0 Z B_0|D_0 T G_0|H_0 Y|T GAMMA Z|GAMMA L',
  },
  oI1: {
    parameters: ({ a, b, c }) => ({
      zeta: (1 + a ** 2 / c ** 2) / 4,
      eta: (1 + b ** 2 / c ** 2) / 4,
      delta: (b ** 2 - a ** 2) / c ** 2 / 4,
      mu: (a ** 2 + b ** 2) / c ** 2 / 4,
    }),
    points: `GAMMA 0 0 0, X 1/2 1/2 -1/2, S 1/2 0 0, R 0 1/2 0, T 0 0 1/2, W 1/4 1/4 1/4, SIGMA_0 -zeta zeta zeta,
      F_2 zeta 1-zeta -zeta, Y_0 eta -eta eta, U_0 1-eta eta -eta, L_0 -mu mu 1/2-delta, M_0 mu -mu 1/2+delta,
      J_0 1/2-delta 1/2+delta -mu`,
    path: 'GAMMA X F_2|SIGMA_0 GAMMA Y_0|U_0 X|GAMMA R W S GAMMA T W',
  },
  oI2: {
    parameters: ({ a, b, c }) => ({
      zeta: (1 + b ** 2 / a ** 2) / 4,
      eta: (1 + c ** 2 / a ** 2) / 4,
      delta: (c ** 2 - b ** 2) / a ** 2 / 4,
      mu: (b ** 2 + c ** 2) / a ** 2 / 4,
    }),
    points: `GAMMA 0 0 0, X -1/2 1/2 1/2, S 1/2 0 0, R 0 1/2 0, T 0 0 1/2, W 1/4 1/4 1/4, Y_0 zeta -zeta zeta,
      U_2 -zeta zeta 1-zeta, LAMBDA_0 eta eta -eta, G_2 -eta 1-eta eta, K 1/2-delta -mu mu, K_2 1/2+delta mu -mu,
      K_4 -mu 1/2-delta 1/2+delta`,
    path: 'GAMMA X U_2|Y_0 GAMMA LAMBDA_0|G_2 X|GAMMA R W S GAMMA T W',
  },
  oI3: {
    parameters: ({ a, b, c }) => ({
      zeta: (1 + c ** 2 / b ** 2) / 4,
      eta: (1 + a ** 2 / b ** 2) / 4,
      delta: (a ** 2 - c ** 2) / b ** 2 / 4,
      mu: (c ** 2 + a ** 2) / b ** 2 / 4,
    }),
    points: `GAMMA 0 0 0, X 1/2 -1/2 1/2, S 1/2 0 0, R 0 1/2 0, T 0 0 1/2, W 1/4 1/4 1/4, SIGMA_0 -eta eta eta,
      F_0 eta -eta 1-eta, LAMBDA_0 zeta zeta -zeta, G_0 1-zeta -zeta zeta, V_0 mu 1/2-delta -mu,
      H_0 -mu 1/2+delta mu, H_2 1/2+delta -mu 1/2-delta`,
    path: 'GAMMA X F_0|SIGMA_0 GAMMA LAMBDA_0|G_0 X|GAMMA R W S GAMMA T W',
  },
  hP1: { points: HEXAGONAL, path: 'GAMMA M K GAMMA A L H A|L M|H K H_2' },
  hP2: { points: HEXAGONAL, path: 'GAMMA M K GAMMA A L H A|L M|H K' },
  hR1: {
    parameters: ({ a, c }) => {
      const delta = a ** 2 / c ** 2 / 4;
      return { eta: 5 / 6 - 2 * delta, nu: 1 / 3 + delta };
    },
    points: `GAMMA 0 0 0, T 1/2 1/2 1/2, L 1/2 0 0, L_2 0 -1/2 0, L_4 0 0 -1/2, F 1/2 0 1/2, F_2 1/2 1/2 0,
      S_0 nu -nu 0, S_2 1-nu 0 nu, S_4 nu 0 -nu, S_6 1-nu nu 0, H_0 1/2 -1+eta 1-eta, H_2 eta 1-eta 1/2,
      H_4 eta 1/2 1-eta, H_6 1/2 1-eta -1+eta, M_0 nu -1+eta nu, M_2 1-nu 1-eta 1-nu, M_4 eta nu nu,
      M_6 1-nu 1-nu 1-eta, M_8 nu nu -1+eta`,
    path: 'GAMMA T H_2|H_0 L GAMMA S_0|S_2 F GAMMA',
  },
  hR2: {
    parameters: ({ a, c }) => {
      const zeta = 1 / 6 - c ** 2 / a ** 2 / 9;
      return { eta: 1 / 2 - 2 * zeta, nu: 1 / 2 + zeta };
    },
    points: `GAMMA 0 0 0, T 1/2 -1/2 1/2, P_0 eta -1+eta eta, P_2 eta eta eta, R_0 1-eta -eta -eta, M 1-nu -nu 1-nu,
      M_2 nu -1+nu -1+nu, L 1/2 0 0, F 1/2 -1/2 0`,
    path: 'GAMMA L T P_0|P_2 GAMMA F',
  },
  mP1: {
    parameters: ({ a, c, cosBeta }) => {
      const eta = (1 + (a / c) * cosBeta) / (2 * sine2(cosBeta));
      return { eta, nu: 1 / 2 + (eta * c * cosBeta) / a };
    },
    points: `GAMMA 0 0 0, Z 0 1/2 0, B 0 0 1/2, B_2 0 0 -1/2, Y 1/2 0 0, Y_2 -1/2 0 0, C 1/2 1/2 0, C_2 -1/2 1/2 0,
      D 0 1/2 1/2, D_2 0 1/2 -1/2, A -1/2 0 1/2, E -1/2 1/2 1/2, H -eta 0 1-nu, H_2 -1+eta 0 nu, H_4 -eta 0 -nu,
      M -eta 1/2 1-nu, M_2 -1+eta 1/2 nu, M_4 -eta 1/2 -nu`,
    path: 'GAMMA Z D B GAMMA A E Z C_2 Y_2 GAMMA',
  },
  mC1: {
    parameters: ({ a, b, c, cosBeta }) => {
      const zeta = (2 + (a / c) * cosBeta) / (4 * sine2(cosBeta));
      const psi = 3 / 4 - b ** 2 / (4 * a ** 2 * sine2(cosBeta));
      return {
        zeta,
        eta: 1 / 2 - (2 * zeta * c * cosBeta) / a,
        psi,
        phi: psi - ((3 / 4 - psi) * a * cosBeta) / c,
      };
    },
    points: `GAMMA 0 0 0, Y_2 -1/2 1/2 0, Y_4 1/2 -1/2 0, A 0 0 1/2, M_2 -1/2 1/2 1/2, V 1/2 0 0, V_2 0 1/2 0,
      L_2 0 1/2 1/2, C 1-psi 1-psi 0, C_2 -1+psi psi 0, C_4 psi -1+psi 0, D -1+phi phi 1/2, D_2 1-phi 1-phi 1/2,
      E -1+zeta 1-zeta 1-eta, E_2 -zeta zeta eta, E_4 zeta -zeta 1-eta`,
    path: 'GAMMA C|C_2 Y_2 GAMMA M_2 D|D_2 A GAMMA|L_2 GAMMA V_2',
  },
  mC2: {
    parameters: ({ a, b, c, cosBeta }) => {
      const zeta = (a ** 2 / b ** 2 + (1 + (a / c) * cosBeta) / sine2(cosBeta)) / 4;
      const mu = (1 + a ** 2 / b ** 2) / 4;
      const delta = (-a * c * cosBeta) / (2 * b ** 2);
      const eta = 1 / 2 - (2 * zeta * c * cosBeta) / a;
      return { zeta, mu, delta, eta, phi: 1 + zeta - 2 * mu, psi: eta - 2 * delta };
    },
    points: `GAMMA 0 0 0, Y 1/2 1/2 0, A 0 0 1/2, M 1/2 1/2 1/2, V_2 0 1/2 0, L_2 0 1/2 1/2, F -1+phi 1-phi 1-psi,
      F_2 1-phi phi psi, F_4 phi 1-phi 1-psi, H -zeta zeta eta, H_2 zeta 1-zeta 1-eta, H_4 zeta -zeta 1-eta,
      G -mu mu delta, G_2 mu 1-mu -delta, G_4 mu -mu -delta, G_6 1-mu mu delta`,
    path: 'GAMMA Y M A GAMMA|L_2 GAMMA V_2',
  },
  mC3: {
    parameters: ({ a, b, c, cosBeta }) => {
      const zeta = (a ** 2 / b ** 2 + (1 + (a / c) * cosBeta) / sine2(cosBeta)) / 4;
      const eta = 1 / 2 - (2 * zeta * c * cosBeta) / a;
      const mu = eta / 2 + a ** 2 / (4 * b ** 2) + (a * c * cosBeta) / (2 * b ** 2);
      const nu = 2 * mu - zeta;
      const omega = (c / (2 * a * cosBeta)) * (1 - 4 * nu + (a ** 2 * sine2(cosBeta)) / b ** 2);
      const delta = -1 / 4 + omega / 2 - (zeta * c * cosBeta) / a;
      return { zeta, rho: 1 - (zeta * b ** 2) / a ** 2, eta, mu, nu, omega, delta };
    },
    points: `GAMMA 0 0 0, Y 1/2 1/2 0, A 0 0 1/2, M_2 -1/2 1/2 1/2, V 1/2 0 0, V_2 0 1/2 0, L_2 0 1/2 1/2,
      I -1+rho rho 1/2, I_2 1-rho 1-rho 1/2, K -nu nu omega, K_2 -1+nu 1-nu 1-omega, K_4 1-nu nu omega,
      H -zeta zeta eta, H_2 zeta 1-zeta 1-eta, H_4 zeta -zeta 1-eta, N -mu mu delta, N_2 mu 1-mu -delta,
      N_4 mu -mu -delta, N_6 1-mu mu delta`,
    path: 'GAMMA A I_2|I M_2 GAMMA Y|L_2 GAMMA V_2',
  },
  aP2: {
    points: `GAMMA 0 0 0, Z 0 0 1/2, Y 0 1/2 0, X 1/2 0 0, V 1/2 1/2 0, U 1/2 0 1/2, T 0 1/2 1/2, R 1/2 1/2 1/2`,
    path: 'GAMMA X|Y GAMMA Z|R GAMMA T|U GAMMA V',
  },
  aP3: {
    points: `GAMMA 0 0 0, Z 0 0 1/2, Y 0 1/2 0, Y_2 0 -1/2 0, X 1/2 0 0, V_2 1/2 -1/2 0, U_2 -1/2 0 1/2,
      T_2 0 -1/2 1/2, R_2 -1/2 -1/2 1/2`,
    path: 'GAMMA X|Y GAMMA Z|R_2 GAMMA T_2|U_2 GAMMA V_2',
  },
};
