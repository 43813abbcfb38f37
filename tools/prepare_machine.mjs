// Makes sure that the tests can run on this machine: Chrome or Chromium, a WebGPU adapter for Node, and a font.
// On Debian and Ubuntu, as root, it installs what is missing; elsewhere it says what to install and ends with 1.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { addBackports, apt, osRelease, whereOffered } from './debian.mjs';
import { findBrowser } from './find_browser.mjs';

const os = osRelease();
const usesApt = existsSync('/usr/bin/apt-get');
const canInstall = usesApt && process.getuid?.() === 0;
const aptInstall = ['install', '-y', '--no-install-recommends'];

/**
 * @typedef {object} Finding
 * @property {string} [found] what was found, in words
 * @property {string} [remedy] what to do when nothing was found
 * @property {boolean} [improvable] what was found does, but apt may have a faster one
 */

/** @returns {Finding} */
function lookForBrowser() {
  const browser = findBrowser();
  if (browser) return { found: `${browser.path} ${browser.version}` };
  if (process.env.CHROME_PATH) {
    return {
      remedy: `correct or unset CHROME_PATH=${process.env.CHROME_PATH}, which is no browser that starts`,
    };
  }
  const chrome = 'install Google Chrome from https://www.google.com/chrome';
  /** @type {Record<string, string>} */
  const commands = {
    debian: 'run `apt-get install chromium`',
    ubuntu: `${chrome} (Ubuntu's own package chromium is only a pointer to a snap)`,
    fedora: 'run `dnf install chromium`',
    arch: 'run `pacman -S chromium`',
  };
  return {
    remedy: `${commands[os.ID] ?? chrome}, or set CHROME_PATH to an installed Chrome or Chromium`,
  };
}

function installBrowser() {
  if (os.ID !== 'ubuntu') apt([...aptInstall, 'chromium']);
}

/** @returns {Finding} */
function lookForAdapter() {
  const probe = fileURLToPath(new URL('probe_adapter.mjs', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [probe], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (status !== 0) return { remedy: stderr.trim() };
  const { description, device, architecture, isFallbackAdapter } = JSON.parse(stdout);
  return {
    found: `${description || device} (${isFallbackAdapter ? 'software' : 'hardware'})`,
    // Mesa's lavapipe runs the kernels more than twice as fast as SwiftShader.
    improvable: architecture === 'swiftshader' && !process.env.VK_ICD_FILENAMES,
  };
}

function installVulkanDriver() {
  const driver = 'mesa-vulkan-drivers';
  const oldestMesa = 25; // Dawn refuses the lavapipe of Debian 12 (Mesa 22): it lacks Vulkan features.
  let offered = whereOffered(driver, oldestMesa);
  const backports = offered === 'no' && os.ID === 'debian' && addBackports(os.VERSION_CODENAME);
  if (backports) {
    console.log(`added ${backports}, for Mesa ${oldestMesa} or newer`);
    apt(['update']);
    offered = whereOffered(driver, oldestMesa);
  }
  if (offered === 'no') {
    console.log(
      `apt has no Mesa ${oldestMesa} or newer; SwiftShader, which comes with the browser, takes its place`,
    );
    apt([...aptInstall, 'libvulkan1']);
  } else {
    const release = offered === 'backports' ? ['-t', `${os.VERSION_CODENAME}-backports`] : [];
    apt([...aptInstall, ...release, driver, 'libvulkan1']);
  }
}

/** A bare Linux has no font at all, and screenshots then have no letters. @returns {Finding} */
function lookForFont() {
  if (process.platform !== 'linux') return { found: "the system's own" };
  const folders = ['/usr/share/fonts', '/usr/local/share/fonts', `${process.env.HOME}/.fonts`];
  const found = folders.find(
    (folder) =>
      existsSync(folder) &&
      readdirSync(folder, { recursive: true }).some((file) => /\.(ttf|otf|ttc)$/.test(String(file))),
  );
  return { found, remedy: 'install a TrueType font, for example the package fonts-dejavu-core' };
}

/** Two flavours of MPI, for runs shared by several processes. @returns {Finding} */
function lookForMpi() {
  const flavours = ['mpirun.openmpi', 'mpirun.mpich'];
  const found = flavours.filter((name) => spawnSync(name, ['--version']).status === 0);
  if (found.length === flavours.length) return { found: found.join(' and ') };
  return {
    remedy: 'install Open MPI and MPICH, as mpirun.openmpi and mpirun.mpich (Debian: openmpi-bin, mpich)',
  };
}

const requirements = [
  { name: 'browser', look: lookForBrowser, install: installBrowser },
  { name: 'font', look: lookForFont, install: () => apt([...aptInstall, 'fonts-dejavu-core']) },
  { name: 'MPI', look: lookForMpi, install: () => apt([...aptInstall, 'openmpi-bin', 'mpich']) },
  // After the browser, which brings SwiftShader.
  { name: 'WebGPU adapter for Node', look: lookForAdapter, install: installVulkanDriver },
];

let findings = requirements.map(({ look }) => look());
const wanted = requirements.filter((_, i) => !findings[i].found || findings[i].improvable);
if (wanted.length > 0 && canInstall) {
  console.log(`${os.PRETTY_NAME}, as root: installing ${wanted.map(({ name }) => name).join(', ')}`);
  apt(['update']);
  for (const { install } of wanted) install();
  findings = requirements.map(({ look }) => look());
}

findings.forEach(({ found, remedy }, i) => {
  const { name } = requirements[i];
  if (found) console.log(`${name}: ${found}`);
  else console.error(`${name}: missing; ${remedy}`);
});
if (findings.some(({ found }) => !found)) {
  if (usesApt && !canInstall)
    console.error('Run as root, `node tools/prepare_machine.mjs` installs what is missing.');
  process.exitCode = 1;
}
