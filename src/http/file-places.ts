/** Limits how many files are under way at the same time, so that no portal and no sender takes the places of all others. */

const placesOfAll = 64;

/** Each file costs a request of the portal's budget. */
const placesOfPortal = 8;

/** A service that many portals use fetches the files of all of them from one address. */
const placesOfSender = 32;

/** The last places are for portals that have no file under way. */
const placesForFirstFiles = 16;

export interface FilePlaces {
  /** Returns a function that gives the place back; null: the portal, the sender, or all together have too many files under way. */
  enter(portal: string, sender: string): (() => void) | null;
}

export function createFilePlaces(): FilePlaces {
  const byPortal = new Map<string, number>();
  const bySender = new Map<string, number>();
  let taken = 0;
  return {
    enter(portal, sender) {
      const ofPortal = byPortal.get(portal) ?? 0;
      const free = placesOfAll - taken - (ofPortal === 0 ? 0 : placesForFirstFiles);
      if (free <= 0 || ofPortal >= placesOfPortal || (bySender.get(sender) ?? 0) >= placesOfSender) return null;
      add(byPortal, portal, 1);
      add(bySender, sender, 1);
      taken += 1;
      return () => {
        add(byPortal, portal, -1);
        add(bySender, sender, -1);
        taken -= 1;
      };
    },
  };
}

function add(counts: Map<string, number>, name: string, by: number): void {
  const count = (counts.get(name) ?? 0) + by;
  if (count === 0) counts.delete(name);
  else counts.set(name, count);
}
