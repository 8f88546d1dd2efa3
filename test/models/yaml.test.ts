/** phonopy's summary as other programs write YAML: keys in any order, anchors and aliases, other styles. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type DumpOptions, dump, load } from 'js-yaml';
import { makeForceConstants, modelId } from '../../src/models/forceConstants.js';
import { memorySource } from '../../src/models/readers/source.js';
import { MAX_YAML_ALIASES, MAX_YAML_BYTES } from '../../src/models/readers/yamlSections.js';
import { failsWith } from '../support/errors.js';
import { arbitraryContent } from '../support/models.js';
import { phonopySummary } from '../support/phonopyFile.js';
import { readForceConstants, readSource } from '../support/readModel.js';

const cases = fileURLToPath(new URL('../golden/cases/', import.meta.url));
const read = (text: string) => readSource(memorySource(Buffer.from(text), '/nowhere/phonopy.yaml'));

// biome-ignore lint/suspicious/noExplicitAny: tests change the parsed file at will
type Yaml = Record<string, any>;

/** Cell origins in the supercell's box, as phonopy places its atoms. */
const plain = phonopySummary(
  makeForceConstants({
    ...arbitraryContent(9),
    cellOrigins: Int32Array.of(0, 0, 0, 1, 0, 0, 2, 1, 0, 1, 1, 0, 2, 2, 0, 1, 2, 0),
  }),
);
const content = () => load(plain) as Yaml;

describe('YAML: the same summary in other words', () => {
  let expected: string;
  before(async () => {
    expected = modelId((await read(plain)).fc);
  });
  const isSame = async (text: string) => assert.equal(modelId((await read(text)).fc), expected);

  it('as PyYAML writes it, sorted and with aliases', async () => {
    const { fc } = await readForceConstants(`${cases}yaml-sorted-keys/plain.yaml`);
    for (const name of ['yaml-sorted-keys', 'yaml-aliases']) {
      assert.equal(modelId((await readForceConstants(`${cases}${name}/phonopy.yaml`)).fc), modelId(fc), name);
    }
  });

  const styles: [string, DumpOptions][] = [
    ['sorted', { sortKeys: true }],
    ['sorted the other way', { sortKeys: (a, b) => (a < b ? 1 : -1) }],
    ['maps in brackets', { flowLevel: 1 }],
    ['lists in brackets', { flowLevel: 2 }],
    ['inner lists in brackets', { flowLevel: 4 }],
    ['lists deeper than keys', { seqNoIndent: false, indent: 6 }],
    ['lists as deep as keys', { seqNoIndent: true, sortKeys: true }],
    ['long lines', { lineWidth: -1, flowLevel: 2, sortKeys: true }],
    ['short lines', { lineWidth: 40, flowLevel: 2, sortKeys: true }],
  ];
  for (const [name, options] of styles) {
    it(`${name}`, async () => isSame(dump(content(), options)));
  }

  it('with elements before, between and after the other keys of the force constants', async () => {
    const { elements, ...rest } = content().force_constants;
    for (const block of [
      { elements, ...rest },
      { shape: rest.shape, elements, format: rest.format },
    ]) {
      await isSame(dump({ ...content(), force_constants: block }));
    }
  });

  it('with elements in brackets over several lines', async () => {
    const lines = JSON.stringify(content().force_constants.elements).replaceAll('],[', '],\n[');
    const rest = dump({ ...content(), force_constants: undefined }, { skipInvalid: true });
    const format = 'format: compact\n  shape: [3, 18]\n';
    await isSame(`${rest}force_constants:\n  elements: ${lines}\n  ${format}`);
    await isSame(`${rest}force_constants:\n  elements:\n    ${lines.replace(/\]$/, '\n]')}\n  ${format}`);
  });

  it('with a mark of the byte order, directives, marks of documents and keys in quotation marks', async () => {
    const sorted = dump(content(), { sortKeys: true });
    await isSame(`\uFEFF${sorted}`);
    await isSame(`%YAML 1.2\n---\n${sorted}...\n`);
    await isSame(`--- # a document\n${sorted}\n---\nphonopy: another\n`);
    await isSame(sorted.replace(/^( *)(\w+):/gm, '$1"$2":'));
    await isSame(sorted.replace(/^( *)(\w+):/gm, "$1'$2':").replaceAll('\n', '\r\n'));
  });

  it('with what is written twice as an alias, in any section', async () => {
    const shared = content();
    const zero = [0, 0, 0];
    shared.unit_cell = { points: shared.primitive_cell.points };
    shared.comment = { origin: zero };
    // lists that are one object become an anchor and aliases
    shared.primitive_cell.points.forEach((point: Yaml) => {
      point.magnetic_moment = zero;
    });
    for (const file of [shared, { comment: shared.comment, unit_cell: shared.unit_cell, ...shared }]) {
      const text = dump(file);
      assert.match(text, /: &ref_0/);
      assert.match(text, /: \*ref_0/);
      await isSame(text);
    }
  });

  it('with aliases among the force constants', async () => {
    const file = content();
    const { elements } = file.force_constants;
    const zero = elements[1].map(() => [0, 0, 0]);
    const repeated = { ...file, force_constants: { ...file.force_constants, elements: [...elements] } };
    for (let k = 1; k < elements.length; k += 2) repeated.force_constants.elements[k] = zero;
    const copy = JSON.parse(JSON.stringify(repeated));
    assert.match(dump(repeated), /\n {2,4}- \*/);
    const [aliased, spelled] = [dump(repeated), dump(copy)];
    assert.equal(modelId((await read(aliased)).fc), modelId((await read(spelled)).fc));
  });

  it('with a list of pairs for each row of the force constants', async () => {
    const file = content();
    const { elements } = file.force_constants;
    const nested = [0, 1, 2].map((row) => elements.slice(18 * row, 18 * row + 18));
    await isSame(dump({ ...file, force_constants: { ...file.force_constants, elements: nested } }));
    await isSame(
      dump({ ...file, force_constants: { ...file.force_constants, elements: nested } }, { flowLevel: 1 }),
    );
  });

  it('with a merge key', async () => {
    const text = dump(content(), { flowLevel: 1 });
    const merged = text.replace(
      /^physical_unit: \{(.*)\}$/m,
      'units: &units {$1}\nphysical_unit:\n  <<: *units',
    );
    assert.notEqual(merged, text);
    await isSame(merged);
  });
});

