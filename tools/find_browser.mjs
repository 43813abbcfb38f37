import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';

/** Where Chrome and Chromium are installed, the preferred one first. @returns {string[]} */
function usualPlaces() {
  const { env, platform } = process;
  if (platform === 'darwin') {
    return ['Google Chrome', 'Chromium'].flatMap((name) =>
      ['/Applications', `${env.HOME}/Applications`].map(
        (folder) => `${folder}/${name}.app/Contents/MacOS/${name}`,
      ),
    );
  }
  if (platform === 'win32') {
    return [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA]
      .filter((folder) => folder !== undefined)
      .flatMap((folder) => [
        join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
        join(folder, 'Chromium', 'Application', 'chrome.exe'),
      ]);
  }
  const folders = (env.PATH ?? '').split(delimiter);
  // Chromium comes last: Ubuntu's is a snap, which cannot read most folders.
  const names = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser'];
  return [
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
    '/opt/google/chrome/chrome',
  ];
}

/**
 * The browser's version, or undefined when it does not start (on Ubuntu `chromium-browser` may be a script that
 * only asks for the snap).
 * @param {string} path
 * @returns {string | undefined}
 */
function versionOf(path) {
  const version = /\d+\.\d+\.\d+\.\d+/;
  if (process.platform === 'win32') {
    // chrome.exe prints nothing; its version is the name of a folder beside it.
    return readdirSync(dirname(path)).find((name) => version.test(name));
  }
  return spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000 }).stdout?.match(version)?.[0];
}

/**
 * The installed Chrome or Chromium. CHROME_PATH, when set, is the only place that is looked at.
 * @returns {{ path: string, version: string } | undefined}
 */
export function findBrowser() {
  const places = process.env.CHROME_PATH ? [process.env.CHROME_PATH] : usualPlaces();
  for (const path of places.filter((place) => existsSync(place))) {
    const version = versionOf(path);
    if (version) return { path, version };
  }
  return undefined;
}
