/** The program as commander knows it: its name, its global options, and how help and errors are printed. */
import { Command, type CommandUnknownOpts, Help, type OutputConfiguration } from '@commander-js/extra-typings';
import { pageWidth } from './layout.ts';

const usual = new Help();

/** Help and errors never end the process: commander throws CommanderError instead. */
export function createProgram(output: OutputConfiguration): CommandUnknownOpts {
  return new Command('npm run cli --')
    .usage('<noun> <verb> [options] [--json]')
    .description(
      'Commands for the administrator of the installation. "<noun> <verb> --help" explains the options of one command.',
    )
    .option('--json', 'print the answer as one line of JSON')
    .option('--cell <name>', 'the cell to work on, in an installation of several (docs/scaling.md)')
    .exitOverride()
    .showHelpAfterError()
    .configureOutput({ getOutHelpWidth: () => pageWidth, getErrHelpWidth: () => pageWidth, ...output })
    .configureHelp({
      showGlobalOptions: true,
      optionDescription: (option) => `${usual.optionDescription(option)}${option.mandatory ? ' (required)' : ''}`,
      visibleCommands: (command) => command.commands.flatMap((one) => (one.commands.length > 0 ? one.commands : one)),
      subcommandTerm: (command) => [...namesOf(command), ...command.registeredArguments.map(argumentTerm)].join(' '),
    })
    .addHelpText('afterAll', '\nExit codes: 0 done, 1 failed or not as it should be, 2 the line was not understood.');
}

/** `portals list`, `doctor`. */
function namesOf(command: CommandUnknownOpts): string[] {
  const { parent } = command;
  return parent === null || parent.parent === null ? [command.name()] : [parent.name(), command.name()];
}

const argumentTerm = (argument: { name(): string; required: boolean }): string =>
  argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
