/** Which models and plans stay in memory, who shares them, and what is dropped for whom. */
import assert from 'node:assert/strict';
import type { PlanOptions } from '../../src/compute/executor.js';
import { createLocalExecutor } from '../../src/compute/local/localExecutor.js';
import { MemoryBudget } from '../../src/daemon/limits/memoryBudget.js';
import { RUNTIME_BYTES } from '../../src/daemon/limits/settings.js';
import { Library, type NewModel } from '../../src/daemon/store/library.js';
import { modelId } from '../../src/models/forceConstants.js';
import { largeModel } from '../support/crystals.js';
import { failsWith } from '../support/errors.js';
import { arbitraryModel } from '../support/models.js';

const OPTIONS: PlanOptions = { asr: 'none', dipole: true, dipoleParameter: 1 };
const goesOn = () => new AbortController().signal;

function newModel(fc = arbitraryModel(), source = 'a test'): NewModel {
  return { id: modelId(fc), fc, source, notes: [], doubts: [], asymmetry: 0 };
}

describe('library of models', () => {
  const executor = createLocalExecutor({ threads: 2, reason: 'a test' });
  const libraryOf = (limitBytes = Infinity, memoryBytes = 2 ** 40) => {
    const memory = new MemoryBudget({ bytes: RUNTIME_BYTES + memoryBytes, reason: 'a test' }, 2);
    return { memory, library: new Library(executor, memory, limitBytes) };
  };
  const ids = (library: Library) => library.list().map(({ model }) => model.id);
  /** Three models of one size, in this order, in a library that has room for two of them. */
  const threeInTwo = async () => {
    const models = [1, 2, 3].map((seed) => newModel(arbitraryModel(seed)));
    const probe = libraryOf().library;
    await probe.add(models[0]);
    return { models, ...libraryOf(2.5 * probe.bytes) };
  };

  it('keeps one of each content, with what was said of it first', async () => {
    const { library } = libraryOf();
    const [one, other] = await Promise.all([library.add(newModel()), library.add(newModel())]);
    assert.equal(one, other);
    assert.equal(await library.add(newModel(undefined, 'another file')), one);
    assert.deepEqual([library.list().length, library.get(one.id).source], [1, 'a test']);
  });

  it('drops what has not been used for the longest time, never the last', async () => {
    const { library, models } = await threeInTwo();
    const [a, b, c] = models.map(({ id }) => id);
    await library.add(models[0]);
    await library.add(models[1]);
    library.get(a);
    await library.add(models[2]);
    assert.deepEqual(ids(library), [a, c]);
    assert.equal(library.counters.evicted, 1);
    await failsWith('unknown_model', () => library.get(b));
    await failsWith('unknown_model', () => library.hold(b));
    await failsWith('unknown_model', () => library.plan(b, OPTIONS, goesOn()));

    const small = libraryOf(1).library;
    await small.add(models[0]);
    await small.add(models[1]);
    assert.deepEqual(ids(small), [b]);
  });

  it('leaves what is held, until all have released it', async () => {
    const { library, models } = await threeInTwo();
    const [a, b] = models.map(({ id }) => id);
    await library.add(models[0]);
    const releases = [library.hold(a), library.hold(a)];
    await library.add(models[1]);
    library.get(b);
    library.makeRoom(Infinity);
    assert.deepEqual(ids(library), [a]);
    releases[0]();
    library.makeRoom(Infinity);
    assert.deepEqual(ids(library), [a]);
    releases[1]();
    library.makeRoom(1);
    assert.deepEqual(ids(library), []);
  });

  it('makes a plan once for all who ask, and counts it with its model', async () => {
    const { library } = libraryOf();
    const { id } = await library.add(newModel());
    const before = library.bytes;
    const [one, same, other] = await Promise.all([
      library.plan(id, OPTIONS, goesOn()),
      library.plan(id, { ...OPTIONS }, goesOn()),
      library.plan(id, { ...OPTIONS, asr: 'reciprocal' }, goesOn()),
    ]);
    assert.equal(one, same);
    assert.notEqual(one, other);
    assert.equal(await library.plan(id, OPTIONS, goesOn()), one);
    assert.equal(library.bytes, before + one.bytes + other.bytes);
    library.makeRoom(Infinity);
    await library.add(newModel());
    assert.notEqual(await library.plan(id, OPTIONS, goesOn()), one);
  });

  it('goes on with a plan while somebody waits, and forgets one that nobody waits for', async () => {
    const { library } = libraryOf();
    const { id } = await library.add(newModel(largeModel(150)));
    const options: PlanOptions = { ...OPTIONS, asr: 'realspace' };
    const [leaves, stays, last] = [1, 2, 3].map(() => new AbortController());
    const waiting = [leaves, stays].map(({ signal }) => library.plan(id, options, signal));
    leaves.abort(new Error('left'));
    await assert.rejects(waiting[0], /left/);
    assert.equal(await waiting[1], await library.plan(id, options, goesOn()));

    const reciprocal: PlanOptions = { ...OPTIONS, asr: 'reciprocal' };
    const before = library.bytes;
    const stopped = library.plan(id, reciprocal, last.signal);
    last.abort(new Error('left'));
    await assert.rejects(stopped, /left/);
    assert.equal(library.bytes, before);
    // its thread still needs the model, for milliseconds
    library.makeRoom(Infinity);
    assert.deepEqual(ids(library), [id]);
    assert.ok((await library.plan(id, reciprocal, goesOn())).bytes > 0);
    library.makeRoom(Infinity);
    assert.deepEqual(ids(library), []);
  });

  it('never drops a model for its own plan, and drops others for it', async () => {
    const [first, second] = [newModel(largeModel(60, 1)), newModel(largeModel(60, 2))];
    const probe = libraryOf();
    const { content } = await probe.library.add(first);
    const needed = executor.planBytes(content, OPTIONS);
    // room for a model and its plan, or for two models
    const { library } = libraryOf(Infinity, content.bytes + needed);
    await library.add(first);
    await library.add(second);
    library.get(second.id);
    await library.plan(first.id, OPTIONS, goesOn());
    assert.deepEqual(ids(library), [first.id]);

    const cramped = libraryOf(Infinity, content.bytes + needed - 1);
    await cramped.library.add(first);
    await failsWith('over_capacity', () => cramped.library.plan(first.id, OPTIONS, goesOn()));
    assert.deepEqual(ids(cramped.library), [first.id]);
    // nothing is left behind that was promised to it
    assert.equal(cramped.memory.committed, RUNTIME_BYTES + content.bytes);
    await failsWith('over_capacity', () => cramped.library.plan(first.id, OPTIONS, goesOn()));
  });
});
