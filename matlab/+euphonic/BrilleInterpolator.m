classdef BrilleInterpolator < euphonic.ForceConstants
    %BRILLEINTERPOLATOR   Force constants in the place of an interpolator, for scripts that make one.
    %   FC2 = EUPHONIC.BRILLEINTERPOLATOR.FROM_FORCE_CONSTANTS(FC, ...) can be used in place of FC. Nothing is
    %   interpolated: every q-point is evaluated exactly, which is faster here than interpolating.
    %
    %   Example
    %       fc2 = euphonic.BrilleInterpolator.from_force_constants(fc, 'grid_npts', 1000);
    %       model = euphonic.CoherentCrystal(fc2, 'temperature', 300);
    %
    %   See also EUPHONIC.FORCECONSTANTS, EUPHONIC.COHERENTCRYSTAL.
    methods

        function self = BrilleInterpolator(varargin)
            self@euphonic.ForceConstants(varargin{:});
        end

    end
    methods (Static)

        function interpolator = from_force_constants(fc, varargin)
            %FROM_FORCE_CONSTANTS   Force constants in the place of an interpolator.
            %   FC2 = EUPHONIC.BRILLEINTERPOLATOR.FROM_FORCE_CONSTANTS(FC, ...) accepts grid_type, grid_npts,
            %   grid_density, grid_kwargs and interpolation_kwargs, by position in this order or as name-value pairs. Of
            %   these only interpolation_kwargs, a struct or containers.Map, has an effect: its options of a
            %   calculation (asr, dipole, splitting, ...) become FC2's defaults.
            %
            %   Example
            %       fc2 = euphonic.BrilleInterpolator.from_force_constants(fc, 'grid_type', 'trellis', ...
            %           'interpolation_kwargs', struct('asr', 'reciprocal'));
            %
            %   See also EUPHONIC.BRILLEINTERPOLATOR.
            persistent said
            caller = 'BrilleInterpolator';
            if nargin < 1 || ~isa(fc, 'euphonic.ForceConstants')
                euphonic.internal.fail(caller, 'invalid_argument', 'Expected force constants as the first argument.');
            end
            names = {'grid_type', 'grid_npts', 'grid_density', 'grid_kwargs', 'interpolation_kwargs'};
            texts = {};
            if ~isempty(varargin) && is_grid_type(varargin{1})
                texts = {'grid_type'};
            end
            given = euphonic.internal.options.positional(caller, names, numel(names), texts, varargin);
            check_grid(caller, given);
            if isempty(said)
                said = true;
                warning('EUPHONIC:BrilleInterpolator:exact', ...
                    ['Nothing is interpolated, so options of a grid have no effect: frequencies and intensities ' ...
                     'are evaluated exactly, and faster.']);
            end
            interpolator = euphonic.BrilleInterpolator(fc.saveobj());
            if isfield(given, 'interpolation_kwargs')
                options = checked_options(caller, given.interpolation_kwargs);
                for name = fieldnames(options).'
                    interpolator.calculation_options.(name{1}) = options.(name{1});
                end
            end
        end

        function fc = loadobj(saved)
            %LOADOBJ   An interpolator from what SAVEOBJ made.
            fc = saved;
            if isstruct(saved)
                fc = euphonic.BrilleInterpolator(saved);
            end
        end

    end
end

function yes = is_grid_type(value)
    yes = any(strcmp(euphonic.internal.options.plain(value), {'trellis', 'mesh', 'nest'}));
end

function check_grid(caller, given)
    % The values have no effect, but a slip in a script is better said than hidden.
    if isfield(given, 'grid_type') && ~is_grid_type(given.grid_type)
        euphonic.internal.fail(caller, 'invalid_argument', ...
            'Option ''grid_type'' is %s; expected ''trellis'', ''mesh'' or ''nest''.', ...
            euphonic.internal.shown(given.grid_type));
    end
    for name = {'grid_npts', 'grid_density'}
        if isfield(given, name{1}) && ~euphonic.internal.options.is_none(given.(name{1})) && ...
                ~(isnumeric(given.(name{1})) && isscalar(given.(name{1})) && given.(name{1}) > 0)
            euphonic.internal.fail(caller, 'invalid_argument', 'Option ''%s'' is %s; expected a number > 0.', ...
                name{1}, euphonic.internal.shown(given.(name{1})));
        end
    end
    if isfield(given, 'grid_kwargs') && ~euphonic.internal.options.is_none(given.grid_kwargs)
        euphonic.internal.options.check_struct(caller, 'grid_kwargs', given.grid_kwargs);
    end
end

function options = checked_options(caller, options)
    if euphonic.internal.options.is_none(options)
        options = struct();
        return
    end
    euphonic.internal.options.check_struct(caller, 'interpolation_kwargs', options);
    names = euphonic.internal.options.names('interpolator');
    for name = fieldnames(options).'
        if ~any(strcmp(name{1}, names))
            euphonic.internal.options.unknown_option(caller, name{1}, names);
        end
        options.(name{1}) = euphonic.internal.options.check(caller, name{1}, options.(name{1}));
    end
end
