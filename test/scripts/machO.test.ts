import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { machO } from '../../scripts/lib/cross/machO.mjs';

const zeromq = dirname(createRequire(import.meta.url).resolve('zeromq/package.json'));

/** Libraries that Apple's own linker made; `llvm-nm` and `llvm-objdump` say the same of them. */
describe('libraries for macOS', () => {
  for (const [processor, oldest] of [
    ['x64', [13, 7]],
    ['arm64', [14, 0]],
  ] as const) {
    it(`of ${processor} say what they show, want and need`, () => {
      const facts = machO(join(zeromq, 'build', 'darwin', processor, 'node', '115', 'addon.node'));
      assert.equal(facts.processor, processor);
      assert.deepEqual(facts.needed, ['/usr/lib/libc++.1.dylib', '/usr/lib/libSystem.B.dylib']);
      assert.deepEqual(facts.macOS, [oldest]);
      for (const name of ['napi_register_module_v1', 'zmq_ctx_new'])
        assert.ok(facts.symbols.includes(name), name);
      for (const name of ['napi_create_function', 'uv_poll_start'])
        assert.ok(facts.wanted.includes(name), name);
      // of the system, and so not looked for in the process
      assert.ok(!facts.wanted.includes('malloc'));
      assert.ok(facts.isSigned || processor === 'x64');
    });
  }
});
