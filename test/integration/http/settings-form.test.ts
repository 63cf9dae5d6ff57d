/** The settings form of an app without pages: the portal's administrator sets the bots in a slider of Bitrix24. */
import { afterEach, describe, expect, it } from 'vitest';
import { brains } from '../../../src/brains/index.ts';
import { languages, portalCodeOf } from '../../../src/core/language.ts';
import { formTexts } from '../../../src/http/settings-form/form-texts.ts';
import { until } from '../../support/bridge.ts';
import { formBrain, goodKey } from '../../support/factories/form-brain.ts';
import { type OwnBridge, startInstalled, startOwnBridge } from '../../support/installed-bridge.ts';
import { everythingDone, ourBot } from '../../support/talk.ts';

let own: OwnBridge;

afterEach(() => own.close());

const urlOf = ({ bridge }: OwnBridge): string => `${bridge.url}/bitrix24/settings-form`;
const sliderOf = (userId?: number) => own.bridge.portal.settingsSlider(urlOf(own), userId);

const botRow = async (code: string) => {
  const [row] = await own.probe.rows(
    `select name, brain, language, greeting, give_back_minutes, call_person_minutes, connection_id from bot where code = $1`,
    [code],
  );
  return row;
};

async function start(): Promise<string> {
  own = await startInstalled({ brains: [...brains, formBrain] });
  return String(ourBot(own.bridge.portal, 'assistant').id);
}

describe('the settings form', () => {
  it('is there right after an installation without pages, with the bots that are just being registered', async () => {
    own = await startOwnBridge();
    const { portal, url } = own.bridge;
    portal.setCard({ installUrl: '', eventUrl: `${url}/bitrix24/events`, settingsUrl: urlOf(own) });
    portal.installApiOnly();
    const form = await sliderOf().open('OnAppSettingsInstall');
    const [first] = form.steps[0]?.fields ?? [];
    expect(first).toMatchObject({ name: 'bot', type: 'dropdown-list', updateForm: true });
    expect(first?.items?.length).toBeGreaterThan(0);
    expect(form.form).toMatchObject({ action: urlOf(own), clientId: portal.clientId });
    expect((await portal.checkCard()).map(({ name, accepted }) => [name, accepted])).toContainEqual([
      'settingsUrl',
      true,
    ]);
  });

  it("speaks the portal's language", async () => {
    const id = await start();
    const seen = new Set<string>();
    for (const language of languages) {
      await own.probe.rows('update portal set language = $1', [portalCodeOf(language)]);
      const slider = sliderOf();
      await slider.open('OnAppSettingsDisplay');
      await slider.fill('bot', id);
      const texts = formTexts[language];
      const titles = slider.form.steps.map(({ title }) => title);
      expect(titles).toEqual(expect.arrayContaining([texts.botStep, texts.settings]));
      await slider.fill(`give-back-${id}`, 'x');
      expect(Object.values((await slider.save()).errors)).toEqual([texts.badMinutes]);
      seen.add(texts.settings);
    }
    expect(seen.size).toBe(languages.length);
  });

  it('changes what was typed and nothing else, and tells the portal', async () => {
    const id = await start();
    const { portal } = own.bridge;
    const before = await botRow('bridge_line');
    const slider = sliderOf();
    await slider.open('OnAppSettingsDisplay');
    await slider.fill('bot', id);
    expect(slider.values()).toMatchObject({ [`language-${id}`]: 'portal', [`give-back-${id}`]: '' });
    await slider.fill(`name-${id}`, 'Помощница');
    await slider.fill(`language-${id}`, 'de');
    await slider.fill(`greeting-${id}`, 'no');
    await slider.fill(`give-back-${id}`, '15');
    await slider.fill(`call-person-${id}`, '5');
    expect(await slider.save()).toEqual({ errors: {} });
    expect(await botRow('bridge_assistant')).toMatchObject({
      name: 'Помощница',
      language: 'de',
      greeting: { off: true },
      give_back_minutes: 15,
      call_person_minutes: 5,
      brain: 'echo',
    });
    expect(await botRow('bridge_line')).toEqual(before);
    await until(() => portal.bots().some(({ name }) => name === 'Помощница'));
    const again = sliderOf();
    await again.open('OnAppSettingsDisplay');
    await again.fill('bot', id);
    expect(again.values()).toMatchObject({ [`name-${id}`]: 'Помощница', [`give-back-${id}`]: '15' });
    await again.fill(`give-back-${id}`, '');
    await again.fill(`language-${id}`, 'portal');
    expect(await again.save()).toEqual({ errors: {} });
    expect(await botRow('bridge_assistant')).toMatchObject({ language: null, give_back_minutes: null });
  });

  it('connects an account of a brain, never shows its secret, and says which field the service refuses', async () => {
    const id = await start();
    const slider = sliderOf();
    await slider.open('OnAppSettingsDisplay');
    await slider.fill('bot', id);
    await slider.fill(`brain-${id}`, 'new-formed');
    await slider.fill('account-formed-host', 'no address');
    await slider.fill('account-formed-limits--turns', 'many');
    expect(Object.keys((await slider.save()).errors).sort()).toEqual([
      'account-formed-host',
      'account-formed-key',
      'account-formed-limits--turns',
    ]);
    await slider.fill('account-formed-host', 'https://demo.example');
    await slider.fill('account-formed-limits--turns', '');
    await slider.fill('account-formed-key', 'a-key-of-somebody-else');
    expect(await slider.save()).toEqual({ errors: { [`brain-${id}`]: 'the service does not know this key' } });
    expect(await own.probe.count('select count(*) from connection')).toBe(0);
    await slider.fill('account-formed-key', goodKey);
    expect(await slider.save()).toEqual({ errors: {} });
    expect(await own.probe.count('select count(*) from connection')).toBe(1);
    expect(await botRow('bridge_assistant')).toMatchObject({ brain: 'formed' });
    // The form is shown again while it is filled in: the key must not come back with it.
    const other = sliderOf();
    await other.open('OnAppSettingsDisplay');
    await other.fill('bot', id);
    await other.fill(`brain-${id}`, 'new-formed');
    await other.fill('account-formed-key', goodKey);
    await other.fill(`brain-${id}`, 'new-formed');
    expect(JSON.stringify(other.form)).not.toContain(goodKey);
    await other.fill(`brain-${id}`, 'brain-echo');
    expect(await other.save()).toEqual({ errors: {} });
    expect(await botRow('bridge_assistant')).toMatchObject({ brain: 'echo', connection_id: null });
  });

  it('shows the code with which a brain is connected that has a page of its own', async () => {
    const id = await start();
    const slider = sliderOf();
    await slider.open('OnAppSettingsDisplay');
    await slider.fill('bot', id);
    await slider.fill(`brain-${id}`, 'new-messagegateway');
    const step = slider.form.steps.at(-1);
    expect(step?.description).toMatch(/\/messagegateway\/connect .*[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}/);
    expect(await own.probe.count('select count(*) from connect_code')).toBe(1);
    expect(await slider.save()).toEqual({ errors: {} });
    expect(await botRow('bridge_assistant')).toMatchObject({ brain: 'echo' });
  });
});

