import assert from 'node:assert/strict';
import { extendedBravais } from '../../src/qpoints/paths/bravais.js';

describe('borderline lattices', () => {
  const cell = (a: number, b: number, c: number) => ({ a, b, c, cosBeta: 0 });
  const noisy = (x: number) => [x, x * (1 + 1e-9), x * (1 - 1e-9)];
  it('have the same symbol, however the last digits of the cell vectors are', () => {
    for (const c of noisy(5)) assert.equal(extendedBravais('tI', 79, cell(5, 5, c)), 'tI1');
    for (const b of noisy(5)) assert.equal(extendedBravais('oC', 36, cell(5, b, 6)), 'oC1');
    for (const b of noisy(5)) assert.equal(extendedBravais('oA', 38, cell(4, b, 5)), 'oA1');
    for (const c of noisy(6)) assert.equal(extendedBravais('oI', 44, cell(4, 6, c)), 'oI3');
    for (const c of noisy(6)) assert.equal(extendedBravais('oI', 46, cell(6, 4, c)), 'oI2');
    for (const c of noisy(5 * Math.sqrt(1.5))) assert.equal(extendedBravais('hR', 166, cell(5, 5, c)), 'hR1');
    for (const a of noisy(12 / 5)) assert.equal(extendedBravais('oF', 22, cell(a, 3, 4)), 'oF3');
    for (const b of noisy(5)) assert.equal(extendedBravais('mC', 12, cell(5, b, 6)), 'mC2');
  });
});
