classdef CoherentCrystal < handle
    %COHERENTCRYSTAL   Coherent one-phonon scattering of a single crystal, for Horace and for itself.
    %   MODEL = EUPHONIC.COHERENTCRYSTAL(FC, ...) is a model of the crystal whose force constants are FC. Options follow
    %   FC by position, in the order below, or as name-value pairs. Each is also a property: MODEL.temperature = 300
    %   changes it. 'None' stands for none. Default values are in parentheses.
    %
    %       debye_waller_grid    [n n n]: Monkhorst-Pack grid, over which the Debye-Waller factor is averaged ('None')
    %       debye_waller         n_atoms x 3 x 3 tensors W in angstrom^2, in place of a grid ('None')
    %       temperature          kelvin, or a quantity. Without one there is neither a Bose nor a Debye-Waller factor
    %                            ('None')
    %       bose                 multiply intensities by the Bose factor (true)
    %       negative_e           also return intensities at -w, where neutrons gain energy (false)
    %       conversion_mat       3x3 matrix: the model's q-point is the row [qh qk ql] times this ('None')
    %       chunk                integer, without effect: the daemon chooses how many q-points it takes at once ('None')
    %       lim                  upper limit of the intensity of each mode in mbarn (Inf)
    %       scattering_lengths   'Sears1992', 'BlueBook', a JSON file, or a struct or containers.Map of element = length
    %                            in fm, real or complex, or the name of an isotope such as '62Ni' (its key default may
    %                            name the table for the others); or a vector or cell with one for each atom
    %                            ('Sears1992')
    %       verbose              show progress of calculations that take longer than two seconds (true)
    %
    %   These are given by name only:
    %
    %       asr                  acoustic sum rule: 'reciprocal' or 'realspace' ('None')
    %       dipole               include the dipole-dipole term where there are Born charges (true)
    %       dipole_parameter     multiplies the Ewald parameter; results do not depend on it (1)
    %       splitting            LO-TO splitting at zone centres (true)
    %       splitting_directions direction from which a zone centre is approached, reciprocal-lattice units: one row, or
    %                            a row for each q-point (NaN: from the list). 'average', for HORACE_SQW alone: the mean
    %                            over all directions, as in a powder. 'None': from neighbouring q-points ('None')
    %       n_threads            number of threads that this model may use; 'None': all that the daemon has ('None')
    %       cache_limit          bytes that are kept for calls with the same q-points, as fits make them: of results
    %                            here, and of modes in the daemon, where HORACE_SQW then needs neither q-points nor
    %                            modes anew for other widths and scales;
    %                            0: none (the environment variable EUPHONIC_CACHE_BYTES, else 2^30)
    %
    %   Existing scripts also give these, which are accepted without effect: insert_gamma (false), reduce_qpts (true),
    %   use_c ('None'), useparallel ('None'), threads ('None').
    %
    %   Methods
    %       horace_disp    frequencies and intensities of all modes; @MODEL.HORACE_DISP is what Horace wants
    %       horace_sqw     the broadened intensity itself, which is faster where it will do
    %       powder_sqw     the same of a powder, for data of gen_sqw_powder
    %       copy           a second model with the same options; OTHER = MODEL is the same model under another name
    %       clear_cache    forget the results that are kept
    %
    %   MODEL.force_constants can be read and assigned, too.
    %
    %   Example
    %       fc = euphonic.ForceConstants.from_castep('quartz.castep_bin');
    %       model = euphonic.CoherentCrystal(fc, 'temperature', 300, 'asr', 'reciprocal');
    %       cut = disp2sqw_eval(cut, @model.horace_disp, {1}, 1.5);
    %
    %   See also EUPHONIC.FORCECONSTANTS, EUPHONIC.COHERENTCRYSTAL/HORACE_DISP,
    %   EUPHONIC.COHERENTCRYSTAL/HORACE_SQW, EUPHONIC.PLOT_SQW.
    properties
        % Their defaults and checks are in euphonic.internal.options.table.
        debye_waller_grid
        debye_waller
        temperature
        bose
        negative_e
        conversion_mat
        chunk
        lim
        scattering_lengths
        verbose
        asr
        dipole
        dipole_parameter
        splitting
        splitting_directions
        n_threads
        cache_limit
        insert_gamma
        reduce_qpts
        use_c
        useparallel
        threads
    end
    properties
        force_constants
    end
    properties (SetAccess = private, Hidden)
        cache
    end
    properties (Access = private)
        said = {}  % warnings given already
        requests = struct()  % what the daemon is told, by quantity; made once for the options of the moment
        last_points = []  % some of those that horace_sqw was called with last
    end
    methods

        function self = CoherentCrystal(fc, varargin)
            defaults = euphonic.internal.options.defaults('model');
            for name = fieldnames(defaults).'
                self.(name{1}) = defaults.(name{1});
            end
            self.cache = euphonic.internal.job.ResultCache(self.cache_limit);
            if nargin == 0
                return
            end
            if nargin == 1 && isstruct(fc) && isfield(fc, 'force_constants')
                self.restore(fc);
                return
            end
            self.set_option('force_constants', fc);
            [names, n_positional] = euphonic.internal.options.names('model');
            self.set_options(euphonic.internal.options.positional('CoherentCrystal', names, n_positional, ...
                {'scattering_lengths'}, varargin));
            euphonic.internal.job.debye_waller_frame('CoherentCrystal', self.debye_waller, ...
                self.force_constants.n_atoms);
        end

        function [w, sf] = horace_disp(self, qh, qk, ql, varargin)
            %HORACE_DISP   Frequencies and intensities of all modes, in the form that Horace wants.
            %   [W, SF] = MODEL.HORACE_DISP(QH, QK, QL) with q-points in reciprocal-lattice units, arrays with equally
            %   many elements. W and SF are 1xn cells of rows: frequencies in meV and intensities in mbarn for each atom
            %   of the cell. n is the number of modes, twice that with negative_e (then the second half belongs to -w).
            %   Weights inside a set of modes with equal frequencies are arbitrary; their sum is not.
            %
            %   MODEL.HORACE_DISP(QH, QK, QL, S, F) multiplies intensities by S and frequencies by F. They can be given
            %   as S; [S F]; S, F; cells of these; and by name: 'intensity_scale', S, 'frequency_scale', F. With one
            %   output it is W.
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
            factors = [1 1];
            if nargin > 4
                factors = euphonic.internal.options.scale_arguments(caller, varargin);
            end
            points = as_columns(caller, qh, qk, ql);
            results = self.calculated(caller, 'structure_factor', points, [], []);
            w = results.frequencies;
            sf = results.structure_factors;
            if any(factors ~= 1) || self.lim < Inf || numel(sf) > numel(w)
                [w, sf] = euphonic.internal.job.scale_surfaces(w, sf, factors(1), factors(2), self.lim);
            end
        end

        function weight = horace_sqw(self, qh, qk, ql, en, varargin)
            %HORACE_SQW   Broadened intensity at q-points and energies, in the form that Horace's sqw_eval wants.
            %   WEIGHT = MODEL.HORACE_SQW(QH, QK, QL, EN, [SCALE FREQUENCY_SCALE WIDTH ...]) with q-points in
            %   reciprocal-lattice units and energy transfers EN in meV, arrays with equally many elements, is in
            %   mbarn/meV for each atom of the cell and shaped like QH. WIDTH is the full width at half maximum in meV;
            %   further numbers are ascending coefficients of a polynomial in the energy transfer. Its absolute value
            %   counts, at least 1e-6 meV, so that a fit may pass through zero; a width <= 0 that does not come from a
            %   fit is warned of once. Modes are multiplied by SCALE and their frequencies by FREQUENCY_SCALE. The
            %   numbers can be spread over several arguments and cells, and given by name: 'scale',
            %   'frequency_scale', 'width'.
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
            [scale, line_shape, width_is_named] = euphonic.internal.options.sqw_arguments(caller, varargin);
            shape = size(qh);
            points = as_columns(caller, qh, qk, ql);
            en = euphonic.internal.job.check_energies(caller, en, numel(qh));
            self.tell_of_width(caller, [line_shape.width{:}], [points, {en}], width_is_named);
            if self.lim < Inf
                line_shape.intensity_limit = self.lim;
            end
            results = self.calculated(caller, 'sqw', points, en, line_shape);
            weight = reshape(scale * results.intensities, shape);
        end

        function [weight, facts] = powder_sqw(self, qh, qk, ql, en, varargin)
            %POWDER_SQW   Broadened intensity of a powder at |Q| and energies, for sqw_eval and multifit.
            %   WEIGHT = MODEL.POWDER_SQW(QH, QK, QL, EN, [SCALE FREQUENCY_SCALE WIDTH ...]) is the average over all
            %   orientations at |Q| = norm([QH QK QL]) in 1/angstrom, as data of Horace's gen_sqw_powder have it (|Q| in
            %   QH; QK and QL zero), and energy transfers EN in meV: in mbarn/meV for each atom, shaped like QH. Numbers
            %   and the names scale, frequency_scale, width and shape are as in HORACE_SQW. Also by name:
            %
            %       q_spacing  distance of the spheres that are calculated, 1/angstrom; between them intensities are
            %                  interpolated linearly (0.025)
            %       error      per cent: directions of a sphere are doubled until its error is below (2)
            %       npts, npts_max   directions of a sphere to begin with (1000), and the most that it gets (16384)
            %
            %   The daemon keeps the spheres in bins of 1/2000 of the highest mode's energy: calls with the same range
            %   of |Q| and options calculate nothing anew, whatever scales and widths. conversion_mat, lim and
            %   splitting_directions have no effect. Where averages over orientations are made by hand, by evaluating a
            %   single-crystal model at some of them, nobody knows their error. Here it is known: [WEIGHT, FACTS] =
            %   MODEL.POWDER_SQW(...) also returns a struct with error and interpolation_error ([median largest],
            %   relative, in bins of 1.5 % of the highest energy), n_spheres, directions, cached.
            %
            %   Example
            %       w = sqw_eval(w, @model.powder_sqw, {[1 1 1.5]});
            %
            %   See also EUPHONIC.POWDER, EUPHONIC.COHERENTCRYSTAL/HORACE_SQW.
            caller = 'powder_sqw';
            if nargin < 5
                euphonic.internal.fail(caller, 'invalid_argument', ...
                    'Expected qh, qk, ql and en, found %d of them.', nargin - 1);
            end
            euphonic.internal.spectrum.as_model(caller, self);
            shape = size(qh);
            [qh, qk, ql] = euphonic.internal.job.check_q(caller, qh, qk, ql);
            en = euphonic.internal.job.check_energies(caller, en, numel(qh));
            [scale, params, width_is_named] = euphonic.internal.spectrum.powder_arguments(caller, varargin);
            q = sqrt(qh.^2 + qk.^2 + ql.^2);
            self.tell_of_width(caller, [params.width{:}], {q, q, q, en}, width_is_named);
            [own, frames] = self.spectrum_request(caller);
            for name = setdiff(fieldnames(own).', {'quantity', 'splitting'})
                params.(name{1}) = own.(name{1});
            end
            [facts, arrays] = self.powder_intensities(caller, params, frames, q, en);
            weight = reshape(scale * arrays.intensities, shape);
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
            options = self.options();
            defaults = euphonic.internal.options.defaults('model');
            for name = fieldnames(options).'
                if ~isequal(options.(name{1}), defaults.(name{1}))
                    fprintf('  %s: %s\n', name{1}, euphonic.internal.shown(options.(name{1})));
                end
            end
        end

        function other = copy(self)
            %COPY   A second model with the same options and force constants.
            %   OTHER = COPY(MODEL) can be changed without changing MODEL. OTHER = MODEL makes no second model: it is
            %   the same one under another name.
            %
            %   Example
            %       cold = copy(model);
            %       cold.temperature = 5;
            %
            %   See also EUPHONIC.COHERENTCRYSTAL.
            other = euphonic.CoherentCrystal();
            if ~isempty(self.force_constants)
                other.set_option('force_constants', self.force_constants);
            end
            other.set_options(self.options());
        end

        function self = subsasgn(self, where, value)
            % MODEL.NAME = VALUE checks the value of an option, as the constructor does.
            if ~strcmp(where(1).type, '.')  % an array of models
                if numel(where) == 1
                    self = builtin('subsasgn', self, where, value);
                else
                    subsasgn(builtin('subsref', self, where(1)), where(2:end), value);
                end
                return
            end
            name = where(1).subs;
            if numel(where) > 1 && any(strcmp(name, properties(self)))
                value = subsasgn(self.(name), where(2:end), value);
            end
            self.set_option(name, value);
        end

    end
    methods (Hidden)

        function [params, frames] = spectrum_request(self, caller)
            % Of a request for a spectrum: what of the model intensities depend on
            request = self.request(caller, 'structure_factor');
            params = request.params;
            frames = request.frames;
        end

        function options = calculation_options(self)
            % All options, a struct
            options = self.options();
        end

        function saved = saveobj(self)
            %SAVEOBJ   A struct with the options and with what is needed to find the force constants again.
            saved = self.options();
            saved.force_constants = [];
            if ~isempty(self.force_constants)
                saved.force_constants = self.force_constants.saveobj();
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

        function options = options(self)
            options = struct();
            for name = euphonic.internal.options.names('model')
                options.(name{1}) = self.(name{1});
            end
        end

        function set_option(self, name, value)
            caller = 'CoherentCrystal';
            self.requests = struct();
            if strcmp(name, 'force_constants')
                self.set_force_constants(caller, value);
                return
            end
            names = euphonic.internal.options.names('model');
            if ~any(strcmp(name, names))
                euphonic.internal.options.unknown_option(caller, name, [names, {'force_constants'}]);
            end
            self.(name) = euphonic.internal.options.check(caller, name, value);
            self.cache.limit = self.cache_limit;
        end

        function set_force_constants(self, caller, fc)
            if ~isa(fc, 'euphonic.ForceConstants')
                euphonic.internal.fail(caller, 'invalid_argument', ...
                    'Expected force constants, found a value of class %s. Read some with %s.', class(fc), ...
                    'euphonic.ForceConstants.from_castep(file)');
            end
            self.force_constants = fc;
            self.said = {};
            self.set_options(fc.calculation_options);
        end

        function set_options(self, options)
            for name = fieldnames(options).'
                self.set_option(name{1}, options.(name{1}));
            end
        end

        function restore(self, saved)
            if ~isempty(saved.force_constants)
                self.set_option('force_constants', euphonic.ForceConstants(saved.force_constants));
            end
            for name = intersect(fieldnames(saved).', euphonic.internal.options.names('model'))
                self.set_option(name{1}, saved.(name{1}));
            end
        end

        function results = calculated(self, caller, quantity, points, energies, extra)
            % What the daemon has to say, or the cache. POINTS: see AS_COLUMNS. EXTRA: further parameters of job.open, a
            % struct, or [].
            request = self.request(caller, quantity);
            keeps = self.cache_limit > 0;
            if keeps
                asked = points;
                if ~isempty(energies)
                    asked{4} = energies;
                end
                plan = request.plan;
                plan.extra = extra;
                results = self.cache.find(plan, asked);
                if ~isempty(results)
                    return
                end
            end
            params = request.params;
            if ~isempty(extra)
                for name = fieldnames(extra).'
                    params.(name{1}) = extra.(name{1});
                end
                if keeps
                    [params, request.options.points_kept] = self.with_name_of_points(params);
                end
            end
            results = self.answered(caller, request, params, points, energies);
            if keeps
                self.cache.note_kept(results.points_kept > 0);
                self.cache.keep(plan, asked, struct( ...
                    'frequencies', {results.frequencies(1:min(end, self.force_constants.n_modes))}, ...
                    'structure_factors', {results.structure_factors}, 'intensities', results.intensities));
            end
        end

        function [params, in_daemon] = with_name_of_points(self, params)
            % From the second time on that these points are asked for
            [name, in_daemon] = self.cache.name_of_points();
            if ~isempty(name)
                params.points = struct('id', name, 'max_bytes', floor(min(self.cache_limit, 2^52)));
            end
        end

        function request = request(self, caller, quantity)
            % By the options alone: what the daemon is told, and as PLAN what of it determines results.
            if ~isfield(self.requests, quantity)
                fc = self.force_constants;
                if isempty(fc) || isempty(fc.model)
                    euphonic.internal.fail(caller, 'no_force_constants', ...
                        'This model has no force constants. Read some with euphonic.ForceConstants.from_castep(file).');
                end
                request = euphonic.internal.job.request_of(caller, fc, self.options(), quantity);
                if request.lacks_temperature
                    self.said = euphonic.internal.warn_once(self.said, caller, 'no_temperature', ...
                        ['The model has no temperature, so its Debye-Waller factor is not applied. Set the option ' ...
                         'temperature.']);
                end
                determining = request.params;  % n_threads changes no bit of a result
                determining.n_threads = [];
                place = {request.conversion_mat, request.splitting_directions};
                number = self.cache.number_of({fc.model, determining, request.frames, place});
                request.plan = struct('number', number, 'place', self.cache.number_of(place), 'extra', []);
                self.requests.(quantity) = request;
            end
            request = self.requests.(quantity);
        end

        function results = answered(self, caller, request, params, points, energies)
            fc = self.force_constants;
            of = [];
            n = numel(points{1});
            if request.is_placed
                [points, energies, of] = euphonic.internal.job.placed(caller, fc, request, points, energies);
            end
            request.options.energies = energies;
            results = euphonic.internal.job.evaluate(caller, fc, params, request.frames, points, request.options);
            if ~isempty(of)
                results.intensities = accumarray(of, results.intensities(:), [n, 1], @mean);
            end
            if results.imaginary > 0 || ~isempty(results.notes)
                self.tell(caller, results);
            end
        end

        function [facts, arrays] = powder_intensities(self, caller, params, frames, q, en)
            % Of the cache, or of the daemon
            plan = struct('number', self.cache.number_of({params, frames, self.force_constants.model}), 'place', 0, ...
                'extra', []);
            results = self.cache.find(plan, {q, en});
            if isempty(results)
                sent = [frames, euphonic.internal.connection.frame('q', q, numel(q)), ...
                        euphonic.internal.connection.frame('energies', en, numel(en))];
                [facts, arrays] = self.force_constants.ask(caller, 'spectrum.powder_sqw', params, sent, ...
                    euphonic.internal.job.show_progress(self.verbose));
                for i = 1:numel(facts.notes)
                    self.said = euphonic.internal.warn_once(self.said, caller, 'note', facts.notes{i});
                end
                self.cache.keep(plan, {q, en}, struct('intensities', arrays.intensities, 'facts', facts));
                return
            end
            [facts, arrays] = deal(results.facts, struct('intensities', results.intensities));
            facts.cached = true;
        end

        function tell_of_width(self, caller, coefficients, points, is_named)
            % A fit asks for the same points again, with widths of its own: only the first of them are a user's.
            sample = euphonic.internal.job.sample_of(points);
            last = self.last_points;
            from_user = is_named || numel(sample) ~= numel(last) || any(sample ~= last);
            self.last_points = sample;
            if from_user && ~any(strcmp('width', self.said)) && ...
                    euphonic.internal.job.warn_of_width(caller, coefficients, points{4})
                self.said{end + 1} = 'width';
            end
        end

        function tell(self, caller, evaluation)
            for i = 1:numel(evaluation.notes)
                self.said = euphonic.internal.warn_once(self.said, caller, 'note', evaluation.notes{i});
            end
            if evaluation.imaginary > 0 && ~any(strcmp('imaginary', self.said))
                self.said{end + 1} = 'imaginary';
                euphonic.internal.job.warn_of_imaginary(caller, evaluation.imaginary, self.asr);
            end
        end

    end
end

function points = as_columns(caller, qh, qk, ql)
    % q-points as a user gives them as a cell of columns of one length. Raises what CHECK_Q does, but for what the
    % gateway finds. It is not in the package, where a call takes ten times as long.
    if isfloat(qh) && isfloat(qk) && isfloat(ql) && numel(qh) == numel(qk) && numel(qh) == numel(ql)
        points = {qh(:), qk(:), ql(:)};
    else
        [points{1:3}] = euphonic.internal.job.check_q(caller, qh, qk, ql);
    end
end