describe('nobody else', () => {
  const posted = async (data: Readonly<Record<string, string>>): Promise<{ status: number; answer: unknown }> => {
    const { status, body } = await own.bridge.portal.saveSettingsForm(urlOf(own), data);
    return { status, answer: JSON.parse(body) };
  };

  it('changes a bot by values that no form offered', async () => {
    const id = await start();
    const { probe } = own;
    const before = await probe.rows('select * from bot order by code');
    const hostile: Record<string, string>[] = [
      {},
      { bot: '999999' },
      { bot: '__proto__' },
      { bot: id, [`name-${id}`]: '' },
      { bot: id, [`name-${id}`]: 'x'.repeat(101) },
      { bot: id, [`language-${id}`]: 'constructor' },
      { bot: id, [`greeting-${id}`]: 'perhaps' },
      { bot: id, [`give-back-${id}`]: '-1' },
      { bot: id, [`give-back-${id}`]: '1e3' },
      { bot: id, [`call-person-${id}`]: '99999' },
      { bot: id, [`brain-${id}`]: 'brain-__proto__' },
      { bot: id, [`brain-${id}`]: 'account-00000000-0000-4000-8000-000000000000' },
      { bot: id, [`name-${id}`]: 'Neu', [`give-back-${id}`]: '0' },
    ];
    for (const data of hostile) {
      expect(await posted(data), JSON.stringify(data)).toMatchObject({ status: 400, answer: { status: 'error' } });
    }
    expect(await probe.rows('select * from bot order by code')).toEqual(before);
  });

  it('than an administrator, whose token proves it, sees or changes anything', async () => {
    const id = await start();
    const { portal } = own.bridge;
    const before = await own.probe.rows('select * from bot order by code');
    const employee = portal.addEmployee({ name: 'Вредный Валентин' }).id;
    const slider = sliderOf(employee);
    const form = await slider.open('OnAppSettingsDisplay');
    expect(form.steps).toMatchObject([{ fields: [] }]);
    expect(JSON.stringify(form)).not.toContain(ourBot(portal, 'assistant').name);
    const forged = async (token: { accessToken: string; refreshToken: string }) => {
      const body = new URLSearchParams({
        'auth[member_id]': portal.memberId,
        'auth[domain]': portal.domain,
        'auth[client_endpoint]': portal.restEndpoint,
        'auth[server_endpoint]': `${portal.oauthOrigin}/rest/`,
        'auth[access_token]': token.accessToken,
        'auth[refresh_token]': token.refreshToken,
        'auth[application_token]': portal.applicationToken,
        'data[bot]': id,
        [`data[name-${id}]`]: 'Чужое имя',
        saveform: 'Y',
      });
      const answer = await fetch(urlOf(own), { method: 'POST', body });
      await answer.text();
      return answer.status;
    };
    expect(await forged(portal.issueToken(employee))).toBe(400);
    expect(await forged(portal.issueForeignToken(portal.adminId))).toBe(403);
    expect(await forged({ accessToken: 'made up', refreshToken: 'made up' })).toBe(403);
    expect(await own.probe.rows('select * from bot order by code')).toEqual(before);
    expect(await forged(portal.issueToken())).toBe(200);
    await everythingDone(portal, own.probe);
    expect(await botRow('bridge_assistant')).toMatchObject({ name: 'Чужое имя' });
  });

  it("reaches another portal's account by its id", async () => {
    const id = await start();
    const { probe } = own;
    const foreign = '11111111-1111-4111-8111-111111111111';
    await probe.rows(
      `insert into portal (portal, domain, client_endpoint, server_endpoint, application_token_hash)
       values ('${'a'.repeat(32)}', 'b.example', 'https://b.example/rest/', 'https://oauth.example/rest/', '\\x00')`,
    );
    await probe.rows(
      `insert into connection (portal, id, brain, title, config_sealed, webhook_secret_sealed, webhook_secret_hash)
       values ('${'a'.repeat(32)}', '${foreign}', 'formed', 'Fremd', '\\x00', '\\x00', '\\x00')`,
    );
    const slider = sliderOf();
    expect(JSON.stringify(await slider.open('OnAppSettingsDisplay'))).not.toContain('Fremd');
    expect((await posted({ bot: id, [`brain-${id}`]: `account-${foreign}` })).status).toBe(400);
  });
});
