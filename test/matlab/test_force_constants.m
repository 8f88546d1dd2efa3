function tests = test_force_constants()
    %TEST_FORCE_CONSTANTS   Making force constants, saving them, and what they calculate.
    tests = localfunctions();
end

function a_castep_file_is_read()
    fc = euphonic.ForceConstants.from_castep(support.data_file('quartz', 'quartz.castep_bin'));
    support.check(fc.n_atoms == 9 && fc.n_modes == 27 && fc.n_cells == 100 && fc.polar, 'quartz in 100 cells');
    support.check(isequal(sort(fc.atom_type), [repmat({'O'}, 1, 6), repmat({'Si'}, 1, 3)]), 'its atoms');
    support.check(~isempty(regexp(fc.model, '^[0-9a-f]{64}$', 'once')), 'a SHA-256');
    crystal = fc.crystal;
    support.check(abs(det(crystal.cell_vectors) - 109.1) < 1, 'its volume in cubic angstrom, found %g', ...
        det(crystal.cell_vectors));
    support.check(isequal(size(crystal.atom_r), [9 3]) && isequal(size(crystal.atom_mass), [9 1]), 'shapes');
end

function phonopy_files_give_the_same_in_all_their_forms()
    folder = fileparts(support.data_file('nacl', 'phonopy.yaml'));
    expected = euphonic.ForceConstants.from_json_file(support.data_file('nacl', 'NaCl_force_constants.json'));
    q = [0.1 0.2 0.3; 0.5 0 0.25; 1 1 0.1];
    s0 = expected.calculate_qpoint_frequencies(q, 'asr', 'reciprocal');
    forms = {{'born_name', 'BORN', 'fc_name', 'FORCE_CONSTANTS'}
             {'born_name', 'BORN', 'fc_name', 'FULL_FORCE_CONSTANTS', 'summary_name', 'phonopy.yaml'}
             {'born_name', 'BORN', 'fc_name', 'force_constants.hdf5', 'fc_format', 'hdf5'}
             {'summary_name', 'phonopy_all_in_one.yaml', 'born_name', 'None'}};
    for i = 1:numel(forms)
        fc = euphonic.ForceConstants.from_phonopy('path', folder, forms{i}{:});
        s = fc.calculate_qpoint_frequencies(q, 'asr', 'reciprocal');
        off = max(abs(s.frequencies(:) - s0.frequencies(:)));
        support.check(off < 1e-3, 'frequencies of form %d, found %g meV off', i, off);
    end
    support.check_error('EUPHONIC:from_phonopy:file_not_found', 'nothing.yaml', ...
        @() euphonic.ForceConstants.from_phonopy('path', folder, 'summary_name', 'nothing.yaml'));
    support.check_error('EUPHONIC:from_phonopy:unknown_option', '''born_name''', ...
        @() euphonic.ForceConstants.from_phonopy('path', folder, 'bornname', 'BORN'));
    support.check_error('EUPHONIC:from_phonopy:invalid_argument', 'fc_name', ...
        @() euphonic.ForceConstants.from_phonopy('path', folder, 'fc_name', 7));
end

function vasp_files_are_read()
    fc = euphonic.ForceConstants.from_vasp(support.data_file('vasp', 'GaAs_vaspout.h5'));
    reference = jsondecode(fileread(support.data_file('vasp', 'GaAs_reference.json')));
    s = fc.calculate_qpoint_frequencies(reference.qpts, 'splitting', false);
    off = max(abs(s.frequencies(:) - reference.frequencies_asr_none(:)));
    support.check(off < 1e-4, 'frequencies, found %g meV off', off);
end

function a_struct_gives_the_same_model_as_its_file()
    fc = support.quartz();
    content = support.quartz_struct();
    from_struct = euphonic.ForceConstants.from_dict(content);
    support.check(from_struct.n_cells == fc.n_cells, 'as many cells');
    [qh, qk, ql] = support.some_q(5);
    expected = euphonic.CoherentCrystal(fc, 'temperature', 300);
    found = euphonic.CoherentCrystal(from_struct, 'temperature', 300);
    support.check_close(support.both(expected, qh, qk, ql), support.both(found, qh, qk, ql), 1e-7);
    euphonic.restart();
    support.check_close(support.both(expected, qh, qk, ql), support.both(found, qh, qk, ql), 1e-7);
end

