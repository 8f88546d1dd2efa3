classdef CoherentCrystal < handle
    %COHERENTCRYSTAL   Coherent one-phonon scattering of a single crystal, for Horace and for itself.
    %   MODEL = EUPHONIC.COHERENTCRYSTAL(FC) with force constants FC. Options follow by position, in the order below, or
    %   as name-value pairs; each is also a property that can be read and set. 'None' stands for none.
    %
    %       debye_waller_grid    [n n n]: Monkhorst-Pack grid for the Debye-Waller factor ('None')
    %       debye_waller         n_atoms x 3 x 3 tensor W in angstrom^2, instead of a grid ('None')
    %       temperature          kelvin, or a quantity; 'None': neither Bose nor Debye-Waller factor ('None')
    %       bose                 multiply by the Bose factor (true)
    %       negative_e           also return the intensities at -w (false)
    %       conversion_mat       3x3: q of the model is the row [qh qk ql] times this ('None')
    %       chunk                without effect: the daemon chooses ('None')
    %       lim                  upper limit of the intensity of a mode in mbarn (Inf)
    %       scattering_lengths   'Sears1992', 'BlueBook', a JSON file, a struct of element = length in fm, real or
    %                            complex, or the name of an isotope such as '62Ni' (its field default may name the
    %                            table for the others); or a vector or cell with one for each atom ('Sears1992')
    %       verbose              tell how far a calculation is that takes longer than two seconds (true)
    %
    %   Name-value pairs only, and properties too:
    %       asr                  acoustic sum rule: 'reciprocal', 'realspace' ('None')
    %       dipole               include the dipole-dipole term where there are Born charges (true)
    %       dipole_parameter     scales the automatic splitting of the Ewald sums; results do not depend on it (1)
    %       splitting            LO-TO splitting at the zone centre (true)
    %       splitting_directions direction from which a zone centre is approached, reciprocal-lattice units: a row, or
    %                            one for each q-point (NaN: from the list); 'average', for HORACE_SQW alone: the mean
    %                            over all directions, as in a powder. 'None': from the neighbouring q-points ('None')
    %       n_threads            at most so many threads ('None': all that the daemon has)
    %       cache_limit          bytes of results that are kept for calls with the same q-points, as fits make them; 0:
    %                            none (the environment variable EUPHONIC_CACHE_BYTES, else 2^30). CLEAR_CACHE forgets
    %                            them.
    %       insert_gamma, reduce_qpts, use_c, useparallel, threads    accepted, without effect here
    %
    %   [W, SF] = MODEL.HORACE_DISP(QH, QK, QL) evaluates it; @MODEL.HORACE_DISP is what Horace wants.
    %   @MODEL.HORACE_SQW gives the intensity already broadened, which is faster where it will do.
    %
    %   Example
    %       fc = euphonic.ForceConstants.from_castep('quartz.castep_bin');
    %       model = euphonic.CoherentCrystal(fc, 'temperature', 300, 'asr', 'reciprocal');
    %       cut = disp2sqw_eval(cut, @model.horace_disp, {}, 1.5);
    %
    %   See also EUPHONIC.FORCECONSTANTS, EUPHONIC.COHERENTCRYSTAL/HORACE_DISP,
    %   EUPHONIC.COHERENTCRYSTAL/HORACE_SQW, EUPHONIC.PLOT_SQW.
    properties
        debye_waller_grid = 'None'
        debye_waller = 'None'
        temperature = 'None'
        bose = true
        negative_e = false
        conversion_mat = 'None'
        chunk = 'None'
        lim = Inf
        scattering_lengths = 'Sears1992'
        verbose = true
        asr = 'None'
        dipole = true
        dipole_parameter = 1
        splitting = true
        n_threads = 'None'
        cache_limit = 2^30
        splitting_directions = 'None'
        insert_gamma = false
        reduce_qpts = true
        use_c = 'None'
        useparallel = 'None'
        threads = 'None'
    end
    properties (SetAccess = private)
        force_constants
    end
    properties (SetAccess = private, Hidden)
        cache
    end
    properties (Access = private)
        said = {}  % warnings given already
    end
    methods

        function self = CoherentCrystal(fc, varargin)
            self.cache = euphonic.internal.job.ResultCache(self.cache_limit);
            limit = str2double(getenv('EUPHONIC_CACHE_BYTES'));
            if limit >= 0
                self.cache_limit = limit;
            end
            if nargin == 0
                return
            end
            if nargin == 1 && isstruct(fc) && isfield(fc, 'force_constants')
                self.restore(fc);
                return
            end
            if ~isa(fc, 'euphonic.ForceConstants')
                euphonic.internal.fail('CoherentCrystal', 'invalid_argument', ...
                    'Expected force constants as the first argument, found a value of class %s.', class(fc));
            end
            self.force_constants = fc;
            self.set_options(fc.calculation_options);
            self.set_options(constructor_options(varargin));
        end

        function [w, sf] = horace_disp(self, qh, qk, ql, varargin)
            %HORACE_DISP   Frequencies and intensities of all modes, in the form that Horace wants.
            %   [W, SF] = MODEL.HORACE_DISP(QH, QK, QL) with q-points in reciprocal-lattice units, arrays with equally
            %   many elements. W and SF are 1xn cells of rows: frequencies in meV and intensities in mbarn for each atom
            %   of the cell. n is the number of modes, twice that with negative_e (then the second half belongs to -w).
            %   Weights inside a set of modes with equal frequencies are arbitrary; their sum is not.
            %
            %   MODEL.HORACE_DISP(QH, QK, QL, S, F) multiplies intensities by S and frequencies by F. They can be given
            %   as S; [S F]; S, F; cells of these; and by name: 'intensity_scale', S, 'frequency_scale', F. C =
            %   MODEL.HORACE_DISP(...) is {W, SF}.
            %
            %   Example
            %       [w, sf] = model.horace_disp(0, 0, 1.5);
            %
            %   See also EUPHONIC.COHERENTCRYSTAL.
            caller = 'horace_disp';
            if nargin < 4
                euphonic.internal.fail(caller, 'invalid_argument', ...
                    'Expected qh, qk and ql, found %d of them.', nargin - 1);
            end
            [intensity_scale, frequency_scale] = euphonic.internal.options.scale_arguments(caller, varargin);
            [qh, qk, ql] = euphonic.internal.job.check_q(caller, qh, qk, ql);
            results = self.calculated(caller, 'structure_factor', {qh, qk, ql}, [], struct());
            [w, sf] = euphonic.internal.job.scale_surfaces(results.frequencies, results.structure_factors, ...
                intensity_scale, frequency_scale, self.lim);
            if nargout < 2
                w = {w, sf};
            end
        end

        function weight = horace_sqw(self, qh, qk, ql, en, varargin)
            %HORACE_SQW   Broadened intensity at q-points and energies, in the form that Horace's sqw_eval wants.
            %   WEIGHT = MODEL.HORACE_SQW(QH, QK, QL, EN, [SCALE FREQUENCY_SCALE WIDTH ...]) with q-points in
            %   reciprocal-lattice units and energy transfers EN in meV, arrays with equally many elements, is in
            %   mbarn/meV for each atom of the cell and shaped like QH. WIDTH is the full width at half maximum in meV;
            %   further numbers are ascending coefficients of a polynomial in the energy transfer. Its absolute value
            %   counts, at least 1e-6 meV, so that a fit may pass through zero. Modes are multiplied
            %   by SCALE and their frequencies by FREQUENCY_SCALE. The numbers can be spread over several arguments and
            %   cells, and given by name: 'scale', 'frequency_scale', 'width'.
            %
            %   MODEL.HORACE_SQW(..., 'shape', SHAPE): 'gauss' (default), 'lorentz', or 'dho' for damped oscillators.
            %   Intensity at negative energy transfers needs negative_e. Near zone centres, modes of almost no frequency
            %   have intensities as large as they are arbitrary: lim limits that of each mode, before SCALE; damped
            %   oscillators stay finite without.
            %
            %   Example
            %       cut = sqw_eval(cut, @model.horace_sqw, {[1 1 1.5], 'shape', 'dho'});
            %
            %   See also EUPHONIC.COHERENTCRYSTAL, EUPHONIC.PLOT_SQW.
            caller = 'horace_sqw';
            if nargin < 5
                euphonic.internal.fail(caller, 'invalid_argument', ...
                    'Expected qh, qk, ql and en, found %d of them.', nargin - 1);
            end
            [scale, line_shape] = euphonic.internal.options.sqw_arguments(caller, varargin);
            shape = size(qh);
            [qh, qk, ql] = euphonic.internal.job.check_q(caller, qh, qk, ql);
            en = euphonic.internal.job.check_energies(caller, en, numel(qh));
            if self.lim < Inf
                line_shape.intensity_limit = self.lim;
            end
            results = self.calculated(caller, 'sqw', {qh, qk, ql}, en, line_shape);
            weight = reshape(scale * results.intensities, shape);
        end

        function clear_cache(self)
            %CLEAR_CACHE   Forget the results that are kept for calls with the same q-points.
            %   MODEL.CLEAR_CACHE()
            %
            %   See also EUPHONIC.COHERENTCRYSTAL.
            self.cache.clear();
        end

        function disp(self)
            if isempty(self.force_constants)
                fprintf('  A model without force constants.\n');
                return
            end
            disp(self.force_constants);
            plain = euphonic.CoherentCrystal();
            for name = euphonic.internal.options.model_options()
                if ~isequal(self.(name{1}), plain.(name{1}))
                    fprintf('  %s: %s\n', name{1}, euphonic.internal.shown(self.(name{1})));
                end
            end
        end

        function set.debye_waller_grid(self, value)
            self.debye_waller_grid = checked('debye_waller_grid', value);
        end

        function set.debye_waller(self, value)
            self.debye_waller = checked('debye_waller', value);
        end

        function set.temperature(self, value)
            self.temperature = checked('temperature', value);
        end

        function set.bose(self, value)
            self.bose = checked('bose', value);
        end

        function set.negative_e(self, value)
            self.negative_e = checked('negative_e', value);
        end

        function set.conversion_mat(self, value)
            self.conversion_mat = checked('conversion_mat', value);
        end

        function set.chunk(self, value)
            self.chunk = checked('chunk', value);
        end

        function set.lim(self, value)
            self.lim = checked('lim', value);
        end

        function set.scattering_lengths(self, value)
            self.scattering_lengths = checked('scattering_lengths', value);
        end

        function set.verbose(self, value)
            self.verbose = checked('verbose', value);
        end

        function set.asr(self, value)
            self.asr = checked('asr', value);
        end

        function set.dipole(self, value)
            self.dipole = checked('dipole', value);
        end

        function set.dipole_parameter(self, value)
            self.dipole_parameter = checked('dipole_parameter', value);
        end

        function set.splitting(self, value)
            self.splitting = checked('splitting', value);
        end

        function set.n_threads(self, value)
            self.n_threads = checked('n_threads', value);
        end

        function set.cache_limit(self, value)
            self.cache_limit = checked('cache_limit', value);
            self.cache.limit = value; %#ok<MCSUP>
        end

        function set.splitting_directions(self, value)
            self.splitting_directions = checked('splitting_directions', value);
        end

        function set.insert_gamma(self, value)
            self.insert_gamma = checked('insert_gamma', value);
        end

        function set.reduce_qpts(self, value)
            self.reduce_qpts = checked('reduce_qpts', value);
        end

        function set.use_c(self, value)
            self.use_c = checked('use_c', value);
        end

        function set.useparallel(self, value)
            self.useparallel = checked('useparallel', value);
        end

        function set.threads(self, value)
            self.threads = checked('threads', value);
        end

    end
    methods (Hidden)

        function saved = saveobj(self)
            %SAVEOBJ   A struct with the options and with what is needed to find the force constants again.
            saved = struct('force_constants', []);
            if ~isempty(self.force_constants)
                saved.force_constants = self.force_constants.saveobj();
            end
            for name = euphonic.internal.options.model_options()
                saved.(name{1}) = self.(name{1});
            end
        end

    end
    methods (Static)

        function model = loadobj(saved)
            %LOADOBJ   A model from what SAVEOBJ made.
            model = saved;
            if isstruct(saved)
                model = euphonic.CoherentCrystal(saved);
            end
        end

    end
    methods (Access = private)

        function set_options(self, options)
            for name = fieldnames(options).'
                self.(name{1}) = options.(name{1});
            end
        end

        function restore(self, saved)
            if ~isempty(saved.force_constants)
                self.force_constants = euphonic.ForceConstants(saved.force_constants);
            end
            self.set_options(rmfield(saved, 'force_constants'));
        end

        function results = calculated(self, caller, quantity, points, energies, extra)
            % What the daemon has to say, or the cache. EXTRA: further parameters of job.open, a struct.
            if isempty(self.force_constants) || isempty(self.force_constants.model)
                euphonic.internal.fail(caller, 'no_force_constants', ...
                    'This model has no force constants. Read some with euphonic.ForceConstants.from_castep(file).');
            end
            params = euphonic.internal.job.parameters(self, quantity);
            for name = fieldnames(extra).'
                params.(name{1}) = extra.(name{1});
            end
            [params, frames] = self.with_debye_waller(caller, params);
            plan = struct('model', self.force_constants.model, 'params', rmfield(params, 'n_threads'), ...
                'debye_waller', frames, 'conversion_mat', self.conversion_mat, 'energies', energies, ...
                'splitting_directions', self.splitting_directions);
            results = self.cache.find(plan, points);
            if isempty(results)
                answer = self.answered(caller, params, frames, points, energies);
                self.tell(caller, answer);
                results = struct('frequencies', {answer.frequencies}, ...
                    'structure_factors', {answer.structure_factors}, 'intensities', answer.intensities);
                self.cache.keep(plan, points, results);
            end
        end

        function answer = answered(self, caller, params, frames, points, energies)
            directions = self.splitting_directions;
            average = strcmp(directions, 'average');
            if average && ~strcmp(params.quantity, 'sqw')
                euphonic.internal.fail(caller, 'invalid_argument', ...
                    'An average over splitting_directions has no single frequencies: only horace_sqw takes it.');
            end
            if ~ischar(directions)
                directions = self.converted({directions(:, 1), directions(:, 2), directions(:, 3)});
                directions = [directions{:}];
            end
            points = self.converted(points);
            if average
                n = numel(points{1});
                [points, directions, energies, of] = euphonic.internal.job.spread_directions(points, energies, ...
                    self.force_constants.crystal.cell_vectors);
            end
            points = euphonic.internal.job.with_directions(caller, points, directions);
            answer = euphonic.internal.job.evaluate(caller, self.force_constants, params, frames, points, ...
                self.verbose, true, energies);
            if average
                answer.intensities = accumarray(of, answer.intensities(:), [n, 1], @mean);
            end
        end

        function points = converted(self, points)
            if ~euphonic.internal.options.is_none(self.conversion_mat)
                q = [points{:}] * self.conversion_mat;
                points = {q(:, 1), q(:, 2), q(:, 3)};
            end
        end

        function [params, frames] = with_debye_waller(self, caller, params)
            frames = [];
            none = @euphonic.internal.options.is_none;
            if none(self.temperature)
                if ~none(self.debye_waller) || ~none(self.debye_waller_grid)
                    self.said = euphonic.internal.warn_once(self.said, caller, 'no_temperature', ...
                        'Without a temperature there is no Debye-Waller factor: set the option temperature.');
                end
                return
            elseif ~none(self.debye_waller)
                frames = euphonic.internal.job.debye_waller_frame(caller, self.debye_waller, ...
                    self.force_constants.n_atoms);
            elseif ~none(self.debye_waller_grid)
                params.debye_waller_grid = self.debye_waller_grid;
            end
        end

        function tell(self, caller, answer)
            for i = 1:numel(answer.job.notes)
                self.said = euphonic.internal.warn_once(self.said, caller, 'note', answer.job.notes{i});
            end
            if answer.imaginary > 0 && ~any(strcmp('imaginary', self.said))
                self.said{end + 1} = 'imaginary';
                euphonic.internal.job.warn_of_imaginary(caller, answer.imaginary, self.asr);
            end
        end

    end
