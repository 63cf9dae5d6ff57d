/** What people are told of a text that cannot be a token, whichever brain it is for. */
import type { Texts } from './texts.ts';

export const wrongToken: Texts = {
  en: 'A token is one word of Latin letters, digits and signs. Copy the whole token.',
  ru: 'Токен — одно слово из латинских букв, цифр и знаков. Скопируйте его целиком.',
  de: 'Ein Token ist ein Wort aus lateinischen Buchstaben, Ziffern und Zeichen. Kopieren Sie es vollständig.',
  es: 'Un token es una palabra de letras latinas, cifras y signos. Cópielo completo.',
  pt: 'Um token é uma palavra de letras latinas, dígitos e sinais. Copie-o por inteiro.',
  pl: 'Token to jedno słowo z liter łacińskich, cyfr i znaków. Skopiuj go w całości.',
  uk: 'Токен — одне слово з латинських літер, цифр і знаків. Скопіюйте його повністю.',
  kz: 'Токен – латын әріптерінен, цифрлардан және белгілерден тұратын бір сөз. Оны толық көшіріңіз.',
};
