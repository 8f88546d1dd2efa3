/** Files of q-points: JSON [[h,k,l],…] or three columns of text with # comments. */
import { readFile } from 'node:fs/promises';
import { decimalNumber } from '../../base/decimal.js';
import { EuphonicError } from '../../base/errors.js';
import { isCoordinate, MAX_Q } from '../../qpoints/coordinates.js';
import { systemReason } from '../../runtime/files.js';

/** [3,n]: all h, then all k, then all l. Throws `file_not_found`, `file_unreadable`, or `file_damaged` with the place. */
export async function readQFile(path: string): Promise<Float64Array> {
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new EuphonicError(
      missing ? 'file_not_found' : 'file_unreadable',
      `The q-points cannot be read: ${systemReason(error)}.`,
      { where: path, expected: 'a file of q-points' },
    );
  }
  const points = text.startsWith('[') ? parseJson(text, path) : parseColumns(text, path);
  if (points.length === 0) throw damaged('The file has no q-points.', path);
  const qpts = new Float64Array(3 * points.length);
  points.forEach((point, i) => {
    for (let axis = 0; axis < 3; axis++) qpts[axis * points.length + i] = point[axis];
  });
  return qpts;
}

function parseJson(text: string, path: string): number[][] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged(`The file is not JSON: ${(error as Error).message}.`, path);
  }
  return (json as unknown[]).map((point, i) => {
    if (Array.isArray(point) && point.length === 3 && point.every(isCoordinate)) return point as number[];
    throw damaged(`q-point ${i} is ${JSON.stringify(point)?.slice(0, 80)}.`, `${path}, q-point ${i}`);
  });
}

function parseColumns(text: string, path: string): number[][] {
  const points: number[][] = [];
  text.split('\n').forEach((line, i) => {
    const content = line.replace(/#.*/, '').trim();
    if (content === '') return;
    const point = content.split(/\s*,\s*|\s+/).map(decimalNumber);
    if (point.length !== 3 || !point.every(isCoordinate)) {
      throw damaged(`Line ${i + 1} is '${content.slice(0, 80)}'.`, `${path}, line ${i + 1}`);
    }
    points.push(point);
  });
  return points;
}

function damaged(message: string, where: string): EuphonicError {
  return new EuphonicError('file_damaged', message, {
    where,
    expected: `three numbers up to ${MAX_Q} for each q-point: JSON [[h,k,l],…], or three columns of text with # comments`,
  });
}