end

function value = checked(name, value)
    value = euphonic.internal.options.check('CoherentCrystal', name, value);
end

function options = constructor_options(args)
    % Positional values until the first name of an option, then name-value pairs.
    caller = 'CoherentCrystal';
    [names, n_positional] = euphonic.internal.options.model_options();
    options = struct();
    args = cellfun(@euphonic.internal.options.as_char, args, 'UniformOutput', false);
    i = 1;
    while i <= numel(args)
        value = args{i};
        name = names{min(i, numel(names))};
        if ischar(value) && any(strcmp(value, names))
            break
        elseif ischar(value) && ~strcmpi(value, 'none') && ~strcmp(name, 'scattering_lengths')
            euphonic.internal.options.unknown_option(caller, value, names);
        elseif i > n_positional
            euphonic.internal.fail(caller, 'invalid_argument', ...
                'There are more than %d positional arguments after the force constants; give the others by name.', ...
                n_positional);
        end
        options.(name) = value;
        i = i + 1;
    end
    named = euphonic.internal.options.name_values(caller, names, args(i:end));
    for name = fieldnames(named).'
        if isfield(options, name{1})
            euphonic.internal.fail(caller, 'repeated_option', ...
                'Option ''%s'' is given by position and by name.', name{1});
        end
        options.(name{1}) = named.(name{1});
    end
end
