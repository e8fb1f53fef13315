import { TYPE_BYTE, type Type } from './code.ts';
import { append, list, type Parts, sized, text, unsigned } from './encoding.ts';
import type { Routine } from './routine.ts';

/** A function from outside, `env.<name>`; imports are numbered before the module's own functions. */
export interface Import {
  readonly name: string;
  readonly parameters: readonly Type[];
  readonly result: Type | null;
}

/** A module that imports `env.memory`, shared with other threads or not, and exports each routine under its name. */
export function assemble(
  routines: Readonly<Record<string, Routine>>,
  imports: readonly Import[] = [],
  shared = false,
): Uint8Array<ArrayBuffer> {
  const names = Object.keys(routines);
  const own = Object.values(routines);
  const signature = ({ parameters, result }: Omit<Import, 'name'>) => [
    FUNCTION,
    list(parameters.map((type) => [TYPE_BYTE[type]])),
    list(result === null ? [] : [[TYPE_BYTE[result]]]),
  ];
  const limits = shared ? [SHARED_WITH_MAXIMUM, 1, ...unsigned(MOST_PAGES)] : [WITHOUT_MAXIMUM, 1];
  const memory = [...text('env'), ...text('memory'), MEMORY_KIND, ...limits];
  const functions = imports.map(({ name }, index) => [
    ...text('env'),
    ...text(name),
    FUNCTION_KIND,
    ...unsigned(index),
  ]);
  const sections: Parts = [
    [...MAGIC, ...VERSION],
    section(SECTION.types, list([...imports, ...own].map(signature))),
    section(SECTION.imports, list([...functions, memory])),
    section(SECTION.functions, list(own.map((_, index) => unsigned(imports.length + index)))),
    section(
      SECTION.exports,
      list(
        names.map((name, index) => [
          ...text(name),
          FUNCTION_KIND,
          ...unsigned(imports.length + index),
        ]),
      ),
    ),
    section(SECTION.code, list(own.map(({ bytes }) => sized(bytes)))),
  ];
  const bytes: number[] = [];
  append(bytes, sections);
  return Uint8Array.from(bytes);
}

function section(id: number, content: Parts): Parts {
  return [id, sized(content)];
}

const MAGIC = [0x00, 0x61, 0x73, 0x6d];
const VERSION = [1, 0, 0, 0];
const SECTION = { types: 1, imports: 2, functions: 3, exports: 7, code: 10 };
const FUNCTION = 0x60;
const FUNCTION_KIND = 0;
const MEMORY_KIND = 2;
const WITHOUT_MAXIMUM = 0;
const SHARED_WITH_MAXIMUM = 3;
const MOST_PAGES = 65_536;
