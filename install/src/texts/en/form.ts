/** The form of a brain's settings. */
export const form = {
  required: 'Fill in this field.',
  check: 'Correct the marked fields.',
  busy: 'Please wait…',
  more: (count: number) => `More settings (${count})`,
  less: 'Hide the further settings',
  choose: 'Choose…',
  usual: 'as usual',
  listHelp: 'Separate the values by commas.',
  secretSet: 'set',
  replace: 'Replace',
  replaceWhat: (title: string) => `Replace: ${title}`,
  keep: 'Keep the stored one',
  show: 'Show',
  showWhat: (title: string) => `Show: ${title}`,
  hide: 'Hide',
  hideWhat: (title: string) => `Hide: ${title}`,
};
