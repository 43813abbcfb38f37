// What prepare_machine.mjs needs to know of apt: run it, and which source holds a package new enough.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * /etc/os-release as an object; empty elsewhere than on Linux.
 * @returns {Record<string, string>}
 */
export function osRelease() {
  if (!existsSync('/etc/os-release')) return {};
  const lines = readFileSync('/etc/os-release', 'utf8').matchAll(/^(\w+)="?(.*?)"?$/gm);
  return Object.fromEntries([...lines].map(([, key, value]) => [key, value]));
}

/**
 * Runs apt-get, a second time when the first failed: mirrors hiccup. Its errors are shown as they come, the rest of
 * its output when it fails.
 * @param {string[]} args
 * @returns {boolean} whether it succeeded
 */
export function apt(args) {
  const quiet = ['-qq', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=300'];
  const attempt = () => {
    console.log(`running: apt-get ${args.join(' ')}`);
    const { status, stdout } = spawnSync('apt-get', [...quiet, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (status !== 0) console.log(stdout);
    return status === 0;
  };
  if (attempt()) return true;
  console.log('apt-get failed; trying once more');
  return attempt();
}

/** @param {string[]} command */
function output([program, ...args]) {
  return spawnSync(program, args, { encoding: 'utf8' }).stdout ?? '';
}

/**
 * Whether apt's sources offer `packageName` in `majorVersion` or newer: in the release that it would install by
 * default, in the release's backports, or in neither.
 * @param {string} packageName
 * @param {number} majorVersion
 * @returns {'default' | 'backports' | 'no'}
 */
export function whereOffered(packageName, majorVersion) {
  const policy = output(['apt-cache', 'policy', packageName]);
  const newEnough = (/** @type {string | undefined} */ version) =>
    Number.parseInt(version ?? '0', 10) >= majorVersion;
  if (newEnough(policy.match(/Candidate: (\S+)/)?.[1])) return 'default';
  const versions = [...policy.matchAll(/^ (?:\*\*\*| {3}) (\S+) \d+\n((?: {8}.*\n?)*)/gm)];
  return versions.some(([, version, sources]) => newEnough(version) && sources.includes('-backports/'))
    ? 'backports'
    : 'no';
}

/**
 * Adds a Debian release's backports to apt's sources, from the mirror that the release itself comes from.
 * @param {string} codename for example 'bookworm'
 * @returns {string | undefined} the file written, or undefined when there was nothing to add
 */
export function addBackports(codename) {
  const targets = output(['apt-get', 'indextargets', '--format', '$(REPO_URI) $(RELEASE) $(COMPONENT)'])
    .split('\n')
    .map((line) => line.split(' '));
  const mirror = targets.find(([, release, component]) => release === codename && component === 'main')?.[0];
  if (!mirror || targets.some(([, release]) => release === `${codename}-backports`)) return undefined;
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const options = existsSync(keyring) ? `[signed-by=${keyring}] ` : '';
  const file = `/etc/apt/sources.list.d/${codename}-backports.list`;
  writeFileSync(file, `deb ${options}${mirror} ${codename}-backports main\n`);
  return file;
}
