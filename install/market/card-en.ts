/** The card for the West. */
import type { MarketCard } from './card.ts';

export const cardEn: MarketCard = {
  language: 'en',
  slogan:
    'Up to five chat bots in Open Channels, group chats and private chats that answer through a platform of yours: MessageGateway, Metabot, Selarti or a server of your own. Messages are kept until they are delivered and go out in order, and while a person answers, the bot is silent.',
  description: `The application creates up to five chat bots in your Bitrix24 and connects each of them with a platform that thinks for it. The bots talk to customers in Open Channels, help employees in private and group chats, and hand a conversation to a person when that is needed.

What it does
- Greets customers in an Open Channel, answers through the connected platform, and hands the conversation to the queue, an employee or another channel.
- Stays silent while a person leads the conversation, and goes on when the person gives it back or has not written for a while (the time is a setting).
- Helps employees: a personal assistant, and a bot of group chats that answers when it is mentioned.
- Carries formatted texts, buttons, files, voice messages, edits, deletions and reactions both ways. Outside customers get a numbered list instead of buttons, and their number is understood.
- Shows administrators each conversation step by step: when a message was taken, whom it was passed to, when the answer was sent, and why the bot stayed silent.
- Keeps messages until they are delivered: when the platform or Bitrix24 fails, they wait and go out in order. What could not be delivered is on one page, with the reason and a button to send it again.
- Calls a person when the platform does not answer for a time that you set.

Platforms
- MessageGateway (Simla): managers answer Bitrix24 customers from their CRM; bot and people see the whole conversation.
- Metabot: scenarios of the platform answer in Bitrix24 chats.
- Selarti: assistants of the platform answer in Bitrix24 chats.
- A server of your own: signed webhooks with an open description.
Several accounts can be connected, and each bot can have its own.

Good to know
- A Bitrix24 plan that allows applications of the marketplace is needed. Open Channels are needed to talk to customers.
- An administrator of Bitrix24 installs the application and sets it up. No special knowledge is needed.
- The application does not answer by itself: an account of one of the platforms, or a server of your own, is needed. Until something is connected, the bot tells customers so and calls an employee.
- The platforms are paid separately, at their own prices; the application itself charges nothing. Selarti counts every message: the customer's, the assistant's and the employee's. For a server of your own no platform is paid.
{{services}}
- The application creates at most five bots in one Bitrix24.
- Bitrix24 limits the requests of an application: under very heavy load answers go out in batches, and later.
- Files of up to 100 MB go into Bitrix24; platforms may take and give smaller ones only. Selarti takes text only: instead of a file it gets a link.
- The kind "Personal assistant" needs a Bitrix24 with chat bots of the second version (imbot.v2).
- Self-hosted Bitrix24 is supported; it has to be able to call the address of the application on the internet.
- English, German, Spanish, Portuguese, Polish, Russian, Ukrainian and Kazakh interface.`,
  installation: `1. Press "Install" and accept the permissions: chat bots and Open Channels. The application asks for nothing else.
2. The setup opens; it has five steps: "Rights", "Bots", "Who answers", "Open Channel", "First message". It creates the bots by itself within seconds.
3. Step "Who answers": choose a platform and enter the data of your account there.

MessageGateway
- In the settings of the CRM, in the section of integrations, create an API key with the rights integration_read and integration_write.
- Enter the address of the CRM and this key in the application. Bot and channel appear in the CRM by themselves.

Metabot
- In the bot of Metabot, in the section of users, create an API user and copy its token. The id of the bot is in the address of its pages.
- In the settings of the bot, in the internal API, create an endpoint with the alias bitrix24/message and paste the script; a scenario of yours may stand in place of the last line:
const payload = bot.getWebhookPayload() || {};
const request = payload.script_request_params || payload;
if (request.event === 'check') return { ok: true };
return { replies: [{ text: 'You wrote: ' + request.text }] };
- Enter the id of the bot and the token in the application.

Selarti
- In the panel of Selarti click the avatar, "get api key": the key comes to the Telegram of the account.
- Create a channel of the type Page messenger, an integration (type Another, webhook type All messages) and a task of the type Web with this channel, the assistant and the integration. Copy the id of the task.
- Enter the key and the id in the application. The page shows the webhook address: paste it into the integration.

A server of your own
- Enter the https address to which the application is to send events, and a signing key.

Press "Connect": the application checks the account and says what to change if something is wrong.
4. Step "Open Channel": choose a channel and press "Attach". The bot greets customers from the next conversation on. The step can be skipped.
5. Step "First message": open the chat with the bot and write to it. The page shows how the answer comes about.
The setup can be closed and continued later at the same place.

Where to find the settings
- "Overview": what works and what to mend.
- "Bots": name, picture, greeting, language, who answers, after how many minutes of silence of employees the bot goes on.
- "Who answers": accounts of the platforms, test, pause, new webhook address, removal.
- "Conversations" and "Not delivered": what happened to each message; send it again.
- "Settings": languages of the bots, how long messages are kept, who may open the application, who is told of trouble, export and erasure of data.

Commands in a chat with the bot: /help shows help, /operator calls a person, /bot gives the conversation back to the bot. A customer in an Open Channel calls a person by the digit 0.
When the application is removed, its bots disappear. If the removal of data was ticked, the stored data is erased at once, otherwise later, as the privacy policy says.`,
  support: `E-mail: {{supportEmail}}
Phone: {{supportPhone}}
Contact form: {{supportUrl}}
Hours: {{supportHours}}
First answer: {{supportReaction}}`,
  keywords: [
    'chat bot',
    'open channel bot',
    'customer service bot',
    'employee assistant',
    'automatic answers',
    'hand over to an operator',
    'AI answers customers',
    'assistant in chat',
    'group chat bot',
    'support bot',
    'conversation history',
    'bot scenarios',
    'chat bot webhooks',
    'several bots',
  ],
  services: [
    { name: 'Simla and MessageGateway', site: 'https://www.simla.com', prices: '{{crmPricesUrl}}' },
    { name: 'Metabot', site: 'https://metabot24.com', prices: 'https://app.metabot24.com/pricing' },
    { name: 'Selarti', site: 'https://selarti.com', prices: 'https://selarti.com/panel?menu=tariff' },
  ],
  categories: ['Automation – Chat bots'],
  pricing: { model: 'The application is not monetized', paysExternalService: true },
  testData: `Access to test accounts of the platforms is given in the chat with the moderator. Several Bitrix24 can be connected with them one after the other: "Remove" on the page "Who answers" ends a connection.
A walk of ten minutes:
1. Install the application and follow the setup: choose one of the platforms, enter its data, press "Connect".
2. In the step "First message" open the chat with the bot and write "Hello": the bot greets, shows its commands and answers through the platform.
3. Attach the bot to an Open Channel and write in the channel's widget: the bot greets the customer. Send 0: a person gets the conversation and the bot is silent. Answer as the operator, then write /bot in the chat of the channel.
4. Open "Conversations": every step is shown. Remove the application, ticking the removal of data, and install it again: the bots are made anew, and no former data is left.`,
  version:
    'First version: up to five bots; MessageGateway, Metabot, Selarti and a server of your own; setup in five steps; conversations step by step.',
};
