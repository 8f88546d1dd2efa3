import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Semaphore } from '../../src/base/semaphore.js';
import { Shared } from '../../src/base/shared.js';

describe('a semaphore', () => {
  it('lets as much work run as it has permits, the rest in its order, also after failures', async () => {
    const semaphore = new Semaphore(2);
    const begun: number[] = [];
    const end: ((fails: boolean) => void)[] = [];
    const results = Array.from({ length: 5 }, (_, i) =>
      semaphore.run(async () => {
        begun.push(i);
        const fails = await new Promise<boolean>((resolve) => {
          end[i] = resolve;
        });
        if (fails) throw new Error(`${i} failed`);
        return i;
      }),
    );
    await turn();
    assert.deepEqual(begun, [0, 1]);
    end[1](true);
    await assert.rejects(results[1], /1 failed/);
    await turn();
    assert.deepEqual(begun, [0, 1, 2]);
    for (const i of [0, 2, 3, 4]) {
      end[i](false);
      assert.equal(await results[i], i);
      await turn();
    }
    assert.deepEqual(begun, [0, 1, 2, 3, 4]);
    assert.equal(await semaphore.run(async () => 'free again'), 'free again');
  });
});

describe('shared work', () => {
  /** Work that the test ends, and what became of it. */
  class Work {
    forgotten = 0;
    signal: AbortSignal | undefined;
    succeed: (value: object) => void = () => {};
    fail: (error: Error) => void = () => {};
    readonly shared = new Shared<object>(
      (signal) => {
        this.signal = signal;
        return new Promise((resolve, reject) => {
          this.succeed = resolve;
          this.fail = reject;
        });
      },
      () => {
        this.forgotten++;
      },
    );
  }
  const leaves = new Error('this one leaves');

  it('gives everybody the same result, and is kept', async () => {
    const work = new Work();
    const waiting = [1, 2].map(() => work.shared.wait(new AbortController().signal));
    assert.equal(work.shared.value, undefined);
    const result = {};
    work.succeed(result);
    for (const one of waiting) assert.equal(await one, result);
    assert.equal(work.shared.value, result);
    // who comes late gets it as well, and cannot stop what is done
    const late = new AbortController();
    assert.equal(await work.shared.wait(late.signal), result);
    late.abort(leaves);
    work.shared.abort(leaves);
    await assert.rejects(work.shared.wait(late.signal), leaves);
    assert.equal(work.signal!.aborted, false);
    assert.equal(work.forgotten, 0);
  });

  it('goes on for those who stay, and stops with the last, each of whom is told why', async () => {
    const work = new Work();
    const [first, second] = [new AbortController(), new AbortController()];
    const waiting = [work.shared.wait(first.signal), work.shared.wait(second.signal)];
    first.abort(leaves);
    await assert.rejects(waiting[0], leaves);
    assert.equal(work.signal!.aborted, false);
    assert.equal(work.forgotten, 0);
    const last = new Error('the last one leaves');
    second.abort(last);
    await assert.rejects(waiting[1], last);
    assert.equal(work.signal!.reason, last);
    assert.equal(work.forgotten, 1);
    work.fail(new Error('for nobody'));
    await turn();
    assert.equal(work.forgotten, 1);
  });

  it('is forgotten when it fails, whoever waits', async () => {
    const work = new Work();
    const waiting = work.shared.wait(new AbortController().signal);
    const failure = new Error('it cannot be done');
    work.fail(failure);
    await assert.rejects(waiting, failure);
    assert.equal(work.forgotten, 1);
    await assert.rejects(work.shared.wait(new AbortController().signal), failure);
    work.shared.abort(leaves);
    assert.equal(work.forgotten, 1);
  });

  it('can be stopped for all at once, before the work itself has noticed', async () => {
    const work = new Work();
    const waiting = [1, 2].map(() => work.shared.wait(new AbortController().signal));
    const reason = new Error('stopped');
    work.shared.abort(reason);
    for (const one of waiting) await assert.rejects(one, reason);
    assert.equal(work.signal!.reason, reason);
    assert.equal(work.forgotten, 1);
  });
});