function a_struct_may_come_in_other_units()
    content = support.quartz_struct();
    expected = euphonic.CoherentCrystal(euphonic.ForceConstants.from_dict(content));
    bohr = 0.529177210903;
    content.crystal.cell_vectors = content.crystal.cell_vectors / bohr;
    content.crystal.cell_vectors_unit = 'bohr';
    content.crystal.atom_mass = content.crystal.atom_mass * 1822.888486209;
    content.crystal.atom_mass_unit = 'electron_mass';
    from = euphonic.ureg(content.force_constants_unit);
    content.force_constants = content.force_constants * from.in('eV/angstrom**2');
    content.force_constants_unit = 'electron_volt / angstrom ** 2';
    content.dielectric_unit = 'dimensionless';
    check_same(expected, content);
    % as Euphonic writes its units
    content.force_constants = content.force_constants * 16.0217663400;
    content.force_constants_unit = 'newton / meter';
    content.crystal.atom_mass = content.crystal.atom_mass * 9.1093837015e-31;
    content.crystal.atom_mass_unit = 'kilogram';
    content.crystal.cell_vectors = content.crystal.cell_vectors * bohr * 100;
    content.crystal.cell_vectors_unit = 'picometer';
    content.born = content.born * 1.602176634e-19;
    content.born_unit = 'coulomb';
    content.dielectric = content.dielectric * 4 * pi;
    content.dielectric_unit = 'vacuum_permittivity';
    check_same(expected, content);
    content.dielectric = content.dielectric * 8.8541878128e-12;
    content.dielectric_unit = 'farad / meter';
    content.force_constants = content.force_constants / 100;
    content.force_constants_unit = 'millidyne / angstrom';
    check_same(expected, content);
    content.force_constants = content.force_constants * 100;
    content.force_constants_unit = 'kilogram / second ** 2';
    check_same(expected, content);
end

function check_same(expected, content)
    [qh, qk, ql] = support.some_q(5);
    found = euphonic.CoherentCrystal(euphonic.ForceConstants.from_dict(content));
    support.check_close(support.both(expected, qh, qk, ql), support.both(found, qh, qk, ql), 1e-6);
end

function unusable_structs_are_refused()
    good = support.quartz_struct();
    check = @(reason, part, content) support.check_error(['EUPHONIC:from_dict:' reason], part, ...
        @() euphonic.ForceConstants.from_dict(content));
    check('invalid_argument', 'class double', 7);
    check('missing_field', 'crystal', struct());
    check('missing_field', '''force_constants''', rmfield(good, 'force_constants'));
    check('missing_field', 'force_constants_unit', rmfield(good, 'force_constants_unit'));
    bad = good;
    bad.force_constants = bad.force_constants(1:3, :, :);
    check('size_mismatch', '3x27x27', bad);
    bad = good;
    bad.crystal.atom_r(2, 2) = NaN;
    check('invalid_argument', 'atom_r', bad);
    bad = good;
    bad.sc_matrix = bad.sc_matrix / 2;
    check('invalid_argument', 'sc_matrix', bad);
    bad = good;
    bad.sc_matrix(:) = 0;
    check('invalid_argument', '', bad);
    bad = good;
    bad.crystal.atom_type = {'Si', 'O'};
    check('size_mismatch', 'atom_type', bad);
    bad = good;
    bad.born_unit = 'bohr';
    check('invalid_argument', 'born_unit', bad);
    bad = good;
    bad.born_unit = 'coulombs per cake';
    check('unknown_unit', 'coulombs', bad);
end

