/** The discrete Fourier transform of a power of two of complex numbers. */

/** X_k = Σ_j x_j e^(sign 2πi jk/N) in place. */
type Transform = (re: Float64Array, im: Float64Array, sign: 1 | -1) => void;

/** The transform of `n` numbers, radix 2: a library would be no shorter to call. */
export function fourierOf(n: number): Transform {
  const cosines = Float64Array.from({ length: n / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / n));
  const sines = Float64Array.from({ length: n / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / n));
  const places = reversedBits(n);
  return (re, im, sign) => {
    for (let i = 0; i < n; i++) {
      const j = places[i];
      if (i >= j) continue;
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
    for (let half = 1; half < n; half *= 2) {
      const stride = n / (2 * half);
      for (let start = 0; start < n; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const [a, b] = [start + k, start + k + half];
          const [c, s] = [cosines[k * stride], sign * sines[k * stride]];
          const x = re[b] * c - im[b] * s;
          const y = re[b] * s + im[b] * c;
          re[b] = re[a] - x;
          im[b] = im[a] - y;
          re[a] += x;
          im[a] += y;
        }
      }
    }
  };
}

function reversedBits(n: number): Uint32Array {
  const places = new Uint32Array(n);
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    places[i] = j;
  }
  return places;
}
