import { expect, test } from 'vitest';
import { parseLenientJson } from '../../../src/dispatch/artifacts/lenient-json.ts';

test('what Python writes for numbers that are none is null', () => {
  expect(parseLenientJson('{"a": NaN, "b": [Infinity, -Infinity, -1.5], "c": {"d":NaN}}')).toEqual({
    a: null,
    b: [null, null, -1.5],
    c: { d: null },
  });
});

test('words within texts and names stay', () => {
  const text = String.raw`{"NaN": "a NaN, \"Infinity\" \\", "x": NaN}`;
  expect(parseLenientJson(text)).toEqual({ NaN: 'a NaN, "Infinity" \\', x: null });
});

test('what is no JSON even so is refused', () => {
  for (const text of ['{"a": NaN', 'Nan', '{"a": NaNs}', '', "{'a': 1}"])
    expect(() => parseLenientJson(text)).toThrow(SyntaxError);
});
