/** Chinese (simplified) by the English that the page's code uses; `words.test.ts` finds what is missing or unused. */
import { FORECAST } from './chinese_forecast';
import { LEARN } from './chinese_learn';
import { LESSONS } from './chinese_lessons';
import { NETWORK } from './chinese_network';
import { PAGE } from './chinese_page';
import { TRAIN } from './chinese_train';
import type { Dictionary } from './language';

export const CHINESE_PARTS: Dictionary[] = [PAGE, TRAIN, FORECAST, NETWORK, LEARN, LESSONS];

export const CHINESE: Dictionary = Object.assign({}, ...CHINESE_PARTS);
