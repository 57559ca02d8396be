import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nativeOf } from '../../../scripts/lib/package/native.mjs';
import { elfHead, machOHead, peHead } from '../../fixtures/models/nativeHeads';

describe('a native file', () => {
  it.each([
    ['ELF', 'x64', elfHead(0x3e)],
    ['ELF', 'arm64', elfHead(0xb7)],
    ['ELF', 'arm', elfHead(0x28)],
    ['Mach-O', 'x64', machOHead(0x0100_0007)],
    ['Mach-O', 'arm64', machOHead(0x0100_000c)],
    ['PE', 'x64', peHead(0x8664)],
    ['PE', 'arm64', peHead(0xaa64, 0x100)],
  ])('is known as %s for %s by its header', (format, machine, head) => {
    expect(nativeOf(head)).toEqual({ format, machine });
  });

  it('for a machine without a name is told by its number', () => {
    expect(nativeOf(elfHead(0x15))).toEqual({ format: 'ELF', machine: 'machine 0x15' });
  });

  it('for several machines is for none of them', () => {
    expect(nativeOf(Buffer.from('cafebabe00000002', 'hex'))).toEqual({ format: 'Mach-O', machine: 'several machines' });
  });

  it('whose second header lies beyond what was read is not taken for anything else', () => {
    expect(nativeOf(peHead(0x8664).subarray(0, 0x7a))).toEqual({ format: 'PE', machine: 'unreadable' });
  });

  it('is not seen in texts, archives and WebAssembly', () => {
    for (const text of ['{"version":"1"}', '#!/usr/bin/env node', '!<arch>\n', '\0asm\x01\0\0\0', '', 'MZ'])
      expect(nativeOf(Buffer.from(text, 'latin1'))).toBeUndefined();
  });

  it('is looked for in any bytes without an error', () => {
    fc.assert(
      fc.property(fc.constantFrom('', '\x7fELF', 'MZ', '\xcf\xfa\xed\xfe'), fc.uint8Array({ maxLength: 128 }), (magic, rest) => {
        const found = nativeOf(Buffer.concat([Buffer.from(magic, 'latin1'), rest]));
        expect(found === undefined || ['ELF', 'Mach-O', 'PE'].includes(found.format)).toBe(true);
      }),
    );
  });
});
