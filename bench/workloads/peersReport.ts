/** Tables and pictures of the comparison with the alternatives. */
import { barCharts } from '../harness/pictures.js';
import { figure, table } from '../harness/report.js';
import { median } from '../harness/statistics.js';
import { PEERS } from './peerList.js';
import type { MaterialResult, PeerQuantity, PeerResult, Timing } from './peerResults.js';
import { spread } from './scaling.js';

const NAMES: Readonly<Record<PeerQuantity, string>> = {
  modes: 'modes',
  structure_factor: 'structure factors',
};

export function peerText(results: readonly MaterialResult[], threads: number): string {
  const intro = [
    `${threads} thread${threads > 1 ? 's' : ''} each. Times are microseconds per q-point; ratios are to this kernel, measured just before each`,
    'of them. *Modes* are frequencies and eigenvectors. brille interpolates linearly between the points of a grid; everything else is exact, as the',
    'differences from this kernel show. phonopy multiplies its structure factors by a Debye–Waller factor.',
  ].join(' ');
  return [intro, summary(results), ...results.map(section)].join('\n\n');
}

/** Structure factors of all crystals at a glance. */
function summary(results: readonly MaterialResult[]): string {
  const rows = results.map(({ label, peers: row }) => [
    label,
    figure(kernelTime(row, 'structure_factor')),
    ...PEERS.map(({ name }) => {
      const timing = row.find(({ peer }) => peer === name)?.timings.structure_factor;
      return timing ? figure(timing.ratio.median) : '–';
    }),
  ]);
  return table(
    ['structure factors', 'this kernel, µs', ...PEERS.map((peer) => `${peer.label}, times`)],
    rows,
  );
}

function section({ label, date, version, peers }: MaterialResult): string {
  const cells = (timing: Timing | undefined) =>
    timing ? [figure(median(timing.peer)), spread(timing.ratio)] : ['–', '–'];
  const rows = peers.map((peer) => [
    described(peer),
    String(peer.timings.structure_factor?.points ?? peer.timings.modes?.points ?? '–'),
    ...cells(peer.timings.modes),
    ...cells(peer.timings.structure_factor),
    peer.deviation ? peer.deviation.largest.toExponential(1) : '–',
    peer.intensityDeviation === undefined ? '–' : peer.intensityDeviation.toExponential(1),
  ]);
  const kernel = [
    'this kernel',
    String(Math.max(...peers.map(({ timings }) => timings.structure_factor?.kernelPoints ?? 0))),
    figure(kernelTime(peers, 'modes')),
    '1',
    figure(kernelTime(peers, 'structure_factor')),
    '1',
    '',
    '',
  ];
  const head = [
    `**${label}**`,
    'q-points',
    `${NAMES.modes}, µs`,
    'ratio',
    `${NAMES.structure_factor}, µs`,
    'ratio',
    'largest Δω, meV',
    'largest ΔS/S',
  ];
  return `${table(head, [kernel, ...rows])}\n\nMeasured ${date.slice(0, 16).replace('T', ' ')}, ${version}.`;
}

function described({ label, info, failure }: PeerResult): string {
  const facts = Object.entries(info)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => (key === 'grid' ? String(value) : `${key} ${value}`));
  const text = facts.length > 0 ? `${label} (${facts.join(', ')})` : label;
  return failure === undefined ? text : `${text}: ${failure.replaceAll('|', '\\|')}`;
}

function kernelTime(peers: readonly PeerResult[], quantity: PeerQuantity): number {
  return median(peers.flatMap(({ timings }) => timings[quantity]?.kernel ?? []));
}

export function peerPictures(results: readonly MaterialResult[]): Record<string, Promise<string>> {
  const groups = results.map(({ material }) => material.replaceAll('-', '\n'));
  const timing = (row: MaterialResult, name: string) =>
    row.peers.find(({ peer }) => peer === name)?.timings.structure_factor;
  const bars = (value: (timing: Timing) => number) =>
    PEERS.map(({ name, label }) => ({
      name: label,
      values: results.map((row) => {
        const found = timing(row, name);
        return found && value(found);
      }),
    }));
  const kernel = {
    name: 'this kernel',
    values: results.map(({ peers }) => kernelTime(peers, 'structure_factor') * 0.05),
  };
  return {
    times: barCharts([
      {
        title: 'Wall time for 50,000 q-points, structure factors',
        yLabel: 's',
        groups,
        bars: [kernel, ...bars(({ peer }) => median(peer) * 0.05)],
        logY: true,
      },
      {
        title: 'Speed-up by this kernel',
        yLabel: 'times',
        groups,
        bars: [
          { name: 'this kernel', values: results.map(() => undefined) },
          ...bars(({ ratio }) => ratio.median),
        ],
        logY: true,
      },
    ]),
  };
}
