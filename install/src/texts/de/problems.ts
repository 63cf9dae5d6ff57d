import type { Texts } from '../shape.ts';

export const problems: Texts['problems'] = {
  network: 'Die App darf diese Adresse nicht aufrufen: Nötig ist eine öffentliche https-Adresse.',
  http: 'Der Dienst antwortet nicht. Prüfen Sie seine Adresse und versuchen Sie es noch einmal.',
  'connection.gone': 'Der Bot oder seine Verbindung wurde inzwischen entfernt. Beginnen Sie von vorn.',
  'connection.changed':
    'Jemand anders hat den Bot oder seine Verbindung inzwischen geändert. Sehen Sie nach, bevor Sie es wiederholen.',
  'connection.in_use': 'Mit dieser Verbindung antworten noch Bots. Geben Sie ihnen zuerst eine andere.',
  'bot.exists': 'Es gibt schon einen Bot mit diesem Code.',
  'bot.too_many': 'Bitrix24 erlaubt einer App nicht mehr Bots. Entfernen Sie zuerst einen.',
  'bot.deleted': 'Jemand hat diesen Bot in Bitrix24 gelöscht. Fügen Sie ihn neu hinzu.',
  'bot.bad_name': 'Ein Name hat 1 bis 100 Zeichen.',
  'bot.which_connection': 'Wählen Sie die Verbindung, mit der der Bot antwortet.',
  'bot.not_registered': 'Der Bot ist noch nicht in Bitrix24.',
  'bot.not_for_lines': 'Nur ein Bot für Kommunikationskanäle kann Kunden empfangen.',
  'bot.bad_picture': 'Ein Bild ist ein quadratisches PNG mit 50 bis 1000 Pixeln und höchstens 300 KiB.',
  'bot.bad_code': 'Ein Code besteht aus lateinischen Buchstaben, Ziffern, _ . und -',
  'line.taken': 'Der Bot einer anderen App empfängt die Kunden dieses Kanals.',
  'line.forbidden':
    'Wer die App installiert hat, darf Kommunikationskanäle nicht bearbeiten. Ein Administrator mit diesem Recht öffnet die App einmal oder wählt den Bot im Kanal selbst.',
  'conversation.person_leads':
    'Ein Mensch führt das Gespräch. Geben Sie es zuerst dem Bot zurück oder schreiben Sie selbst in den Chat.',
  'deliveries.waiting': 'Es wird noch versucht.',
  'deliveries.confirm': 'Es ist vielleicht schon angekommen. Bestätigen Sie, um es noch einmal zu senden.',
  'deliveries.just_sent': 'Es wurde gerade noch einmal gesendet.',
  'dead_letters.unknown': 'Das wurde inzwischen noch einmal gesendet oder verworfen.',
  'settings.too_long': 'Diese Installation bewahrt Nachrichten nicht so lange auf.',
  'erase.not_confirmed': 'Das Eingegebene stimmt nicht überein. Nichts wurde gelöscht.',
  'export.under_way': 'Ein Export dieses Portals läuft schon. Warten Sie, bis er fertig ist.',
  'portal.uninstalled': 'Die App wurde entfernt.',
};
