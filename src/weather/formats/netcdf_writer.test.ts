import { expect, test } from 'vitest';
import { openByteSource } from './byte_source';
import { hdf5Library, mount } from './hdf5_library';
import { writeNetcdf } from './netcdf_writer';

test('follows the rules by which NetCDF-4 and xarray find dimensions', async () => {
  const bytes = await writeNetcdf({
    dimensions: { batch: 1, lat: 2 },
    variables: [
      {
        name: 'lat',
        dimensions: ['lat'],
        data: Float32Array.of(-45, 45),
        attributes: { units: 'degrees_north' },
      },
      {
        name: 'field',
        dimensions: ['batch', 'lat'],
        data: Float64Array.of(1, 2),
        attributes: { _FillValue: Float64Array.of(Number.NaN), long_name: 'Größe' },
      },
    ],
    attributes: { title: 'a test' },
  });
  const library = await hdf5Library();
  const { File: Hdf5File, Dataset } = library;
  const path = mount(library, await openByteSource(new File([bytes], 'x.nc')));
  const file = new Hdf5File(path, 'r');
  const dataset = (name: string) => {
    const found = file.get(name);
    if (!(found instanceof Dataset)) throw new Error(`no ${name}`);
    return found;
  };
  // In the order in which they were made, dimensions first.
  expect(file.keys()).toEqual(['batch', 'lat', 'field']);
  expect(dataset('batch').get_scale_name()).toBe(
    'This is a netCDF dimension but not a netCDF variable.         1',
  );
  expect(dataset('lat').get_scale_name()).toBe('lat');
  expect(dataset('field').get_scale_name()).toBeNull();
  expect(dataset('field').get_attached_scales(0)).toEqual(['/batch']);
  expect(dataset('field').get_attached_scales(1)).toEqual(['/lat']);
  expect(dataset('field').attrs.long_name.value).toBe('Größe');
  expect(dataset('field').attrs._FillValue.value).toEqual(Float64Array.of(Number.NaN));
  expect(file.attrs.title.value).toBe('a test');
  file.close();
});

test('leaves nothing in memory when it fails', async () => {
  const { fileSystem } = await hdf5Library();
  const files = () => (fileSystem as unknown as { readdir(path: string): string[] }).readdir('/');
  const before = files();
  const data = Float32Array.of(1, 2);
  const spec = { dimensions: { lat: 2 }, variables: [{ name: 'field', dimensions: ['absent'], data }] };
  await expect(writeNetcdf(spec)).rejects.toThrow();
  expect(files()).toEqual(before);
});
