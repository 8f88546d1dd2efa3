function tests = test_spectra()
    %TEST_SPECTRA   Densities of states, maps and powder averages, against the command line's and against single crystals.
    tests = localfunctions();
end

function a_density_of_states_is_the_command_lines()
    model = quartz_model();
    s = euphonic.dos(model, 'grid', [6 5 4], 'ebins', 50, 'eb', 2, 'w', 'coherent-dos', 'pdos', true);
    [expected, edges] = command('dos', '--grid 6 5 4 --ebins 50 --eb 2 -w coherent-dos --pdos');
    support.check(isequal(reshape(s.data.', [], 1), expected), 'the same numbers');
    support.check(isequal(s.energy_edges(:), edges), 'the same bins');
    support.check(isequal(s.labels, {'Total', 'Si', 'O'}) && strcmp(s.unit, 'mbarn/meV'), 'labels and unit');
    support.check(abs(s.energy(1) - mean(s.energy_edges(1:2))) < 1e-12, 'centres');
    plain = euphonic.dos(model.force_constants, 'grid', [3 3 3]);
    width = diff(plain.energy_edges(1:2));
    support.check(abs(sum(plain.data) * width - 3) < 1e-3 && strcmp(plain.unit, '1/meV'), 'three modes per atom');
    support.check(isequal(plain.labels, {'Total'}) && abs(plain.area - 3) < 1e-3, 'one row');
end

function a_neutron_weighted_density_of_states_is_the_command_lines()
    model = quartz_model();
    model.temperature = 300;
    of_dos = {'grid', [4 4 3], 'ebins', 40, 'w', 'neutron-weighted'};
    s = euphonic.dos(model, of_dos{:}, 'q_mean', 4, 'pdos', 'O');
    expected = command('dos', ['--grid 4 4 3 --ebins 40 -w neutron-weighted --q-mean 4 --temperature 300 ' ...
                               '--pdos O']);
    support.check(isequal(reshape(s.data.', [], 1), expected), 'the same numbers');
    tensors = model.force_constants.calculate_debye_waller([4 4 3], 300, 'asr', 'reciprocal');
    model.debye_waller = tensors;
    given = euphonic.dos(model, of_dos{:}, 'q_mean', 4, 'pdos', 'O');
    support.check(max(abs(given.data(:) - s.data(:))) < 1e-9 * max(s.data(:)), 'tensors in place of a grid');
    check = @(part, varargin) support.check_error('EUPHONIC:dos:invalid_argument', part, ...
        @() euphonic.dos(model, varargin{:}));
    check('temperature (K) and q_mean', of_dos{:});
    check('a weighting of neutrons', 'w', 'dos', 'q_mean', 4);
    model.temperature = 'None';
    check('temperature (K) and q_mean', of_dos{:}, 'q_mean', 4);
end

function a_density_of_states_by_direction_has_the_symmetry_of_the_crystal()
    model = quartz_model();
    common = {'grid', [5 5 3], 'e_min', 0, 'e_max', 170, 'ebins', 60, 'eb', 4, 'pdos'};
    by_species = euphonic.dos(model, common{:}, true);
    s = euphonic.dos(model, common{:}, 'O', 'pdos_by', 'direction');
    support.check(isequal(s.labels, {'Total', 'O x', 'O y', 'O z'}), 'labels, found %s', strjoin(s.labels, ', '));
    oxygen = by_species.data(strcmp(by_species.labels, 'O'), :);
    largest = max(oxygen);
    support.check(max(abs(sum(s.data(2:4, :)) - oxygen)) < 1e-5 * largest, 'three directions are the whole');
    support.check(max(abs(s.data(2, :) - s.data(3, :))) < 1e-5 * largest, 'x and y are alike about a threefold axis');
    support.check(max(abs(s.data(2, :) - s.data(4, :))) > 0.03 * largest, 'z is not');
end

function a_map_is_the_command_lines()
    model = quartz_model();
    model.temperature = 300;
    of_map = {'path', 'M K | A L', 'q_spacing', 0.1, 'zone', [1 0 2], 'energy_broadening', [1.5 0.01], 'ebins', 80};
    s = euphonic.map(model, of_map{:}, 'grid', [3 3 3]);
    expected = command('map', ['--path "M K | A L" --q-spacing 0.1 --zone 1 0 2 --eb 1.5 0.01 --ebins 80 ' ...
                               '--temperature 300 --grid 3 3 3']);
    support.check(isequal(s.data(:), expected), 'the same numbers');
    support.check(isequal(size(s.data), [80, numel(s.distance)]), 'energies by q-points');
    support.check(isequal(s.ticks, sort(s.ticks)) && numel(s.labels) == 4, 'ticks, found %s', strjoin(s.labels));
    model.debye_waller_grid = [3 3 3];
    again = euphonic.map(model, of_map{:});
    support.check(isequal(again.data, s.data), 'the grid of the model');
    points = euphonic.map(model, 'q', [0.5 0 0; 0.5 0.5 0.5; NaN NaN NaN; 0 0 0; 0 0 0.5], 'q_spacing', 0.2);
    support.check(numel(points.ticks) >= 4 && all(points.data(:) >= 0), 'a path of coordinates');
end

function a_powder_average_is_the_command_lines_and_tells_its_error()
    model = quartz_model();
    model.temperature = 300;
    s = euphonic.powder(model, 1:0.5:3, 0:2:160, 'n', 200, 'error', 20, 'grid', [3 3 3], 'eb', 4, 'w', 'total');
    expected = command('powder', ['--q-min 1 --q-max 3 --q-spacing 0.5 --e-min 0 --e-max 160 --ebins 80 --npts 200 ' ...
                                  '--error 20 --grid 3 3 3 --eb 4 -w total --temperature 300']);
    support.check(isequal(s.data(:), expected), 'the same numbers');
    support.check(isequal(size(s.data), [80 4]) && isequal(s.q_edges, 1:0.5:3), 'bins');
    support.check(isequal(s.radii, s.q) && all(s.error > 0 & s.error <= 0.2) && all(s.directions >= 200), ...
        'errors of spheres');
    support.check(strcmp(s.provenance.model, model.force_constants.model), 'where it comes from');
    part = euphonic.powder(model, 1:0.5:2, 0:4:160, 'n', 100, 'converge', false, 'w', 'dos', 'pdos', 'O');
    expected = command('powder', ['--q-min 1 --q-max 2 --q-spacing 0.5 --e-min 0 --e-max 160 --ebins 40 --npts 100 ' ...
                                  '--no-converge -w dos --pdos O']);
    support.check(isequal(part.data(:), expected), 'the part of a species');
    lastwarn('');
    limited = euphonic.powder(model, 0:0.5:12, 0:4:40, 'n', 50, 'converge', false, 'e_i', 50, 'angle_range', [3 130], ...
        'grid', [2 2 2]);
    support.check(any(isnan(limited.data(:))) && any(limited.data(:) > 0), 'what neutrons do not reach is NaN');
    support.check(~isempty(strfind(lastwarn(), 'Of |Q| only')), 'the Q that remain, found %s', lastwarn()); %#ok<STREMP>
end

function wrong_requests_say_what_is_wrong()
    model = quartz_model();
    check = @(id, part, fun) support.check_error(['EUPHONIC:' id ':invalid_argument'], part, fun);
    check('map', 'GAMMA A K', @() euphonic.map(model, 'path', 'G X'));
    check('dos', 'broadening is 0', @() euphonic.dos(model, 'eb', 0));
    check('dos', 'No mode lies', @() euphonic.dos(model, 'e_min', 500, 'e_max', 600, 'grid', [2 2 2]));
    check('dos', 'CoherentCrystal', @() euphonic.dos(7));
    check('powder', 'edges of bins', @() euphonic.powder(model, [1 3 2], []));
    check('powder', '1/Å', @() euphonic.powder(model, 5:6, [], 'e_i', 2));
    check('powder', 'temperature', @() euphonic.powder(model, 1:2, [], 'w', 'incoherent'));
    support.check_error('EUPHONIC:powder:unknown_option', 'q_spacing', @() euphonic.powder(model, [], [], 'q_spacin', 1));
    check('powder_sqw', 'real numbers', @() model.powder_sqw(1, 0, 0, 10, 1, 1, 2i));
    support.check_error('EUPHONIC:powder_sqw:missing_width', 'width', @() model.powder_sqw(1, 0, 0, 10));
end

function a_powder_model_follows_data_and_calculates_once()
    model = quartz_model();
    model.temperature = 300;
    model.debye_waller_grid = [3 3 3];
    [q, en] = meshgrid(2:0.03:2.6, 5:2.5:150);
    zero = zeros(size(q));
    options = {'error', 5, 'npts', 400, 'q_spacing', 0.1};
    [first, facts] = model.powder_sqw(q, zero, zero, en, [2 1 3], options{:});
    support.check(isequal(size(first), size(q)) && all(first(:) >= 0), 'intensities shaped like qh');
    support.check(~facts.cached && facts.n_spheres >= 7 && facts.error(1) < 0.05 && ...
        facts.error(2) >= facts.error(1) && facts.interpolation_error(1) > 0, 'errors');
    map = euphonic.powder(model, 2.25:0.1:2.35, 3.75:2.5:151.25, 'n', 400, 'error', 5, 'eb', 3, 'grid', [3 3 3]);
    column = abs(q(1, :) - 2.3) < 1e-9;
    off = norm(first(:, column) - 2 * map.data) / norm(2 * map.data);
    support.check(off < 0.1, 'those of a powder map, found %g off', off);
    other = {[2 1.1 2 0.01], options{:}, 'shape', 'lorentz'}; %#ok<CCAT>
    [~, facts] = model.powder_sqw(q, zero, zero, en, other{:});
    support.check(facts.cached && facts.kernel_seconds == 0, 'nothing calculated anew for another shape and width');
    same = model.powder_sqw(q, zero, zero, en, [4 1 3], options{:});
    support.check(max(abs(same(:) - 2 * first(:))) < 1e-12 * max(first(:)), 'the scale');
    % the norm of all three counts
    turned = model.powder_sqw(0.6 * q, zero, 0.8 * q, en, [2 1 3], options{:});
    support.check(max(abs(turned(:) - first(:))) < 1e-6 * max(first(:)), 'the same |Q|');
    model.temperature = 10;
    [cold, facts] = model.powder_sqw(q, zero, zero, en, [2 1 3], options{:});
    support.check(~facts.cached && max(abs(cold(:) - first(:))) > 0, 'another temperature');
end

function model = quartz_model(varargin)
    model = euphonic.CoherentCrystal(support.quartz(), 'asr', 'reciprocal', 'verbose', false);
end

function [data, edges] = command(name, options)
    % The numbers of what euphonicd writes as JSON, made by the same daemon, in the order of the file, and its bins.
    file = [tempname(fileparts(getenv('EUPHONIC_CONNECTION'))) '.json'];
    % words, or several in quotation marks
    words = regexp(options, '"([^"]+)"|([^" ]+)', 'tokens');
    words = [{name, support.quartz_file(), '--asr', '--save-json', file}, words{:}];
    [status, text] = euphonic.internal.connection.run_daemon('test', words, false);
    support.check(status == 0, 'euphonicd %s, found %s', name, text);
    text = fileread(file);
    % jsondecode of Octave does not round to the nearest number
    data = numbers(text, '"[yz]_data":\s*(\[[^"]*\])', ~isempty(strfind(text, '"z_data":'))); %#ok<STREMP>
    edges = numbers(text, '"x_data":\s*(\[[^"]*\])', false);
end

function values = numbers(text, pattern, last)
    found = regexp(text, pattern, 'tokens');
    token = found{1};
    if last
        token = found{end};
    end
    values = sscanf(regexprep(token{1}, '[\[\],\s]+', ' '), '%f');
end
