/** Light or dark as the reader's system is: the UI kit reads a class of the root element. */

export function applyColorMode(): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const apply = (): void => {
    const { classList } = document.documentElement;
    classList.toggle('dark', dark.matches);
    classList.toggle('light', !dark.matches);
  };
  dark.addEventListener('change', apply);
  apply();
}
