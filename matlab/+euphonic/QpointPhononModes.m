classdef QpointPhononModes
    %QPOINTPHONONMODES   Frequencies and eigenvectors at a list of q-points.
    %   Made by CALCULATE_QPOINT_PHONON_MODES of force constants.
    %
    %   Properties
    %       qpts           n_qpts x 3, reciprocal-lattice units
    %       weights        n_qpts x 1
    %       frequencies    n_qpts x n_modes, meV, ascending at each q-point; negative where a mode is unstable
    %       eigenvectors   n_qpts x n_modes x n_atoms x 3, complex, Cartesian, with sum(|e|^2) = 1 for each mode, of the
    %                      dynamical matrix whose phases are exp(2i*pi*q.R) with lattice vectors R
    %       mode_gradients [] or, with the option return_mode_gradients, n_qpts x n_modes x 3, meV angstrom: dw/dQ in
    %                      Cartesian components, Q in 1/angstrom (with its 2*pi), of the frequencies as they are given,
    %                      negative ones included. Among modes of equal frequency only the sum of their gradients has a
    %                      meaning. Modes nearer to zero than 1e-4 meV have gradient 0. The derivative of the dipole
    %                      term is in it, and where LO-TO splitting is applied at a zone centre its direction
    %                      is held fixed.
    %       crystal        struct with cell_vectors (angstrom), atom_r, atom_type, atom_mass (amu), n_atoms
    %
    %   Methods
    %       calculate_structure_factor, calculate_debye_waller, calculate_dos, get_dispersion,
    %       eigenvectors_in_atom_gauge, to_json_file
    %
    %   Example
    %       modes = fc.calculate_qpoint_phonon_modes([0.1 0 0; 0.2 0 0]);
    %       plot(modes.qpts(:, 1), modes.frequencies);
    %
    %   See also EUPHONIC.FORCECONSTANTS.
    properties (SetAccess = private)
        qpts
        weights
        frequencies
        eigenvectors
        mode_gradients
    end
    properties (Dependent)
        crystal
    end
    properties (Access = private)
        force_constants
        options
    end
    methods

        function self = QpointPhononModes(fc, qpts, weights, frequencies, eigenvectors, mode_gradients, options)
            self.force_constants = fc;
            self.qpts = double(qpts);
            self.weights = weights;
            self.frequencies = frequencies;
            self.eigenvectors = eigenvectors;
            self.mode_gradients = mode_gradients;
            self.options = options;
        end

        function crystal = get.crystal(self)
            crystal = self.force_constants.crystal;
        end

        function e = eigenvectors_in_atom_gauge(self)
            %EIGENVECTORS_IN_ATOM_GAUGE   Eigenvectors of the dynamical matrix with phases from atom to atom.
            %   E = MODES.EIGENVECTORS_IN_ATOM_GAUGE() has the shape of the property eigenvectors, which belong to
            %   phases exp(2i*pi*q.R) of lattice vectors R. These belong to exp(2i*pi*q.d), where d = R + r' - r is
            %   the distance of atoms: each atom's part is multiplied by exp(-2i*pi*q.r). They do not depend on the
            %   cells that atoms are called in.
            %
            %   Example
            %       modes = fc.calculate_qpoint_phonon_modes([0.1 0 0; 0.2 0 0]);
            %       e = modes.eigenvectors_in_atom_gauge();
            %
            %   See also EUPHONIC.QPOINTPHONONMODES.
            phases = exp(-2i * pi * self.qpts * self.crystal.atom_r.');
            e = bsxfun(@times, self.eigenvectors, reshape(phases, [size(phases, 1), 1, size(phases, 2)]));
        end

        function result = calculate_debye_waller(self, temperature, varargin)
            %CALCULATE_DEBYE_WALLER   Debye-Waller tensors, averaged over these q-points with their weights.
            %   S = MODES.CALCULATE_DEBYE_WALLER(TEMPERATURE, ...) at TEMPERATURE in kelvin (or a quantity) is a struct
            %   with debye_waller (n_atoms x 3 x 3, angstrom^2), temperature and crystal. Name-value pair: frequency_min
            %   (meV; modes below are left out; 0.01). The tensors are not averaged over the space group;
            %   FC.CALCULATE_DEBYE_WALLER does that.
            %
            %   Example
            %       modes = fc.calculate_qpoint_phonon_modes(euphonic.mp_grid([6 6 6]));
            %       dw = modes.calculate_debye_waller(300);
            %
            %   See also EUPHONIC.QPOINTPHONONMODES, EUPHONIC.FORCECONSTANTS, EUPHONIC.MP_GRID.
            caller = 'calculate_debye_waller';
            kelvin_in_mev = 8.617333262e-2;
            hbar2_over_amu = 4.180159280;  % meV angstrom^2
            given = euphonic.internal.options.name_values(caller, {'frequency_min'}, varargin);
            if nargin < 2
                temperature = 'None';
            end
            temperature = euphonic.internal.options.check(caller, 'temperature', temperature);
            if ischar(temperature)
                euphonic.internal.fail(caller, 'invalid_argument', 'Expected a temperature in kelvin.');
            end
            frequency_min = 0.01;
            if isfield(given, 'frequency_min')
                frequency_min = euphonic.internal.options.check(caller, 'frequency_min', given.frequency_min);
            end
            w = self.frequencies;
            factor = self.weights / sum(self.weights) ./ w .* coth(w / (2 * kelvin_in_mev * temperature));
            factor(w < frequency_min) = 0;
            e = reshape(self.eigenvectors, numel(w), [], 3);  % one row for each q-point and mode
            mass = self.crystal.atom_mass;
            tensors = zeros(numel(mass), 3, 3);
            for k = 1:numel(mass)
                of_atom = reshape(e(:, k, :), [], 3);
                tensors(k, :, :) = hbar2_over_amu / (4 * mass(k)) * real(of_atom.' * (factor(:) .* conj(of_atom)));
            end
            result = struct('debye_waller', tensors, 'temperature', temperature, 'crystal', self.crystal);
        end

        function result = calculate_dos(self, dos_bins, varargin)
            %CALCULATE_DOS   Density of states, from these q-points with their weights.
            %   S = MODES.CALCULATE_DOS(DOS_BINS, ...) with the edges of energy bins in meV, ascending, is a struct with
            %   x_data (the edges) and y_data (n_bins x 1, states in 1/meV for each atom, so that its integral over all
            %   energies is 3), x_data_unit and y_data_unit. Name-value pair: mode_widths (n_qpts x n_modes, meV):
            %   standard deviations of Gaussians in the place of sharp modes, integrated over each bin.
            %
            %   Example
            %       modes = fc.calculate_qpoint_phonon_modes(euphonic.mp_grid([10 10 10]), 'asr', 'reciprocal');
            %       dos = modes.calculate_dos(0:0.5:60);
            %       stairs(dos.x_data(1:end - 1), dos.y_data);
            %
            %   See also EUPHONIC.QPOINTPHONONMODES, EUPHONIC.MP_GRID.
            caller = 'calculate_dos';
            given = euphonic.internal.options.name_values(caller, {'mode_widths'}, varargin);
            if nargin < 2
                dos_bins = [];
            end
            widths = [];
            if isfield(given, 'mode_widths')
                widths = given.mode_widths;
            end
            result = euphonic.internal.density_of_states(caller, self.frequencies, self.weights, dos_bins, widths);
        end

        function result = get_dispersion(self)
            %GET_DISPERSION   Frequencies over the distance along the list of q-points.
            %   S = MODES.GET_DISPERSION() is a struct with x_data (1 x n_qpts, distances along the list in 1/angstrom),
            %   y_data (n_modes x n_qpts, meV), x_data_unit, y_data_unit and x_tick_labels, an n x 2 cell of index and
            %   text for the first and the last q-point and those where the direction changes.
            %
            %   Example
            %       d = modes.get_dispersion();
            %       plot(d.x_data, d.y_data, 'b');
            %
            %   See also EUPHONIC.QPOINTPHONONMODES, EUPHONIC.PLOT_DISPERSION.
            cartesian = 2 * pi * self.qpts / self.crystal.cell_vectors.';
            steps = diff(cartesian, 1, 1);
            lengths = sqrt(sum(steps.^2, 2));
            distances = [0; cumsum(lengths)].';
            result = struct('x_data', distances(1:size(self.qpts, 1)), 'y_data', self.frequencies.', ...
                'x_data_unit', '1/angstrom', 'y_data_unit', 'meV', ...
                'x_tick_labels', {euphonic.internal.plot.corner_labels(self.qpts, steps, lengths)});
        end

        function to_json_file(self, file)
            %TO_JSON_FILE   Write q-points, frequencies and eigenvectors in Euphonic's JSON form.
            %   MODES.TO_JSON_FILE(FILE)
            %
            %   Example
            %       modes.to_json_file('modes.json');
            %
            %   See also EUPHONIC.QPOINTPHONONMODES.
            if nargin < 2
                file = [];
            end
            [n, n_modes] = size(self.frequencies);
            shape = [n, n_modes, n_modes / 3, 3];
            [~, crystal] = euphonic.internal.crystal_content(self.crystal);
            e = self.eigenvectors;
            members = {'crystal', crystal, []
                       'n_qpts', n, []
                       'qpts', self.qpts, [n 3]
                       'weights', self.weights, n
                       'frequencies', self.frequencies, [n n_modes]
                       'frequencies_unit', 'millielectron_volt', []
                       'eigenvectors', cat(5, real(e), imag(e)), [shape 2]};
            euphonic.internal.write_json('to_json_file', file, ...
                [members; euphonic.internal.json_class('QpointPhononModes')]);
        end

        function result = calculate_structure_factor(self, varargin)
            %CALCULATE_STRUCTURE_FACTOR   One-phonon structure factors at the same q-points.
            %   S = MODES.CALCULATE_STRUCTURE_FACTOR(...) is a struct with qpts, weights, frequencies, structure_factors
            %   (both n_qpts x n_modes; meV, and mbarn for each atom of the cell), temperature and crystal. There is no
            %   Bose factor in them. Name-value pairs: scattering_lengths as in EUPHONIC.COHERENTCRYSTAL; dw, the
            %   Debye-Waller tensors, an n_atoms x 3 x 3 array in angstrom^2 or a struct with them in debye_waller.
            %
            %   Example
            %       s = modes.calculate_structure_factor('scattering_lengths', struct('Si', 4.149, 'O', 5.803));
            %
            %   See also EUPHONIC.QPOINTPHONONMODES, EUPHONIC.COHERENTCRYSTAL.
            caller = 'calculate_structure_factor';
            given = euphonic.internal.options.name_values(caller, {'scattering_lengths', 'dw'}, varargin);
            calculation = self.options;
            calculation.scattering_lengths = 'Sears1992';
            calculation.temperature = 'None';
            calculation.bose = false;
            calculation.negative_e = false;
            frames = [];
            temperature = [];
            if isfield(given, 'scattering_lengths')
                calculation.scattering_lengths = euphonic.internal.options.check(caller, 'scattering_lengths', ...
                    given.scattering_lengths);
            end
            if isfield(given, 'dw')
                if isstruct(given.dw) && isfield(given.dw, 'temperature')
                    temperature = given.dw.temperature;
                end
                frames = euphonic.internal.job.debye_waller_frame(caller, ...
                    euphonic.internal.options.check(caller, 'debye_waller', given.dw), self.force_constants.n_atoms);
                calculation.temperature = 0;  % the daemon takes the tensors together with a temperature only
            end
            q = self.qpts;
            points = euphonic.internal.job.with_directions(caller, {q(:, 1), q(:, 2), q(:, 3)}, ...
                calculation.splitting_directions);
            evaluation = euphonic.internal.job.evaluate(caller, self.force_constants, ...
                euphonic.internal.job.parameters(calculation, 'structure_factor'), frames, points, ...
                struct('progress', euphonic.internal.job.show_progress(calculation.verbose)));
            result = struct('qpts', q, 'weights', self.weights, 'frequencies', evaluation.frequencies, ...
                'structure_factors', evaluation.structure_factors, 'temperature', temperature, 'crystal', self.crystal);
        end

    end
end
