/** Spectra of several crystals as one, whose lines are named after these. */
import { EuphonicError } from '../base/errors.js';
import { type Axis, type Line, rowsOf, type Spectrum } from './spectrum.js';

interface Named {
  /** of a file, for people */
  name: string;
  spectrum: Spectrum;
}

/**
 * Dispersion curves over the path of the first, between whose labelled points those of the others are stretched; where they have
 * other q-points there, between these linear. Throws `invalid_argument` for paths through other points.
 */
export function comparedDispersions(named: readonly Named[]): Spectrum {
  const [{ spectrum: first }] = named;
  const { values } = first.x;
  const rows = named.flatMap(({ name, spectrum }) => {
    const at = placesOn(spectrum.x, first.x, name);
    return rowsOf(spectrum).map((row) =>
      Float64Array.from(values, (_, i) => {
        const [before, after] = [Math.floor(at[i]), Math.ceil(at[i])];
        return row[before] + (row[after] - row[before]) * (at[i] - before);
      }),
    );
  });
  const lines = named.flatMap(({ name, spectrum }) => spectrum.lines.map((): Line => ({ label: name })));
  return { ...first, data: joined(rows), lines, provenance: provenanceOf(named) };
}

/** Densities of states over equal bins. */
export function comparedDensities(named: readonly Named[]): Spectrum {
  return {
    ...named[0].spectrum,
    data: joined(named.flatMap(({ spectrum }) => rowsOf(spectrum))),
    lines: named.map(({ name }) => ({ label: name })),
    provenance: provenanceOf(named),
  };
}

function joined(rows: readonly Float64Array[]): Float64Array {
  const data = new Float64Array(rows.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const row of rows) {
    data.set(row, at);
    at += row.length;
  }
  return data;
}

/** What the first says, and of the others who they are. */
function provenanceOf(named: readonly Named[]) {
  const files = named.map(
    ({ name, spectrum }) => `${name} (${spectrum.provenance.model ?? 'no model is named'})`,
  );
  return { ...named[0].spectrum.provenance, compared: files.join(', ') };
}

/** For each point of `axis` where it is among those of `other`: an index, or between two of them. */
function placesOn(other: Axis, axis: Axis, name: string): Float64Array {
  const [ticks, own] = [axis, other].map((x) => [...(x.ticks ?? [])].sort((a, b) => a.index - b.index));
  const words = (x: typeof ticks) => x.map(({ label }) => label).join(' ');
  if (ticks.length < 2 || words(ticks) !== words(own)) {
    throw new EuphonicError('invalid_argument', `The path of ${name} leads through other points.`, {
      where: words(own),
      expected: words(ticks) || 'labels of its points',
    });
  }
  const places = new Float64Array(axis.values.length);
  for (let k = 1; k < ticks.length; k++) {
    const [start, end] = [ticks[k - 1].index, ticks[k].index];
    const [ownStart, ownEnd] = [own[k - 1].index, own[k].index];
    for (let i = start; i <= end; i++)
      places[i] = i === end ? ownEnd : ownStart + ((i - start) * (ownEnd - ownStart)) / (end - start);
  }
  return places;
}