describe('YAML: limits', () => {
  it('of the number of aliases', async () => {
    const aliases = `[${'*a,'.repeat(MAX_YAML_ALIASES + 1)}]`;
    const error = await failsWith('too_large', () =>
      read(`${plain}\na: &a 0\nborn_effective_charge: ${aliases}\n`),
    );
    assert.match(error.expected ?? '', /MAX_YAML_ALIASES = 1000000/);
    assert.match(error.advice ?? '', /ignore_aliases/);
  }).timeout(60_000);

  it('of the text that is parsed as a whole', async () => {
    const elements = '- [[0, 0, 0], [0, 0, 0], *row]\n'.repeat(MAX_YAML_BYTES / 31 + 1);
    const text = `${plain.replace(/force_constants:\n {2}format[\s\S]*/, '')}\nrow: &row [0, 0, 0]\nforce_constants:\n  shape: [1, 1]\n  elements:\n`;
    const error = await failsWith('too_large', () => read(text + elements));
    assert.match(error.expected ?? '', /MAX_YAML_BYTES = 16777216/);
  }).timeout(60_000);

  it('of what aliases of aliases stand for: an error, soon', async () => {
    let bomb = 'a0: &a0 [0, 0]\n';
    for (let k = 1; k < 60; k++) bomb += `a${k}: &a${k} [${`*a${k - 1}, `.repeat(10)}]\n`;
    for (const place of [
      'points: *a59',
      'lattice: *a59',
      'points: [*a59, *a59]',
      'points: [{coordinates: *a59}]',
    ]) {
      const text = `phonopy: {version: 1}\n${bomb}primitive_cell:\n  ${place}\nsupercell:\n  ${place}\n`;
      const error = await failsWith('file_damaged', () => read(text));
      assert.ok(error.message.length < 300, error.message.slice(0, 300));
    }
  });

  it('an alias of nothing is damage, and so is one that holds itself', async () => {
    const good = readFileSync(`${cases}yaml-aliases/phonopy.yaml`, 'utf8');
    assert.match((await failsWith('file_damaged', () => read(good.replace('&id001 ', '')))).message, /id001/);
    await failsWith('file_damaged', () => read(good.replace('&id001 [', '&id001 [*id001, ')));
  });
});
