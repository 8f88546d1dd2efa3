/** Which worker gets a chunk whose q-points some have. */
import assert from 'node:assert/strict';
import { roomOf } from '../../src/cluster/advice.js';
import { Affinity, WAIT_MS } from '../../src/cluster/affinity.js';

const COUNT = 1000;
const ROOM = roomOf(1, COUNT);

describe('affinity of chunks to workers', () => {
  let there: string[];
  let affinity: Affinity;
  beforeEach(() => {
    there = ['a', 'b'];
    affinity = new Affinity(() => there.map((worker) => ({ worker, className: 'c', threads: 1 })));
  });

  let next = 0;
  const choose = (holders: string[], now = 0) => {
    const chunk = String(next++);
    const wanted = { chunk, className: 'c', count: COUNT, holders: new Set(holders) };
    return { chunk, choice: affinity.choose(wanted, now) };
  };
  /** Chunks that `a` has q-points of, as many as it takes and some that wait. */
  const fill = (waiting: number) => Array.from({ length: ROOM + waiting }, () => choose(['a']));

  it('gives it to one that has its q-points, the one with least to do', () => {
    assert.deepEqual(choose(['b']).choice, { to: 'b' });
    assert.deepEqual(choose(['a', 'b']).choice, { to: 'a' });
    assert.equal(choose([]).choice, 'anyone');
    assert.equal(choose(['gone']).choice, 'anyone');
  });

  it('lets it wait for a busy one until that one has room', () => {
    const [first, , late] = fill(1);
    assert.equal(late.choice, 'later');
    assert.deepEqual(affinity.ready(WAIT_MS - 1), []);
    affinity.ended(first.chunk, 1);
    assert.deepEqual(affinity.ready(1), [{ chunk: late.chunk, choice: { to: 'a' } }]);
    assert.deepEqual(affinity.ready(2 * WAIT_MS), []);
  });

  it('does not wait for a slow one while another has nothing to do', () => {
    const late = fill(2).slice(ROOM);
    assert.deepEqual(affinity.ready(WAIT_MS), [{ chunk: late[0].chunk, choice: { to: 'b' } }]);
    affinity.ended(late[0].chunk, WAIT_MS);
    assert.deepEqual(affinity.ready(WAIT_MS), [{ chunk: late[1].chunk, choice: { to: 'b' } }]);
  });

  it('does not take it from one that is almost done: another has to be idle for as long as chunks take', () => {
    const [own, late] = [choose(['b']), fill(2)[ROOM]];
    affinity.ended(own.chunk, 10_000);
    // 2 s, of 10 s
    assert.deepEqual(affinity.ready(11_999), []);
    assert.deepEqual(affinity.ready(12_000), [{ chunk: late.chunk, choice: { to: 'b' } }]);
  });

  it('gives what waits to anyone when those that have its q-points have gone', () => {
    const [late] = fill(1).slice(ROOM);
    there = ['b'];
    affinity.gone('a');
    assert.deepEqual(affinity.ready(0), [{ chunk: late.chunk, choice: 'anyone' }]);
  });

  it('waits for workers that are asked to say anew that they are there, and once for each chunk', () => {
    const [early] = fill(1).slice(ROOM);
    there = [];
    affinity.awaitAll(100);
    assert.deepEqual(affinity.ready(100), []);
    const wanted = { chunk: early.chunk, className: 'c', count: COUNT, holders: new Set(['a']) };
    assert.equal(affinity.choose(wanted, 100), 'later');
    assert.equal(choose(['b'], 100).choice, 'later');
    assert.equal(choose([], 100).choice, 'anyone');
    there = ['b'];
    assert.deepEqual(affinity.ready(100).length, 1);
    assert.equal(affinity.choose(wanted, 100 + WAIT_MS), 'anyone');
    assert.deepEqual(affinity.ready(200 + WAIT_MS), []);
  });

  it('forgets what waits when it ends, is taken, or all is lost', () => {
    const [ended, taken, ...lost] = fill(4).slice(ROOM);
    affinity.ended(ended.chunk, 0);
    affinity.has(taken.chunk, 'b', 0);
    affinity.ended(taken.chunk, 0);
    assert.equal(affinity.ready(WAIT_MS)[0].chunk, lost[0].chunk);
    affinity.clear();
    assert.deepEqual(affinity.ready(2 * WAIT_MS), []);
    assert.deepEqual(choose(['a']).choice, { to: 'a' });
  });
});