function eigenvectors_are_orthonormal_and_belong_to_the_frequencies()
    fc = support.quartz();
    qpts = [0.1 0.2 0.3; 0.5 0 0; 1.25 -0.5 2];
    modes = fc.calculate_qpoint_phonon_modes(qpts, 'asr', 'reciprocal');
    support.check(isa(modes, 'euphonic.QpointPhononModes'), 'an object with the modes');
    support.check(isequal(size(modes.frequencies), [3 27]), '3 x 27 frequencies');
    support.check(isequal(size(modes.eigenvectors), [3 27 9 3]), '3 x 27 x 9 x 3 eigenvectors');
    support.check(abs(modes.weights - 1 / 3) < 1e-15, 'equal weights');
    support.check(isequal(modes.qpts, qpts), 'the q-points');
    for i = 1:3
        e = reshape(modes.eigenvectors(i, :, :, :), 27, 27).';
        support.check(norm(e' * e - eye(27)) < 1e-9, 'orthonormal eigenvectors at q-point %d', i);
    end
    alone = fc.calculate_qpoint_frequencies(qpts, 'asr', 'reciprocal', 'weights', [1 2 3]);
    support.check(max(abs(alone.frequencies(:) - modes.frequencies(:))) < 1e-8, 'the same frequencies alone');
    support.check(isequal(alone.weights, [1; 2; 3]), 'the weights given');
    one = fc.calculate_qpoint_phonon_modes(qpts(2, :), 'asr', 'reciprocal');
    support.check(isequal(size(one.eigenvectors), [1 27 9 3]), '1 x 27 x 9 x 3 eigenvectors');
end

function structure_factors_follow_from_the_eigenvectors()
    % S = |sum_k b_k/sqrt(M_k) (Q.e*) exp(iQ.r)|^2 / (2 n |w|), summed over modes of equal frequency
    fc = support.quartz();
    qpts = [0.1 0.2 0.3; 0.5 0 0; 1.25 -0.5 2; 1 / 3 1 / 3 1];
    modes = fc.calculate_qpoint_phonon_modes(qpts);
    s = modes.calculate_structure_factor();
    crystal = fc.crystal;
    lengths = 4.1491 * strcmp(crystal.atom_type, 'Si') + 5.803 * strcmp(crystal.atom_type, 'O');  % fm
    reciprocal = 2 * pi * inv(crystal.cell_vectors).';
    hbar2_over_amu = 4.180159302768;  % hbar^2/amu in meV angstrom^2
    for i = 1:size(qpts, 1)
        cartesian = qpts(i, :) * reciprocal;
        e = reshape(modes.eigenvectors(i, :, :, :), 27, 9, 3);
        amplitude = zeros(27, 1);
        for k = 1:9
            along = reshape(e(:, k, :), 27, 3) * cartesian.';
            amplitude = amplitude + lengths(k) / sqrt(crystal.atom_mass(k)) * conj(along) * ...
                exp(2i * pi * qpts(i, :) * crystal.atom_r(k, :).');
        end
        w = modes.frequencies(i, :).';
        expected = 10 * abs(amplitude).^2 * hbar2_over_amu ./ (2 * 9 * abs(w));  % fm^2 is 10 mbarn
        run_of = cumsum([1; diff(w) > 0.05]);
        sums = [accumarray(run_of, expected), accumarray(run_of, s.structure_factors(i, :).')];
        support.check(abs(sums(:, 1) - sums(:, 2)) < 1e-7 * max(sums(:, 1)), 'S at q-point %d, found %g off', i, ...
            max(abs(sums(:, 1) - sums(:, 2))) / max(sums(:, 1)));
    end
    support.check(isempty(s.temperature) && isequal(s.qpts, qpts), 'the other fields');
    tensor = repmat(reshape(0.01 * eye(3), [1 3 3]), [9 1 1]);
    damped = modes.calculate_structure_factor('dw', struct('debye_waller', tensor, 'temperature', 5));
    factor = exp(-0.02 * sum((qpts * reciprocal).^2, 2));
    sums = [sum(damped.structure_factors, 2), sum(s.structure_factors, 2) .* factor];
    support.check(abs(diff(sums, 1, 2)) < 1e-9 * sums(:, 1), 'exp(-2W)');
    support.check(damped.temperature == 5, 'the temperature of the Debye-Waller factor');
end

function in_atom_gauge_no_phases_of_atoms_are_left()
    % S = |sum_k b_k/sqrt(M_k) Q.e*|^2 / (2 n |w|)
    fc = support.quartz();
    qpts = [0.1 0.2 0.3; 1.25 -0.5 2];
    modes = fc.calculate_qpoint_phonon_modes(qpts);
    s = modes.calculate_structure_factor('scattering_lengths', struct('Si', 4, 'O', 6));
    e = modes.eigenvectors_in_atom_gauge();
    crystal = fc.crystal;
    weight = (6 - 2 * strcmp(crystal.atom_type(:), 'Si')) ./ sqrt(crystal.atom_mass(:));
    reciprocal = 2 * pi * inv(crystal.cell_vectors).';
    for i = 1:2
        along = reshape(reshape(e(i, :, :, :), 27 * 9, 3) * (qpts(i, :) * reciprocal).', 27, 9);
        w = modes.frequencies(i, :).';
        expected = 10 * abs(conj(along) * weight).^2 * 4.180159302768 ./ (2 * 9 * abs(w));
        run_of = cumsum([1; diff(w) > 0.05]);
        sums = [accumarray(run_of, expected), accumarray(run_of, s.structure_factors(i, :).')];
        support.check(abs(sums(:, 1) - sums(:, 2)) < 1e-7 * max(sums(:, 1)), 'S at q-point %d', i);
    end
end

function debye_waller_tensors_come_from_a_grid_or_from_modes()
    fc = support.quartz();
    for temperature = [0 300]
        plain = fc.calculate_debye_waller([4 4 4], temperature, 'symmetrise', false, 'asr', 'reciprocal');
        modes = fc.calculate_qpoint_phonon_modes(euphonic.mp_grid([4 4 4]), 'asr', 'reciprocal');
        direct = modes.calculate_debye_waller(temperature * euphonic.ureg('K'));
        off = max(abs(plain.debye_waller(:) - direct.debye_waller(:))) / max(direct.debye_waller(:));
        support.check(off < 1e-7, 'the same tensors by both routes, found %g off', off);
    end
    symmetric = fc.calculate_debye_waller([4 4 4], 300, 'asr', 'reciprocal');
    support.check(isequal(size(symmetric.debye_waller), [9 3 3]), 'a tensor for each atom');
    support.check(any(symmetric.space_group.number == [152 154]), 'the space group of quartz, found %d', ...
        symmetric.space_group.number);
    traces = symmetric.debye_waller(:, 1, 1) + symmetric.debye_waller(:, 2, 2) + symmetric.debye_waller(:, 3, 3);
    oxygen = traces(strcmp(fc.atom_type, 'O'));
    support.check(max(abs(oxygen - oxygen(1))) < 1e-9 * oxygen(1), 'the same for all oxygen atoms');
    support.check(symmetric.n_points == 64 && symmetric.temperature == 300, 'the other fields');
    [qh, qk, ql] = support.some_q(5);
    by_grid = euphonic.CoherentCrystal(fc, [4 4 4], 'temperature', 300, 'asr', 'reciprocal');
    by_tensor = euphonic.CoherentCrystal(fc, 'temperature', 300, 'asr', 'reciprocal', 'debye_waller', symmetric);
    support.check_close(support.both(by_grid, qh, qk, ql), support.both(by_tensor, qh, qk, ql), 1e-12);
    without = euphonic.CoherentCrystal(fc, 'temperature', 300, 'asr', 'reciprocal');
    [~, damped] = by_grid.horace_disp(qh, qk, ql);
    [~, full] = without.horace_disp(qh, qk, ql);
    support.check(sum(cell2mat(damped.')) < sum(cell2mat(full.')), 'damped intensities');
    by_grid.temperature = 10;
    [~, colder] = by_grid.horace_disp(qh, qk, ql);
    support.check(~isequal(colder, damped), 'another factor at another temperature');
end

function wrong_debye_waller_calls_are_refused()
    fc = support.quartz();
    check = @(reason, part, varargin) support.check_error(['EUPHONIC:calculate_debye_waller:' reason], part, ...
        @() fc.calculate_debye_waller(varargin{:}));
    check('invalid_argument', 'grid', [6 6 6]);
    check('invalid_argument', 'is ''None''', [6 6 6], 'None');
    check('invalid_argument', 'debye_waller_grid', [6 6], 300);
    check('invalid_argument', 'frequency_min', [6 6 6], 300, 'frequency_min', 0);
    check('unknown_option', '''symmetrise''', [6 6 6], 300, 'symmetrize', true);
    check('too_large', '', [2000 2000 2000], 300);
    modes = fc.calculate_qpoint_phonon_modes([0.1 0 0]);
    support.check_error('EUPHONIC:calculate_debye_waller:invalid_argument', 'temperature', ...
        @() modes.calculate_debye_waller());
end

function wrong_arguments_of_calculations_are_refused()
    fc = support.quartz();
    check = @(reason, part, varargin) support.check_error(['EUPHONIC:calculate_qpoint_phonon_modes:' reason], part, ...
        @() fc.calculate_qpoint_phonon_modes(varargin{:}));
    check('size_mismatch', '2x2', [1 2; 3 4]);
    check('invalid_q', 'NaN', [1 2 NaN]);
    check('unknown_option', '''asr''', [1 2 3], 'ars', 'reciprocal');
    check('invalid_argument', 'asr', [1 2 3], 'asr', 'yes');
    check('size_mismatch', 'weights', [1 2 3], 'weights', [1 2]);
    modes = fc.calculate_qpoint_phonon_modes([1 2 3]);
    support.check_error('EUPHONIC:calculate_structure_factor:size_mismatch', '8 atoms', ...
        @() modes.calculate_structure_factor('dw', ones(8, 3, 3)));
end

function a_saved_model_finds_itself_again()
    fc = support.quartz();
    model = euphonic.CoherentCrystal(fc, 'temperature', 300, 'conversion_mat', 2 * eye(3), 'negative_e', true);
    expected = support.both(model, 0.1, 0.2, 0.3);
    file = [tempname() '.mat'];
    remove = onCleanup(@() delete(file));
    saved = model.saveobj();
    save('-v7', file, 'saved');
    euphonic.restart();
    loaded = load(file);
    for again = {euphonic.CoherentCrystal.loadobj(loaded.saved), euphonic.CoherentCrystal(loaded.saved)}
        support.check(isequal(again{1}.temperature, 300) && again{1}.negative_e, 'its options');
        support.check(isequal(support.both(again{1}, 0.1, 0.2, 0.3), expected), 'the same bits');
    end
    whole = whos('saved');
    support.check(whole.bytes < 1e4, 'a small object, found %d bytes', whole.bytes);
end

function a_saved_model_made_of_a_struct_brings_its_content()
    fc = euphonic.ForceConstants.from_dict(support.quartz_struct());
    model = euphonic.CoherentCrystal(fc);
    expected = support.both(model, 0.1, 0.2, 0.3);
    saved = model.saveobj();
    euphonic.restart();
    again = euphonic.CoherentCrystal.loadobj(saved);
    support.check(isequal(support.both(again, 0.1, 0.2, 0.3), expected), 'the same bits');
    empty = euphonic.CoherentCrystal.loadobj(euphonic.CoherentCrystal().saveobj());
    support.check(isempty(empty.force_constants), 'a model without force constants');
    fc2 = euphonic.ForceConstants.loadobj(fc.saveobj());
    support.check(strcmp(fc2.model, fc.model), 'the same model');
end

function an_interpolator_is_exact_and_says_so()
    fc = support.quartz();
    state = warning('off', 'EUPHONIC:BrilleInterpolator:exact');
    back = onCleanup(@() warning(state));
    fc2 = euphonic.BrilleInterpolator.from_force_constants(fc, 'grid_type', 'trellis', 'grid_npts', 1000, ...
        'grid_density', 'None', 'interpolation_kwargs', struct('asr', 'reciprocal', 'n_threads', 1));
    exact = euphonic.CoherentCrystal(fc, 'asr', 'reciprocal', 'temperature', 300);
    model = euphonic.CoherentCrystal(fc2, 'temperature', 300);
    support.check(strcmp(model.asr, 'reciprocal') && model.n_threads == 1, 'the options given for the interpolation');
    support.check(isequal(support.both(model, 0.1, 0.2, 0.3), support.both(exact, 0.1, 0.2, 0.3)), 'the same bits');
    again = euphonic.BrilleInterpolator.loadobj(fc2.saveobj());
    support.check(strcmp(again.calculation_options.asr, 'reciprocal'), 'options that are saved');
    check = @(reason, part, varargin) support.check_error(['EUPHONIC:BrilleInterpolator:' reason], part, ...
        @() euphonic.BrilleInterpolator.from_force_constants(varargin{:}));
    check('invalid_argument', 'force constants', 7);
    check('unknown_option', '''grid_npts''', fc, 'grid_nptz', 1000);
    check('unknown_option', '''asr''', fc, 'interpolation_kwargs', struct('ars', 1));
    check('invalid_argument', 'struct', fc, 'interpolation_kwargs', 7);
end

function a_strange_model_is_warned_of_at_its_first_use_in_a_session()
    support.octave_only();
    strange = support.quartz_struct();
    strange.crystal.cell_vectors = strange.crystal.cell_vectors / 10;  % nanometres, taken for angstrom
    state = warning('off', 'EUPHONIC:from_dict:note');
    restore = onCleanup(@() warning(state));
    saved = euphonic.ForceConstants.from_dict(strange).saveobj();
    file = [tempname(), '.mat'];
    save('-v7', file, 'saved');
    call = 'evalc(''fc.calculate_qpoint_phonon_modes([0.1 0 0]);'');';
    lines = {sprintf('load(''%s'');', file), 'fc = euphonic.ForceConstants.loadobj(saved);', ...
        ['first = ' call], ['second = ' call]};
    answer = support.octave_session(lines, {'first', 'second'});
    support.wait_for(@() exist(answer, 'file') == 2, 60, 'the session to end');
    said = load(answer);
    tells = @(text) ~isempty(regexp(text, 'apart, less than 0.5', 'once'));
    support.check(tells(said.first), 'the distance of atoms named, found ''%s''', said.first);
    support.check(~tells(said.second), 'once, found ''%s''', said.second);
    delete(file);
end
