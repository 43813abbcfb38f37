import { expect, test } from '@playwright/test';
import { ADVECTION_GLSL, radiansPerSpeed, windRaster } from '../src/workbench/globe/wind_step';
import { rotated, SPEED, solidBodyRotation } from '../src/workbench/globe/wind_step.fixture';
import { advected, type Vector } from '../src/workbench/globe/wind_step.reference';

const SHADER = /* glsl */ `#version 300 es
  precision highp float;
  precision highp sampler2D;
  uniform sampler2D states;
  uniform sampler2D wind;
  uniform float scale;
  out vec4 state;
  ${ADVECTION_GLSL}
  void main() {
    state = texelFetch(states, ivec2(gl_FragCoord.xy), 0);
    for (int step = 0; step < 100; step++) state.xyz = advected(state.xyz, scale);
  }
`;

test('on the GPU particles go where the reference and the rotation send them', async ({ page }) => {
  const { u, v, latitudes, longitudes } = solidBodyRotation(5);
  const wind = windRaster(u, v, latitudes, longitudes);
  const scale = radiansPerSpeed(1800);
  const starts: Vector[] = Array.from({ length: 64 }, (_, i) => {
    const z = 1 - (2 * i) / 63;
    const [radius, phi] = [Math.sqrt(1 - z * z), i * 2.4];
    return [radius * Math.cos(phi), radius * Math.sin(phi), z];
  });
  await page.goto('/');
  const ends = await page.evaluate(
    ({ shader, width, height, data, places, step }) => {
      const gl = document.createElement('canvas').getContext('webgl2')!;
      gl.getExtension('EXT_color_buffer_float');
      const program = gl.createProgram();
      const corner =
        '#version 300 es\nvoid main() { gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0, 0, 1); }';
      for (const [type, source] of [
        [gl.VERTEX_SHADER, corner],
        [gl.FRAGMENT_SHADER, shader],
      ] as const) {
        const part = gl.createShader(type)!;
        gl.shaderSource(part, source);
        gl.compileShader(part);
        if (!gl.getShaderParameter(part, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(part)!);
        gl.attachShader(program, part);
      }
      gl.linkProgram(program);
      gl.useProgram(program);
      const texture = (unit: number, w: number, h: number, values: number[] | null) => {
        gl.activeTexture(gl.TEXTURE0 + unit);
        const made = gl.createTexture();
        gl.bindTexture(gl.TEXTURE_2D, made);
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
        const bytes = values && Float32Array.from(values);
        gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, w, h, 0, gl.RGBA, gl.FLOAT, bytes);
        return made;
      };
      texture(0, places.length / 4, 1, places);
      texture(1, width, height, data);
      const target = texture(2, places.length / 4, 1, null);
      gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, target, 0);
      gl.uniform1i(gl.getUniformLocation(program, 'states'), 0);
      gl.uniform1i(gl.getUniformLocation(program, 'wind'), 1);
      gl.uniform1f(gl.getUniformLocation(program, 'scale'), step);
      gl.viewport(0, 0, places.length / 4, 1);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
      const result = new Float32Array(places.length);
      gl.readPixels(0, 0, places.length / 4, 1, gl.RGBA, gl.FLOAT, result);
      return [...result];
    },
    {
      ...{ shader: SHADER, width: wind.width, height: wind.height, data: [...wind.data] },
      places: starts.flatMap((p) => [...p, 1]),
      step: scale,
    },
  );
  starts.forEach((start, i) => {
    let reference = start;
    for (let step = 0; step < 100; step++) reference = advected(reference, wind, scale);
    const end = ends.slice(4 * i, 4 * i + 3);
    const exact = rotated(start, SPEED * scale * 100);
    expect(Math.hypot(...end.map((x, k) => x - reference[k]))).toBeLessThan(2e-4);
    expect(Math.hypot(...end.map((x, k) => x - exact[k]))).toBeLessThan(2e-3);
  });
});
