/** A complex Hermitian matrix of size n, row-major. */
export interface Hermitian {
  n: number;
  re: Float64Array;
  im: Float64Array;
}

export function zeroHermitian(n: number): Hermitian {
  return { n, re: new Float64Array(n * n), im: new Float64Array(n * n) };
}

/** D_{κα,κ'β} / √(M_κ M_κ') in place; `masses` one for each three rows. */
export function massWeight(d: Hermitian, masses: Float64Array): void {
  for (let k = 0; k < d.n * d.n; k++) {
    const weight = 1 / Math.sqrt(masses[Math.floor(k / d.n / 3)] * masses[Math.floor((k % d.n) / 3)]);
    d.re[k] *= weight;
    d.im[k] *= weight;
  }
}

/**
 * Eigenvalues of the Hermitian part, in ascending order, by Jacobi rotations of the real symmetric matrix [A −B; B A] of A + iB, in which each
 * occurs twice. Slow and simple; absolute error about 1e-15 of the largest eigenvalue times n.
 */
export function eigenvalues({ n, re, im }: Hermitian): number[] {
  const m = 2 * n;
  const a = new Float64Array(m * m);
  // force constants of a file are symmetric only to its digits
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const real = (re[n * i + j] + re[n * j + i]) / 2;
      const imaginary = (im[n * i + j] - im[n * j + i]) / 2;
      a[m * i + j] = a[m * (n + i) + n + j] = real;
      a[m * (n + i) + j] = imaginary;
      a[m * i + n + j] = -imaginary;
    }
  }
  for (let sweep = 0; sweep < 50; sweep++) {
    let off = 0;
    let diagonal = 0;
    for (let i = 0; i < m; i++) {
      diagonal += a[m * i + i] ** 2;
      for (let j = 0; j < i; j++) off += a[m * i + j] ** 2;
    }
    if (off <= 1e-32 * diagonal) break;
    for (let p = 0; p < m; p++) {
      for (let q = p + 1; q < m; q++) rotate(a, m, p, q);
    }
  }
  const doubled = Array.from({ length: m }, (_, i) => a[m * i + i]).sort((x, y) => x - y);
  return Array.from({ length: n }, (_, i) => (doubled[2 * i] + doubled[2 * i + 1]) / 2);
}

/** The rotation in the plane of p and q that makes a[p][q] of an m × m matrix zero. */
function rotate(a: Float64Array, m: number, p: number, q: number): void {
  const [pp, pq, qq] = [a[m * p + p], a[m * p + q], a[m * q + q]];
  if (pq === 0) return;
  const theta = (qq - pp) / (2 * pq);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < m; k++) {
    const x = a[m * p + k];
    const y = a[m * q + k];
    a[m * k + p] = a[m * p + k] = c * x - s * y;
    a[m * k + q] = a[m * q + k] = s * x + c * y;
  }
  a[m * p + p] = pp - t * pq;
  a[m * q + q] = qq + t * pq;
  a[m * p + q] = a[m * q + p] = 0;
}

/** Whether all eigenvalues are positive: Cholesky's decomposition succeeds. Faster than eigenvalues for large matrices. */
export function isPositiveDefinite({ n, re, im }: Hermitian): boolean {
  const [x, y] = [re.slice(), im.slice()];
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      for (let k = 0; k < j; k++) {
        const [a, b, c, d] = [x[n * i + k], y[n * i + k], x[n * j + k], y[n * j + k]];
        x[n * i + j] -= a * c + b * d;
        y[n * i + j] -= b * c - a * d;
      }
    }
    if (!(x[n * j + j] > 0)) return false;
    const pivot = Math.sqrt(x[n * j + j]);
    for (let i = j; i < n; i++) {
      x[n * i + j] /= pivot;
      y[n * i + j] /= pivot;
    }
  }
  return true;
}
