/** Decides what follows a test run in which files failed: nothing, or a second run of each of them by itself. */

/** If more files than this failed, the change is at fault, not a busy machine. */
const mostFilesTriedAgain = 5;

export interface FirstRun {
  /** Paths of the files in which a test, a hook or the loading failed. */
  readonly failedFiles: readonly string[];
  /** For each error that no test caught, the file that ran at that time; undefined where that is not known. */
  readonly looseErrors: readonly (string | undefined)[];
  /** What Vitest made of the run. */
  readonly exitCode: number;
  /** Whether this is a build machine, which may be busy with other work. Elsewhere nothing is run again. */
  readonly isBuildMachine: boolean;
}

/** The files to run again, each by itself; if empty, the result of the first run stands. */
export function filesToTryAgain(run: FirstRun): readonly string[] {
  const { failedFiles, looseErrors, exitCode, isBuildMachine } = run;
  if (!isBuildMachine || exitCode === 0 || failedFiles.length > mostFilesTriedAgain) return [];
  const belongsToNoFailure = looseErrors.some((file) => file === undefined || !failedFiles.includes(file));
  return belongsToNoFailure ? [] : failedFiles;
}

/** The lines printed about the files that were run again. */
export function reportOnFiles(again: ReadonlyMap<string, boolean>): readonly string[] {
  const named = (hasPassed: boolean): string =>
    [...again.keys()].filter((file) => again.get(file) === hasPassed).join(', ');
  const lines = [
    ['failed beside others, passed alone', named(true)],
    ['failed beside others and alone', named(false)],
  ] as const;
  return lines.filter(([, files]) => files !== '').map(([what, files]) => `${what}: ${files}`);
}
